# SPDX-License-Identifier: MIT
"""The cells of `make bench-peers`: paired rounds as in the suite, but who gives a wrong answer or none drops out."""

import pathlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Callable

from peers.install import Unavailable
from peers.programs import PEERS, TranslatingLiteLlm
from suite import machine
from suite.generator import Fault, Generator
from suite.programs import Collector, Gateway, Haproxy, Nginx, Program, RoutedGateway
from suite.rounds import Series, one_round

OURS = "llm-proxy"
OURS_TRANSLATING = "llm-proxy, translating"
SMALL = {"kind": "closed", "connections": 32}
TRANSLATED = SMALL | {"body": 2000}
STREAMS = 200
GAPS = (20, 500)   # ms between the chunks of a stream: the second for those that cannot follow the first
KEEPS_UP = 0.95    # of the chunks that were due
CELLS = ("small32", "stream200", "translated32")


@dataclass
class Results:
    """By contestant. `reasons`: why one is not there; in `streams` by the gap between chunks."""
    reasons: dict[str, str] = field(default_factory=dict)
    idle: dict[str, int] = field(default_factory=dict)
    loaded: dict[str, int] = field(default_factory=dict)
    no_streams: list[str] = field(default_factory=list)  # at none of the gaps, or with wrong answers
    small: Series = field(default_factory=Series)
    streams: dict[int, Series] = field(default_factory=dict)
    translated: Series = field(default_factory=Series)  # to Anthropic's API and back


class Field:
    """All who take part, running side by side and measured in turn. Each has a load generator of its own, so that what
    one is too slow for, or asks its upstream on its own account, is never counted as another's fault."""

    def __init__(self, folder: pathlib.Path, rounds: int, seconds: float, cells: tuple[str, ...]) -> None:
        self.folder, self.rounds, self.cells = folder, rounds, cells
        self.times = {"seconds": seconds, "warmup": seconds / 5}
        self.collector = Collector(folder).start()
        self.results = Results()
        self.running: dict[str, Program] = {}
        self.generators: dict[str, Generator] = {}
        for name, made in self._contestants():
            generator = self.generators[name] = Generator(folder)
            try:
                self.running[name] = made(generator.plain).start()
            except Unavailable as why:
                self.results.reasons[name] = str(why)

    def _contestants(self) -> Iterator[tuple[str, Callable[[int], Program]]]:
        if "translated32" in self.cells:
            yield OURS_TRANSLATING, lambda upstream: RoutedGateway(self.folder, upstream, OURS_TRANSLATING, "anthropic",
                                                                   COLLECTOR_URL=self.collector.url)
            yield TranslatingLiteLlm.name, lambda upstream: TranslatingLiteLlm(self.folder, upstream)
        if self.cells == ("translated32",):
            return
        yield OURS, lambda upstream: Gateway(self.folder, upstream, None, OURS, COLLECTOR_URL=self.collector.url)
        yield "nginx", lambda upstream: Nginx(self.folder, upstream, None)
        yield "haproxy", lambda upstream: Haproxy(self.folder, upstream, None)
        for peer in PEERS:
            yield peer.name, lambda upstream, peer=peer: peer(self.folder, upstream)

    def close(self) -> None:
        for each in (*self.running.values(), *self.generators.values()):
            each.stop() if isinstance(each, Program) else each.close()
        self.collector.stop()

    def measure(self) -> Results:
        cells = self.cells
        self.results.idle = self._memory()
        translating = self.running.keys() & {OURS_TRANSLATING, TranslatingLiteLlm.name}
        if "translated32" in cells:
            self.results.translated = self._paired(TRANSLATED, translating)
            for name in translating:
                self.running.pop(name).stop()
        if "small32" in cells:
            self.results.small = self._paired(SMALL, set(self.running))
            self.results.loaded = self._memory()
            for name in self.running.keys() - self.results.small.results.keys():
                self.results.reasons[name] = "wrong or missing answers"
        left = set(self.running)
        for gap in GAPS if "stream200" in cells else ():
            # Long enough for every stream to have found its pace, and for chunks enough to tell whether it is kept.
            self.times = {"warmup": max(self.times["warmup"], 2 * gap / 1000),
                          "seconds": max(self.times["seconds"], 6 * gap / 1000)}
            able = {name for name in left if getattr(self.running[name], "least_gap", 0) <= gap}
            series = self._paired({"kind": "stream", "connections": STREAMS, "gap": gap}, able | {OURS})
            self.results.streams[gap] = series
            left -= series.results.keys()
            if not left:
                break
        if "stream200" in cells:
            self.results.no_streams = sorted(left)
            print("".join(f"  {name}: no {STREAMS} streams at any pace\n" for name in sorted(left)), end="", flush=True)
        return self.results

    def _paired(self, words: dict[str, object], names: set[str]) -> Series:
        """The first round warms up: programs that compile as they run need it. Its figures are left out."""
        series = Series({name: [] for name in self.running if name in names})
        for number in range(self.rounds + 1):
            for name in random.sample(list(series.results), len(series.results)):
                result = self._once(name, words)
                if result is None and number == 0:
                    result = self._once(name, words)  # some ask their upstream for its models with their first request
                if result is None:
                    del series.results[name]
                    self.running[name].restart()  # with nothing left over from what it was too slow for
                elif number > 0:
                    series.results[name].append(result)
        return series

    def _once(self, name: str, words: dict[str, object]) -> dict | None:
        try:
            result = one_round(self.generators[name], self.running[name], self.collector.pids, words | self.times)
        except Fault as fault:
            print(f"  {name}: {fault}", flush=True)
            return None
        if words["kind"] == "stream":
            due = STREAMS * 1000 / words["gap"] * result["seconds"]
            if result["chunks"] < KEEPS_UP * due:
                print(f"  {name}: {result['chunks'] / due:.0%} of the chunks every {words['gap']} ms", flush=True)
                return None
        return result

    def _memory(self) -> dict[str, int]:
        return {name: sum(machine.memory(pid)["VmRSS"] for pid in each.pids) for name, each in self.running.items()}
