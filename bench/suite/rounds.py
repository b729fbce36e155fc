# SPDX-License-Identifier: MIT
"""Paired rounds: every contestant once a round, in random order, so that whatever drifts drifts for all of them, and
in a process of its own each time: two processes of one binary differ by 2 to 4 %."""

import random
import statistics
import time
from dataclasses import dataclass, field

from suite import machine
from suite.generator import Generator
from suite.programs import Program

DISTURBED = 0.08    # of a CPU taken by programs that are not part of the run
ATTEMPTS = 4        # at a round that was disturbed, and in all no more than
REPEATS = 0.25      # of what the cell takes without any: a busy machine must not make the run twice as long
BOOTSTRAPS = 2000
AA_LOW, AA_HIGH = 0.97, 1.03


@dataclass
class Direct:
    """The upstream without anything in front of it, for what a proxy adds."""
    port: int
    name: str = "direct"
    pids: tuple[int, ...] = ()

    def restart(self) -> None:
        pass


@dataclass
class Estimate:
    """The median of paired values with its 95 % confidence interval."""
    value: float
    low: float
    high: float

    def as_json(self) -> dict[str, float]:
        return {"value": round(self.value, 4), "low": round(self.low, 4), "high": round(self.high, 4)}


@dataclass
class Series:
    """What one cell gave: by contestant, the results of all rounds in their order."""
    results: dict[str, list[dict]] = field(default_factory=dict)
    disturbed: int = 0

    def cost(self, name: str) -> list[float]:
        return [each["cost_us"] for each in self.results[name]]

    def median_cost(self, name: str) -> float:
        return statistics.median(self.cost(name))

    def ratio(self, ours: str, other: str) -> Estimate:
        return estimate([a / b for a, b in zip(self.cost(ours), self.cost(other))])

    def difference(self, ours: tuple[str, ...], others: tuple[str, ...]) -> Estimate:
        """Of the means of several processes each: two of one binary differ by as much as a small difference is."""
        return estimate([a - b for a, b in zip(self._means(ours), self._means(others))])

    def ratio_of_means(self, ours: tuple[str, ...], others: tuple[str, ...]) -> Estimate:
        """The same, as a ratio."""
        return estimate([a / b for a, b in zip(self._means(ours), self._means(others))])

    def spent(self, names: tuple[str, ...]) -> Estimate:
        return estimate(self._means(names))

    def _means(self, names: tuple[str, ...]) -> list[float]:
        return [statistics.mean(costs) for costs in zip(*map(self.cost, names))]

    def best(self, name: str, what: str) -> float:
        return min(each[what] for each in self.results[name])

    def aa(self) -> Estimate | None:
        return self.ratio("ours", "ours again") if "ours again" in self.results else None

    def is_void(self) -> bool:
        """Two copies of the same program came out different: nothing of this cell can be believed."""
        pair = self.aa()
        return pair is not None and (pair.low > AA_HIGH or pair.high < AA_LOW)


def estimate(values: list[float]) -> Estimate:
    rng = random.Random(len(values))
    return interval(statistics.median(values),
                    [statistics.median(rng.choices(values, k=len(values))) for _ in range(BOOTSTRAPS)])


def interval(value: float, drawn: list[float]) -> Estimate:
    """`drawn`: what the value would have been in BOOTSTRAPS other samples."""
    drawn = sorted(drawn)
    return Estimate(value, drawn[int(0.025 * BOOTSTRAPS)], drawn[int(0.975 * BOOTSTRAPS) - 1])


def one_round(generator: Generator, contestant: Program | Direct, others: list[int], words: dict) -> dict:
    """One result, with `cost_us`: processor time of the contestant for one request, chunk or event."""
    words = words | getattr(contestant, "words", {})
    unit = "chunks" if words["kind"] == "stream" else "requests"
    watched = list(contestant.pids) + others
    before, begun = machine.busy_seconds(), time.monotonic()
    result = generator.run(port=contestant.port, processes=",".join(map(str, watched)) or 0, **words)
    spent = time.monotonic() - begun
    cpu = result.pop("cpu_ns")
    own = sum(cpu[:len(contestant.pids)])
    result["cost_us"] = own / max(result[unit], 1) / 1000
    result["busy"] = own / 1e9 / result["seconds"]
    result["load_busy"] = result["own_cpu_ns"] / 1e9 / result["seconds"]
    # Seen over the whole round, warm-up and all, in which known programs worked as in the measured part.
    known = (sum(cpu) + result["own_cpu_ns"]) / result["seconds"] / 1e9
    result["others_busy"] = (machine.busy_seconds() - before) / spent - known
    return result


def paired(generator: Generator, contestants: list[Program | Direct], rounds: int, words: dict,
           others: list[int] | None = None) -> Series:
    """`others`: processes that belong to the run but are not measured, such as the collector."""
    series = Series({each.name: [] for each in contestants})
    repeats = int(REPEATS * rounds * len(contestants))
    for _ in range(rounds):
        for each in contestants:
            each.restart()
        for each in random.sample(contestants, len(contestants)):
            for attempt in range(ATTEMPTS):
                result = one_round(generator, each, others or [], words)
                if result["others_busy"] <= DISTURBED:
                    break
                if attempt == ATTEMPTS - 1 or repeats == 0:
                    series.disturbed += 1
                    break
                repeats -= 1
            series.results[each.name].append(result)
    return series
