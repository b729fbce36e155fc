# SPDX-License-Identifier: MIT
"""What was measured beside bench/limits.json."""

import json
import pathlib
import random
import statistics
from dataclasses import dataclass

from suite.rounds import BOOTSTRAPS, Estimate, Series, interval

LIMITS = json.loads((pathlib.Path(__file__).resolve().parents[1] / "limits.json").read_text())
DELAYS = {"p50_us": "delay p50", "p99_us": "delay p99", "first_p50_us": "first byte p50"}
PEERS = ("nginx", "haproxy")


@dataclass
class Row:
    """One comparison: how many times what the other needs, or makes wait, ours does; or, with a `unit`, a figure of
    ours alone. `at_least`: the limit is one from below."""
    cell: str
    what: str
    found: Estimate
    limit: float
    is_void: bool = False
    at_least: bool = False
    unit: str = ""

    @property
    def verdict(self) -> str:
        """`missed` only where the whole interval is beyond the limit; `open` where it holds the limit."""
        if self.is_void:
            return "void"
        if self.at_least:
            beyond, good = self.found.high < self.limit, self.found.value >= self.limit
        else:
            beyond, good = self.found.low > self.limit, self.found.value <= self.limit
        return "missed" if beyond else "met" if good else "open"

    def as_json(self) -> dict:
        return {"cell": self.cell, "what": self.what, **self.found.as_json(), "limit": self.limit, "unit": self.unit,
                "verdict": self.verdict}


def rows(cell: str, series: Series) -> list[Row]:
    void = series.is_void()
    found = [Row(cell, f"processor time / {peer}", series.ratio("ours", peer), limit, void)
             for peer, limit in LIMITS["ratios"].get(cell, {}).items()]
    if cell in LIMITS["workers"]:
        found.append(Row(cell, "processor time, two workers / one", series.ratio("two workers", "ours"),
                         LIMITS["workers"][cell], void))
    if cell in LIMITS["metering_us"] and "metering off" in series.results:
        difference = series.difference(("ours", "ours again"), ("metering off", "metering off again"))
        found.append(Row(cell, "metering on less off", difference, LIMITS["metering_us"][cell], void, unit="us"))
    for name, what in (("keyed", "a key"), ("limited", "a key and six limits"), ("routed", "routing"), ("translated", "translating")):
        if name in series.results:
            difference = series.difference((name, f"{name} again"), ("ours", "ours again"))
            found.append(Row(cell, f"{what} less passing on", difference, LIMITS["added_us"][cell], void, unit="us"))
    if "refused" in series.results:
        found.append(Row(cell, "a refusal", series.spent(("refused", "refused again")), LIMITS["refusal_us"], void, unit="us"))
    if "estimates off" in series.results:
        ratio = series.ratio_of_means(("ours", "ours again"), ("estimates off", "estimates off again"))
        found.append(Row(cell, "processor time, estimates on / off", ratio, LIMITS["estimates"][cell], void))
    if "direct" in series.results:  # not void with the cell: the copies tell of processor time, not of delays
        found += [Row(cell, f"{title} / the better peer", added(series, name), LIMITS["delays"][name])
                  for name, title in DELAYS.items() if series.best("direct", name) > 0]
    return found


def added(series: Series, name: str) -> Estimate:
    """Added to what is there without a proxy, against the peer that adds less. The interval is that of rounds drawn
    anew, whole rounds, since what disturbs one contestant of a round is likely to disturb the others."""
    measured = {who: [each[name] for each in series.results[who]] for who in ("ours", "direct", *PEERS)}
    count = len(measured["ours"])
    rng = random.Random(count)
    drawn = [_added(measured, rng.choices(range(count), k=count)) for _ in range(BOOTSTRAPS)]
    return interval(_added(measured, list(range(count))), drawn)


def _added(measured: dict[str, list[float]], rounds: list[int]) -> float:
    median = {who: statistics.median(values[i] for i in rounds) for who, values in measured.items()}
    least = max(min(median[peer] for peer in PEERS) - median["direct"], 1.0)  # a microsecond is nothing to compare with
    return max(median["ours"] - median["direct"], 0.0) / least


def table(found: list[Row]) -> str:
    lines = [f"{'cell':12}{'what':40}{'found':>9}  {'95 %':23}{'limit':>12}  {'unit':10}verdict"]
    for each in found:
        low, high = number(each.found.low), number(each.found.high)
        limit = f"{'>= ' if each.at_least else ''}{number(each.limit)}"
        lines.append(f"{each.cell:12}{each.what:40}{number(each.found.value):>9}  {f'{low} to {high}':23}{limit:>12}  "
                     f"{each.unit:10}{each.verdict}")
    return "\n".join(lines)


def number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3f}"


def chart(found: list[Row]) -> str:
    """The comparisons with others as bars, and a line at their limits."""
    found = [each for each in found if not each.unit]
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
