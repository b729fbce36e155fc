# SPDX-License-Identifier: MIT
"""The end of a proxy whose collector is away: how long it goes on, what is left, and that every event is accounted for."""

import os
import pathlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

from support.delivery import adds_up, ids_of, send, terms
from support.gateway import Factory, Proxy
from support.mounts import mount_over
from support.process import PATIENCE, SANITIZED, wait_until
from support.scripted import FakeCollector, Peer, ScriptedServer, reply

ACCEPTED = reply(b'{"accepted":1}', "202 Accepted")
SLACK = 5 if SANITIZED else 1.5  # seconds that a process may take to start what is due, or to end
KINDS = {"memory": {}, "spool": {}, "ephemeral": {"EVENT_SPOOL_EPHEMERAL": "on"}}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def settings(kind: str, tmp_path: pathlib.Path) -> dict[str, str]:
    """Where events wait: in memory, in a spool, or in one that goes with the container."""
    return KINDS[kind] | ({} if kind == "memory" else {"EVENT_SPOOL_DIR": str(tmp_path / "spool")})


def wait_for_retries(proxy: Proxy, count: int) -> None:
    wait_until(lambda: proxy.metrics()["llmgw_proxy_event_post_retries_total"] >= count, f"{count} retries")


def begin_end(proxy: Proxy) -> float:
    proxy.daemon.signal(signal.SIGTERM)
    proxy.daemon.wait_for_log(lambda line: line["msg"] == "draining", "draining")
    return time.monotonic()


def books_at_end(proxy: Proxy) -> dict:
    line = [line for line in proxy.daemon.entries() if line["msg"] == "event delivery"][-1]
    assert line["produced"] == line["delivered"] + line["dropped"] + line["spooled"], line
    assert line["queued"] == line["in_flight"] == 0, line
    return line


def check_what_was_lost(proxy: Proxy, kind: str, count: int) -> None:
    """It is in the books, and said in a line of its own."""
    line = books_at_end(proxy)
    said = [(line["level"], line["events"], line.get("reason")) for line in proxy.daemon.entries()
            if line["msg"].startswith(("events are lost", "events stay"))]
    if kind == "spool":
        assert (line["spooled"], line["dropped"]) == (count, 0) and said == [("info", count, None)]
    else:
        assert (line["spooled"], line["dropped"]) == (0, count) and said == [("warn", count, "shutdown")]


@pytest.mark.parametrize("away", ["refuses", "fails", "hangs"])
def test_collector_is_away_until_the_end(factory: Factory, settings: dict, kind: str, away: str):
    """The end waits for it, and no longer than it may."""
    with FakeCollector(status="503 Service Unavailable") as collector:
        proxy = factory.proxy(factory.mock().url, collector.url, EVENT_DRAIN_TIMEOUT="1s", **settings)
        if away == "hangs":
            collector.is_open.clear()
        if away == "refuses":
            collector.close()
        ids = send(proxy, 20)
        wait_until(lambda: len(collector.requests) > 0 if away == "hangs" else
                   proxy.metrics()["llmgw_proxy_event_post_retries_total"] > 0, "an attempt")
        begin = begin_end(proxy)
        assert proxy.daemon.wait() == 0
        assert 0.9 < time.monotonic() - begin < 1 + SLACK
        check_what_was_lost(proxy, kind, 20)
    if kind == "spool":
        with FakeCollector() as collector:
            factory.proxy(factory.mock().url, collector.url, **settings)
            wait_until(lambda: ids_of(collector.events()) == sorted(ids), "what the first had left")


def test_collector_comes_back_before_the_end(factory: Factory, settings: dict):
    """The proxy ends as soon as all is delivered, and can be scraped until then."""
    with FakeCollector(status="503 Service Unavailable") as collector:
        proxy = factory.proxy(factory.mock().url, collector.url, EVENT_DRAIN_TIMEOUT="60s", **settings)
        ids = send(proxy, 20)
        collector.close()
        wait_for_retries(proxy, 4)  # it pauses for longer and longer
        begin_end(proxy)
        wait_for_retries(proxy, 8)
        now = terms(proxy)
        assert adds_up(now) and now["delivered"] == now["dropped"] == 0, now
        assert proxy.ready() == 503
    with FakeCollector(collector.address[1]) as again:
        back = time.monotonic()
        assert proxy.daemon.wait() == 0
        assert time.monotonic() - back < SLACK
        assert ids_of(again.events()) == sorted(ids)
    assert books_at_end(proxy)["delivered"] == 20


def test_events_of_the_last_moment_are_delivered(factory: Factory, settings: dict):
    with FakeCollector() as collector:
        proxy = factory.proxy(factory.mock().url, collector.url, **settings)
        ids = send(proxy, 200)
        begin = begin_end(proxy)
        assert proxy.daemon.wait() == 0
        assert time.monotonic() - begin < SLACK  # nobody is waited for
        assert ids_of(collector.events()) == sorted(ids)
        assert books_at_end(proxy)["delivered"] == 200


@pytest.mark.parametrize("away", ["fails", "hangs"])
def test_second_signal_ends_delivery(factory: Factory, settings: dict, kind: str, away: str):
    with FakeCollector(status="503 Service Unavailable") as collector:
        proxy = factory.proxy(factory.mock().url, collector.url, EVENT_DRAIN_TIMEOUT="1h", **settings)
        if away == "hangs":
            collector.is_open.clear()
        send(proxy, 20)
        begin_end(proxy)
        wait_until(lambda: len(collector.requests) > (0 if away == "hangs" else 2), "attempts")
        assert proxy.daemon.is_running()
        proxy.daemon.signal(signal.SIGTERM)
        begin = time.monotonic()
        assert proxy.daemon.wait() == 0
        assert time.monotonic() - begin < (SLACK if SANITIZED else 1)
        check_what_was_lost(proxy, kind, 20)


def test_no_time_at_all(factory: Factory, settings: dict, kind: str):
    with FakeCollector(status="503 Service Unavailable") as collector:
        proxy = factory.proxy(factory.mock().url, collector.url, EVENT_DRAIN_TIMEOUT="0s", **settings)
        send(proxy, 20)
        wait_for_retries(proxy, 1)
        begin = begin_end(proxy)
        assert proxy.daemon.wait() == 0
        assert time.monotonic() - begin < SLACK
        check_what_was_lost(proxy, kind, 20)


class FullListener:
    """Takes no connection: its queue is full, so a SYN is never answered."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.listener = socket.create_server((host, port), backlog=0)
        self.address = self.listener.getsockname()
        self.fillers = [socket.socket() for _ in range(3)]
        for each in self.fillers:
            each.setblocking(False)
            each.connect_ex(self.address)

    def close(self) -> None:
        for each in (self.listener, *self.fillers):
            each.close()


def test_connection_that_is_never_answered(factory: Factory, settings: dict):
    """Each attempt costs a second, not the time of an answer; and the end waits for the collector that comes."""
    full = FullListener()
    try:
        proxy = factory.proxy(factory.mock().url, "http://127.0.0.1:%d" % full.address[1], EVENT_DRAIN_TIMEOUT="60s",
                              **settings)
        begin = time.monotonic()
        ids = send(proxy, 10)
        wait_for_retries(proxy, 3)
        assert time.monotonic() - begin < 3 * 1.1 + 2 * SLACK
        line = proxy.daemon.wait_for_log(lambda line: "not take events" in line["msg"], "a warning")
        assert "time" in line["reason"], line
        begin_end(proxy)
    finally:
        full.close()
    with FakeCollector(full.address[1]) as collector:
        assert proxy.daemon.wait() == 0
        assert ids_of(collector.events()) == sorted(ids)
    assert books_at_end(proxy)["delivered"] == 10


@pytest.fixture
def hosts(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A file of names for a daemon alone, in the place of the system's."""
    path = tmp_path / "hosts"
    path.write_text("127.0.0.1 localhost\n")
    yield path


@pytest.mark.parametrize("kind", ["memory"], indirect=True)  # it has no part in this
def test_name_that_stands_for_another_address_by_now(factory: Factory, settings: dict, hosts: pathlib.Path):
    """The next attempt looks it up anew, and does not try the old address first."""
    number = os.getpid()
    dead, alive = (f"127.{place + (number >> 16) % 40}.{number >> 8 & 255}.{number & 255 | 1}" for place in (81, 121))
    full = FullListener(dead)
    try:
        hosts.write_text(f"{dead} collector.test\n")
        try:
            proxy = factory.proxy(factory.mock().url, "http://collector.test:%d" % full.address[1],
                                  before_exec=lambda: mount_over(hosts, "/etc/hosts"), **settings)
        except subprocess.SubprocessError as fault:
            pytest.skip(f"needs to mount a file: {fault}")
        ids = send(proxy, 10)
        wait_for_retries(proxy, 1)
        with FakeCollector(full.address[1], host=alive) as collector:
            hosts.write_text(f"{alive} collector.test\n")
            begin = time.monotonic()
            wait_until(lambda: ids_of(collector.events()) == sorted(ids), "all events")
            assert time.monotonic() - begin < 2 + 2 * SLACK
    finally:
        full.close()


@pytest.mark.parametrize("kind", ["memory"], indirect=True)  # it has no part in this
def test_collector_that_accepted_and_hung(factory: Factory, settings: dict):
    """Another that is there by then has the events within five seconds, although the first never closes."""
    began = []

    def hang_at_first(peer: Peer) -> None:
        while peer.read_request() is not None:
            if peer.number == 1:
                began.append(time.monotonic())
                peer.receive()
            peer.send(ACCEPTED)
    with ScriptedServer(hang_at_first) as server:
        proxy = factory.proxy(factory.mock().url, server.url, **settings)
        send(proxy, 10)
        wait_until(lambda: terms(proxy)["delivered"] == 10, "all events")
        assert 4.9 < time.monotonic() - began[0] < 5 + SLACK
        assert adds_up(terms(proxy)) and proxy.metrics()["llmgw_proxy_event_post_retries_total"] == 1


@pytest.mark.parametrize("kind", ["memory"], indirect=True)  # it has no part in this
def test_long_outage_is_over_within_five_seconds(factory: Factory, settings: dict):
    """However long the pauses have become."""
    with FakeCollector(status="503 Service Unavailable") as collector:
        proxy = factory.proxy(factory.mock().url, collector.url, **settings)
        ids = send(proxy, 10)
        wait_until(lambda: len(collector.requests) >= 6, "a long outage", 2 * PATIENCE)
        collector.status = "202 Accepted"
        begin = time.monotonic()
        wait_until(lambda: ids_of(collector.events()) == sorted(ids), "all events")
        assert time.monotonic() - begin < 5 + (SLACK if SANITIZED else 0)
