# SPDX-License-Identifier: MIT
"""The cells that are measured in paired rounds, and who takes part in each."""

import pathlib
from collections.abc import Callable
from dataclasses import dataclass, field

from suite.generator import Generator
from suite.programs import Collector, Gateway, Haproxy, KeyedGateway, LimitedGateway, Nginx, Program, RefusingGateway, RoutedGateway
from suite.rounds import Direct, Series, paired

METERING_OFF = ("metering off", "metering off again")
BEFORE = "before"  # another build of the proxy, in the same rounds
OFF = {"METERING_CAPTURE_BYTES": "0"}  # and no collector: as little metering as there can be


OURS = ("ours", "ours again")
PEERS = ("nginx", "haproxy")
ROUTED = {"routed": "openai", "routed again": "openai",  # by a file; the provider that it chooses
          "translated": "anthropic", "translated again": "anthropic"}
KEYED = ("keyed", "keyed again")
REFUSED = ("refused", "refused again")
ESTIMATE_OFF = ("estimates off", "estimates off again")
LIMITED = ("limited", "limited again")  # keyed too, with six rules and their fields


@dataclass(frozen=True)
class Cell:
    title: str
    words: dict[str, object]
    extra: tuple[str, ...] = ()  # contestants besides ours, ours again and the peers
    peers: tuple[str, ...] = PEERS
    tls: bool = False
    seconds: float = 1.0         # factor on the usual length of a round


CELLS = {
    "small32": Cell("400 B request, 32 connections", {"kind": "closed", "connections": 32}, METERING_OFF),
    "small256": Cell("400 B request, 256 connections", {"kind": "closed", "connections": 256}, ("two workers",)),
    "large32": Cell("100 KB request, 32 connections", {"kind": "closed", "connections": 32, "body": 100_000}),
    "tls32": Cell("400 B request, 32 connections, TLS upstream", {"kind": "closed", "connections": 32, "tls": 1}, tls=True),
    "stream200": Cell("200 streams, a chunk every 20 ms", {"kind": "stream", "connections": 200}),
    "stream1000": Cell("1,000 streams, a chunk every 20 ms", {"kind": "stream", "connections": 1000}, METERING_OFF),
    "keys32": Cell("400 B request, 32 connections, one of ten thousand keys", {"kind": "closed", "connections": 32},
                   KEYED, peers=()),
    "limits32": Cell("400 B request, 32 connections, keys and six limits", {"kind": "closed", "connections": 32}, LIMITED, peers=()),
    "refused32": Cell("400 B request, 32 connections, all beyond a limit", {"kind": "closed", "connections": 32}, REFUSED, peers=()),
    "estimate32": Cell("400 B request, 32 connections, text held for estimates", {"kind": "closed", "connections": 32},
                       ESTIMATE_OFF, peers=()),
    "estimate200": Cell("200 streams, a chunk every 20 ms, text held for estimates", {"kind": "stream", "connections": 200},
                        ESTIMATE_OFF, peers=()),
    "routed32": Cell("400 B request, 32 connections, one of fifty models in a file", {"kind": "closed", "connections": 32},
                     ("routed", "routed again"), peers=()),
    "translated32": Cell("2 KB request, 32 connections, translated", {"kind": "closed", "connections": 32, "body": 2000},
                         ("translated", "translated again"), peers=()),
    "translated200": Cell("200 streams, a chunk every 20 ms, translated", {"kind": "stream", "connections": 200},
                          ("translated", "translated again"), peers=()),
    "delay200": Cell("delay of chunks, 200 streams of 25 chunks", {"kind": "stream", "connections": 200, "chunks": 25},
                     ("direct",)),
    "delay10k": Cell("delay of requests, 10,000 a second", {"kind": "paced", "connections": 64, "rate": 10_000}, ("direct",)),
}


def names() -> list[str]:
    return list(CELLS)


def contestants(cell: Cell, folder: pathlib.Path, generator: Generator, collector: Collector,
                before: pathlib.Path | None) -> list[Program | Direct]:
    authority = generator.authority if cell.tls else None
    upstream = generator.tls if cell.tls else generator.plain
    known: dict[str, Callable[[], Program | Direct]] = {
        "ours": lambda: Gateway(folder, upstream, authority, COLLECTOR_URL=collector.url),
        "ours again": lambda: Gateway(folder, upstream, authority, "ours again", COLLECTOR_URL=collector.url),
        "nginx": lambda: Nginx(folder, upstream, authority),
        "haproxy": lambda: Haproxy(folder, upstream, authority),
        **{name: lambda name=name: Gateway(folder, upstream, authority, name, **OFF) for name in METERING_OFF},
        **{name: lambda name=name, provider=provider: RoutedGateway(folder, upstream, name, provider,
                                                                    COLLECTOR_URL=collector.url)
           for name, provider in ROUTED.items()},
        **{name: lambda name=name: Gateway(folder, upstream, authority, name, COLLECTOR_URL=collector.url,
                                           METERING_ESTIMATE="off") for name in ESTIMATE_OFF},
        **{name: lambda name=name: RefusingGateway(generator, folder, upstream, name, COLLECTOR_URL=collector.url) for name in REFUSED},
        **{name: lambda name=name: KeyedGateway(folder, upstream, name, COLLECTOR_URL=collector.url) for name in KEYED},
        **{name: lambda name=name: LimitedGateway(folder, upstream, name, COLLECTOR_URL=collector.url) for name in LIMITED},
        "two workers": lambda: Gateway(folder, upstream, authority, "two workers", COLLECTOR_URL=collector.url,
                                       PROXY_THREADS="2"),
        "direct": lambda: Direct(upstream),
        BEFORE: lambda: Gateway(folder, upstream, authority, BEFORE, before, COLLECTOR_URL=collector.url),
    }
    extra = (*cell.extra, BEFORE) if before else cell.extra
    return [known[name]() for name in (*OURS, *cell.peers, *extra)]


def run(name: str, folder: pathlib.Path, generator: Generator, rounds: int, seconds: float,
        before: pathlib.Path | None = None) -> Series:
    """`before`: a program of an earlier build, which takes part in every round of every cell."""
    cell = CELLS[name]
    collector = Collector(folder).start()
    taking_part = contestants(cell, folder, generator, collector, before)
    try:
        return paired(generator, taking_part, rounds, cell.words | {"seconds": seconds, "warmup": seconds / 5},
                      collector.pids)
    finally:
        for each in taking_part:
            if isinstance(each, Program):
                each.stop()
        collector.stop()


def describe(name: str, series: Series) -> str:
    """For people: what each contestant cost, and how ours compares."""
    lines = [f"{CELLS[name].title}{'  (VOID: the A/A pair differs)' if series.is_void() else ''}"
             f"{f'  ({series.disturbed} rounds disturbed)' if series.disturbed else ''}"]
    for other, results in series.results.items():
        if other == "direct":
            ratio = ""
        elif other == "ours":
            ratio = f"load {results[0]['load_busy']:4.0%} of its CPU, proxy {results[0]['busy']:4.0%}"
        else:
            pair = series.ratio("ours", other)
            ratio = f"ours / {other} = {pair.value:.3f} ({pair.low:.3f} to {pair.high:.3f})"
        lines.append(f"  {other:13} {series.median_cost(other):7.2f} us  p50 {series.best(other, 'p50_us'):8.1f} us"
                     f"  p99 {series.best(other, 'p99_us'):8.1f} us  first p50 {series.best(other, 'first_p50_us'):7.1f} us  {ratio}")
    return "\n".join(lines)
