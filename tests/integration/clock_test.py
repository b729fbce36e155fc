# SPDX-License-Identifier: MIT
"""The wall clock is set back, and forth again, under a running gateway: NTP, an administrator, a resumed machine."""

import datetime
import os
import pathlib
import time

import pytest

from support.delivery import adds_up, ids_of, send, terms
from support.gateway import Factory
from support.process import SANITIZED, wait_until
from support.wire import ask

FAKETIME = pathlib.Path("/usr/lib") / f"{os.uname().machine}-linux-gnu" / "faketime" / "libfaketimeMT.so.1"
HOUR = 3600

pytestmark = pytest.mark.skipif(SANITIZED, reason="the sanitizers want to be the first library")


class WallClock:
    """What the daemons believe the time is; their monotonic clock is left alone, as the kernel leaves it alone."""

    def __init__(self, folder: pathlib.Path) -> None:
        assert FAKETIME.exists(), "Debian package libfaketime"
        self.file = folder / "offset"
        self.set(0)
        self.environment = {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(self.file),
                            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def set(self, offset: int) -> None:
        """Seconds from now. The file is replaced as a whole: a daemon may read it at any moment."""
        fresh = self.file.with_suffix(".fresh")
        fresh.write_text(f"{offset:+d}\n")
        fresh.rename(self.file)


@pytest.fixture
def clock(factory: Factory, tmp_path: pathlib.Path) -> WallClock:
    factory.is_now = False
    return WallClock(tmp_path)


def hours_from_now(event: dict) -> int:
    then = datetime.datetime.fromisoformat(event["ts"])
    return round((then - datetime.datetime.now(datetime.UTC)).total_seconds() / HOUR)


@pytest.mark.parametrize("spool", [False, True], ids=["memory", "spool"])
def test_each_event_is_delivered_once(factory: Factory, clock: WallClock, tmp_path: pathlib.Path, spool: bool):
    """Identities stay unique, durations true, and nothing waits for a time that has gone by already."""
    settings = {"EVENT_SPOOL_DIR": str(tmp_path / "spool")} if spool else {}
    collector = factory.collector(EVENT_LOG_SYNC="batch", **clock.environment)
    proxy = factory.proxy(factory.mock().url, collector.url, **settings, **clock.environment)
    ids = []
    for offset in (0, -HOUR, -2 * HOUR, 3 * HOUR, 0):
        clock.set(offset)
        ids += send(proxy, 20)
        wait_until(lambda: terms(proxy)["delivered"] == len(ids), f"{len(ids)} events with an offset of {offset} s")
    events = collector.events()
    assert ids_of(events) == sorted(ids)
    assert len({event["event_id"] for event in events}) == len(ids)
    assert [hours_from_now(event) for event in events[::20]] == [0, -1, -2, 3, 0]
    assert all(0 <= event["ttft_ms"] <= event["latency_ms"] < 60_000 for event in events)
    assert adds_up(terms(proxy))


def test_retries_do_not_wait_for_the_old_time(factory: Factory, clock: WallClock, tmp_path: pathlib.Path):
    """A collector that is away when the clock is set back: backoff, spool and shutdown go by the other clock."""
    away = factory.collector()
    path, port = away.events_path, f"127.0.0.1:{away.address[1]}"
    assert away.daemon.stop() == 0
    proxy = factory.proxy(factory.mock().url, away.url, EVENT_SPOOL_DIR=str(tmp_path / "spool"), **clock.environment)
    ids = send(proxy, 10)
    wait_until(lambda: proxy.metrics()["llmgw_proxy_event_post_retries_total"] >= 1, "an attempt")
    clock.set(-2 * HOUR)
    ids += send(proxy, 10)
    factory.collector(port=port, events=path)
    wait_until(lambda: terms(proxy)["delivered"] == 20, "all events")
    begin = time.monotonic()
    assert proxy.daemon.stop() == 0
    assert time.monotonic() - begin < 5


def test_repetitions_are_known_after_a_restart_in_the_past(factory: Factory, clock: WallClock):
    """What the collector remembers of the log does not depend on when it was written."""
    first = factory.collector(EVENT_LOG_SYNC="batch", **clock.environment)
    proxy = factory.proxy(factory.mock().url, first.url)
    ids = send(proxy, 10)
    wait_until(lambda: terms(proxy)["delivered"] == 10, "all events")
    lines = first.events_path.read_bytes()
    assert first.daemon.stop() == 0
    clock.set(-2 * HOUR)
    second = factory.collector(events=first.events_path, EVENT_LOG_SYNC="batch", **clock.environment)
    answer = ask(second.address, "POST", "/events", [("Content-Type", "application/x-ndjson")], lines)
    assert answer.status == 202, answer
    assert ids_of(second.events()) == sorted(ids)
