# SPDX-License-Identifier: MIT
"""bench/suite/verdict.py: when a limit is met, missed or open, and when nothing can be said."""

import itertools
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "bench"))
from suite import verdict  # noqa: E402
from suite.rounds import Estimate, Series  # noqa: E402

ROUNDS = 9


def series(**values: float | list[float]) -> Series:
    """By contestant (`ours_again` is the second copy) what a request cost in each round; one value stands for all."""
    return Series({name.replace("_", " "): [{"cost_us": cost, "p50_us": 0, "p99_us": 0, "first_p50_us": 0}
                                            for cost in (value if isinstance(value, list) else [value] * ROUNDS)]
                   for name, value in values.items()})


def delays(noise: dict[str, list[float]] | None = None, **p50: float) -> Series:
    """A cell whose median delays are these, in microseconds, and what the machine adds to them in each round."""
    spread = noise or {}
    return Series({name.replace("_", " "): [
        {"cost_us": 10.0, "p50_us": value + more, "p99_us": 4 * value + more, "first_p50_us": 0}
        for more in spread.get(name, [0.0] * ROUNDS)] for name, value in p50.items()})


def verdicts(cell: str, measured: Series) -> dict[str, str]:
    return {row.what: row.verdict for row in verdict.rows(cell, measured)}


class MeteringTest(unittest.TestCase):
    def of(self, on: float, again: float, off: float = 10.0, off_again: float = 10.2) -> str:
        measured = series(ours=on, ours_again=again, nginx=20.0, haproxy=20.0, metering_off=off,
                          metering_off_again=off_again)
        return verdicts("small32", measured)["metering on less off"]

    def test_both_copies_count_on_both_sides(self):
        self.assertEqual(self.of(10.7, 10.5), "met")        # 0.5 us
        self.assertEqual(self.of(10.75, 10.5), "met")       # as one of ours, or of the others, it would be missed
        self.assertEqual(self.of(11.0, 10.8), "missed")
        self.assertEqual(self.of(10.9, 10.9, 10.4, 10.6), "met")

    def test_is_not_asked_where_it_was_not_measured(self):
        self.assertNotIn("metering on less off", verdicts("small32", series(ours=1.0, ours_again=1.0, nginx=1.0, haproxy=1.0)))


class RatioTest(unittest.TestCase):
    """10 is the limit; a breath below, as a quotient is not exact."""

    NGINX = 10.0001 / verdict.LIMITS["ratios"]["small32"]["nginx"]

    def of(self, ours: float | list[float], again: float = 10.0) -> str:
        measured = series(ours=ours, ours_again=again, nginx=self.NGINX, haproxy=10.0)
        return verdicts("small32", measured)["processor time / nginx"]

    def test_met_at_the_limit_and_below_it(self):
        self.assertEqual(self.of(9.0, 9.0), "met")
        self.assertEqual(self.of(10.0), "met")

    def test_missed_only_where_the_whole_interval_is_beyond(self):
        self.assertEqual(self.of(11.0, 11.0), "missed")
        wavering = list(itertools.islice(itertools.cycle([9.0, 10.5, 11.0]), ROUNDS))
        self.assertEqual(self.of(wavering), "open")

    def test_void_where_two_copies_of_the_gateway_differ(self):
        self.assertEqual(self.of(9.0, 10.0), "void")
        self.assertEqual(self.of(9.0, 8.0), "void")
        self.assertEqual(self.of(9.0, 9.1), "met")


class DelayTest(unittest.TestCase):
    WHAT = "delay p50 / the better peer"

    def of(self, noise: dict[str, list[float]] | None = None, **p50: float) -> str:
        measured = delays(noise, **({"ours_again": 100.0, "haproxy": 150.0, "direct": 50.0} | p50))
        return verdicts("delay200", measured)[self.WHAT]

    def test_is_counted_above_what_is_there_without_a_proxy(self):
        self.assertEqual(self.of(ours=100.0, nginx=100.0), "met")
        self.assertEqual(self.of(ours=110.0, nginx=100.0), "missed")  # 60 against 50, the limit is 1.1

    def test_is_held_against_the_peer_that_adds_less(self):
        self.assertEqual(self.of(ours=110.0, nginx=190.0, haproxy=100.0), "missed")
        self.assertEqual(self.of(ours=110.0, nginx=190.0, haproxy=120.0), "met")

    def test_of_a_busy_machine_is_open(self):
        busy = [0.0, 80.0, 5.0, 120.0, 0.0, 60.0, 15.0, 90.0, 30.0]
        noise = {"ours": busy, "nginx": busy[::-1], "haproxy": busy}
        self.assertEqual(self.of(noise, ours=110.0, nginx=100.0), "open")

    def test_does_not_care_about_the_processor_time_of_the_copies(self):
        measured = delays(ours=100.0, ours_again=100.0, nginx=100.0, haproxy=150.0, direct=50.0)
        for each in measured.results["ours again"]:
            each["cost_us"] = 20.0
        self.assertTrue(measured.is_void())
        self.assertEqual(verdicts("delay200", measured)[self.WHAT], "met")

    def test_less_than_nothing_is_nothing(self):
        self.assertEqual(self.of(ours=49.0, nginx=49.0), "met")
        self.assertEqual(self.of(ours=60.0, nginx=49.0), "missed")  # against a microsecond, not against less

    def test_cells_without_direct_have_none(self):
        self.assertNotIn(self.WHAT, verdicts("small32", series(ours=9.0, ours_again=9.0, nginx=10.0, haproxy=10.0)))


class FloorTest(unittest.TestCase):
    """Rows of which more is better."""

    def verdict_of(self, low: float, value: float, high: float) -> str:
        return verdict.Row("events", "a second", Estimate(value, low, high), 100.0, False, at_least=True).verdict

    def test_turns_round(self):
        self.assertEqual(self.verdict_of(110, 120, 130), "met")
        self.assertEqual(self.verdict_of(80, 90, 95), "missed")
        self.assertEqual(self.verdict_of(80, 95, 105), "open")


class TwoWorkersTest(unittest.TestCase):
    def of(self, two: float | list[float]) -> str:
        measured = series(ours=10.0, ours_again=10.0, nginx=10.0, haproxy=10.0, two_workers=two)
        return verdicts("small256", measured)["processor time, two workers / one"]

    def test_cost_the_same_a_request(self):
        self.assertEqual(self.of(10.4), "met")
        self.assertEqual(self.of(10.6), "missed")


if __name__ == "__main__":
    unittest.main()
