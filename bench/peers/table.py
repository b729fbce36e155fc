# SPDX-License-Identifier: MIT
"""What was measured of each gateway, as a table that docs/performance.md can hold."""

import re
import statistics
import subprocess

from peers.measure import GAPS, OURS, OURS_TRANSLATING, Results
from peers.programs import PEERS
from suite import machine
from suite.programs import tool
from suite.rounds import Series

HEAD = ("gateway", "a request: CPU", "of ours", "p50", "p99", "memory idle / loaded", "a chunk: CPU", "of ours",
        "delay p50 / p99")
REWRITES = {peer.name for peer in PEERS if peer.rewrites}


def versions() -> dict[str, str]:
    known = {OURS: said(machine.BIN / "llm-proxy", "--version"), "nginx": said(tool("nginx"), "-v"),
             "haproxy": said(tool("haproxy"), "-v")}
    return known | {peer.name: peer.package.version for peer in PEERS}


def said(program: object, flag: str) -> str:
    """The first version number that a program tells of itself."""
    output = subprocess.run([str(program), flag], capture_output=True, text=True, check=False)
    found = re.search(r"\d+\.\d+[.\d]*", output.stdout + output.stderr)
    return found[0].rstrip(".") if found else "unknown"


def rows(results: Results) -> list[dict]:
    """A row for each that was measured, the cheapest first, in plain numbers."""
    names = set(results.small.results) | {name for series in results.streams.values() for name in series.results}
    found = [{"name": name, "idle_bytes": results.idle.get(name), "loaded_bytes": results.loaded.get(name),
              "rewrites": name in REWRITES, "request": figures(results.small, name)} | stream(results, name)
             for name in names]
    return sorted(found, key=lambda row: (row["request"] or row["chunk"])["cost_us"])


def stream(results: Results, name: str) -> dict:
    for gap in GAPS:
        series = results.streams.get(gap)
        if series and name in series.results:
            return {"gap": gap, "chunk": figures(series, name)}
    return {"gap": None, "chunk": None}


def figures(series: Series, name: str) -> dict | None:
    rounds = series.results.get(name)
    if not rounds:
        return None
    ratio = series.ratio(name, OURS).as_json() if name != OURS else None
    return {"cost_us": series.median_cost(name), "of_ours": ratio, "rounds": rounds} | {
        what: statistics.median(each[what] for each in rounds) for what in ("p50_us", "p99_us")}


def markdown(found: list[dict], versions_: dict[str, str], reasons: dict[str, str]) -> str:
    lines = ["| " + " | ".join(HEAD) + " |", "|---|" + "---:|" * (len(HEAD) - 1)]
    for row in found:
        request, chunk = row["request"], row["chunk"]
        marks = ("¹" if row["rewrites"] else "") + ("²" if row["gap"] == GAPS[-1] else "")
        cells = [f"{row['name']} {versions_[row['name']]}{marks}",
                 *(cost(request), ratio(request), time(request, "p50_us"), time(request, "p99_us")),
                 f"{size(row['idle_bytes'])} / {size(row['loaded_bytes'])}",
                 *(cost(chunk), ratio(chunk), f"{time(chunk, 'p50_us')} / {time(chunk, 'p99_us')}")]
        lines.append("| " + " | ".join(cells) + " |")
    lines += [f"| {name} {versions_[name]} | {why} |" + " |" * (len(HEAD) - 2) for name, why in reasons.items()]
    return "\n".join(lines)


def translating_figures(series: Series) -> dict[str, dict]:
    """Of those that translate to Anthropic's API and back, in plain numbers."""
    return {name: {"cost_us": series.median_cost(name), "of_ours": series.ratio(name, OURS_TRANSLATING).as_json()}
            for name, rounds in series.results.items() if rounds and series.results.get(OURS_TRANSLATING)}


def translating(series: Series) -> str:
    """A line each, for people."""
    return "".join(f"\n{name}: {each['cost_us']:,.1f} µs a request of 2 KB, {each['of_ours']['value']:,.2f}× ours"
                   for name, each in translating_figures(series).items())


def cost(cell: dict | None) -> str:
    return f"{cell['cost_us']:,.1f} µs" if cell else "–"


def ratio(cell: dict | None) -> str:
    return f"{cell['of_ours']['value']:,.2f}×" if cell and cell["of_ours"] else "1" if cell else "–"


def time(cell: dict | None, what: str) -> str:
    if not cell:
        return "–"
    value = cell[what]
    return f"{value / 1000:,.1f} ms" if value >= 1000 else f"{value:.0f} µs"


def size(value: int | None) -> str:
    return f"{value / 1e6:,.0f} MB" if value else "–"
