# SPDX-License-Identifier: MIT
"""What was measured beside bench/limits.json."""

import json
import pathlib
from dataclasses import dataclass

from suite.rounds import Estimate, Series

LIMITS = json.loads((pathlib.Path(__file__).resolve().parents[1] / "limits.json").read_text())
DELAYS = {"p50_us": "delay p50", "p99_us": "delay p99", "first_p50_us": "first byte p50"}
PEERS = ("nginx", "haproxy")


@dataclass
class Row:
    """One comparison: how many times what the other needs, or makes wait, ours does."""
    cell: str
    what: str
    found: Estimate
    limit: float
    is_void: bool

    @property
    def verdict(self) -> str:
        """`missed` only where the whole interval is beyond the limit; `open` where it holds the limit."""
        if self.is_void:
            return "void"
        if self.found.low > self.limit:
            return "missed"
        return "met" if self.found.value <= self.limit else "open"

    def as_json(self) -> dict:
        return {"cell": self.cell, "what": self.what, **self.found.as_json(), "limit": self.limit, "verdict": self.verdict}


def rows(cell: str, series: Series) -> list[Row]:
    void = series.is_void()
    found = [Row(cell, f"processor time / {peer}", series.ratio("ours", peer), limit, void)
             for peer, limit in LIMITS["ratios"].get(cell, {}).items()]
    if "direct" in series.results:
        found += [Row(cell, f"{title} / the better peer", added(series, name), LIMITS["delays"][name], void)
                  for name, title in DELAYS.items() if series.best("direct", name) > 0]
    return found


def added(series: Series, name: str) -> Estimate:
    """Added to what is there without a proxy, against the peer that adds less. A delay has no pairs: programs of the
    machine only ever add to it, so the least of all rounds counts, and there is no interval."""
    base = series.best("direct", name)
    least = max(min(series.best(peer, name) for peer in PEERS) - base, 1.0)  # a microsecond is nothing to compare with
    ratio = max(series.best("ours", name) - base, 0.0) / least
    return Estimate(ratio, ratio, ratio)


def table(found: list[Row]) -> str:
    lines = [f"{'cell':12}{'what':36}{'found':>8}  {'95 %':15}{'limit':>6}  verdict"]
    lines += [f"{each.cell:12}{each.what:36}{each.found.value:8.3f}  {f'{each.found.low:.3f} to {each.found.high:.3f}':15}"
              f"{each.limit:6.2f}  {each.verdict}" for each in found]
    return "\n".join(lines)


def chart(found: list[Row]) -> str:
    """The comparisons as bars, and a line at their limits."""
    bar, gap, left, width = 18, 10, 330, 420
    most = max([2.0] + [min(each.found.value, 4.0) for each in found])
    height = len(found) * (bar + gap) + 40
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 90}" height="{height}" '
             'font-family="sans-serif" font-size="13">',
             '<rect width="100%" height="100%" fill="#ffffff"/>',
             '<text x="8" y="20" font-weight="bold">llm-proxy with metering, as a share of the other (less is better)</text>']
    for number, each in enumerate(found):
        top = 32 + number * (bar + gap)
        size = min(each.found.value, most) / most * width
        at = left + each.limit / most * width
        colour = {"met": "#2e7d32", "missed": "#c62828"}.get(each.verdict, "#757575")
        parts += [f'<text x="8" y="{top + 14}">{each.cell}: {each.what}</text>',
                  f'<rect x="{left}" y="{top}" width="{size:.1f}" height="{bar}" fill="{colour}"/>',
                  f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{top - 3}" y2="{top + bar + 3}" stroke="#000000"/>',
                  f'<text x="{left + size + 6:.1f}" y="{top + 14}">{each.found.value:.2f}</text>']
    return "\n".join(parts + ["</svg>", ""])
