# SPDX-License-Identifier: MIT
"""Events on their way to the collector: nothing is lost while it is away, and traffic never feels it."""

import os

import pytest

from support.delivery import UNFELT, adds_up, ids_of, send, terms
from support.gateway import Factory, Gateway, Proxy, chat
from support.process import wait_until
from support.scripted import FakeCollector, ScriptedServer, answering, reply


def delivery_line(proxy: Proxy, matches) -> dict:
    return proxy.daemon.wait_for_log(lambda line: line["msg"] == "event delivery" and matches(line), "statistics")


def test_lone_event_leaves_at_once(factory: Factory):
    """Far sooner than any interval."""
    with FakeCollector() as collector:
        proxy = factory.proxy(factory.mock().url, collector.url, EVENT_FLUSH_TIMEOUT="1h")
        ids = send(proxy, 1)
        wait_until(lambda: ids_of(collector.events()) == ids, "the event", UNFELT)
        proxy.daemon.kill()


def test_delivery_does_not_interrupt_traffic(factory: Factory):
    """Where both share a processor: one thread, that of delivery, is of the kind that gives way."""
    with FakeCollector() as collector:
        proxy = factory.proxy(factory.mock().url, collector.url)
        ids = send(proxy, 1)
        wait_until(lambda: ids_of(collector.events()) == ids, "the event")
        threads = os.listdir(f"/proc/{proxy.daemon.pid}/task")
        assert [os.sched_getscheduler(int(each)) for each in threads].count(os.SCHED_BATCH) == 1


def test_collector_that_is_down_and_comes_back(factory: Factory):
    gateway = factory.gateway()
    first = send(gateway.proxy, 5)
    gateway.wait_for_events(5)
    assert gateway.collector.daemon.stop() == 0
    second = send(gateway.proxy, 20)
    gateway.proxy.daemon.wait_for_log(lambda line: line["level"] == "warn" and "collector" in line["msg"], "a warning")
    assert gateway.proxy.ready() == 200
    host, port = gateway.collector.address
    again = factory.collector(port=f"{host}:{port}", events=gateway.collector.events_path)
    third = send(gateway.proxy, 5)
    gateway.wait_for_events(30)
    assert ids_of(again.events()) == sorted(first + second + third)


def test_collector_that_was_never_there(factory: Factory):
    with FakeCollector() as placeholder:
        port = placeholder.address[1]
    proxy = factory.proxy(factory.mock().url, f"http://127.0.0.1:{port}/")
    ids = send(proxy, 20)
    with FakeCollector(port) as collector:
        wait_until(lambda: ids_of(collector.events()) == sorted(ids), "all events")


def test_collector_that_is_slow(factory: Factory):
    with FakeCollector() as collector:
        proxy = factory.proxy(factory.mock().url, collector.url)
        collector.is_open.clear()
        ids = send(proxy, 50)
        assert collector.events() == []
        collector.is_open.set()
        wait_until(lambda: len(collector.events()) >= 50, "all events")
        assert ids_of(collector.events()) == sorted(ids)
        assert len(collector.batches) < 25  # they grow while one is under way


@pytest.mark.parametrize("status", ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests",
                                    "401 Unauthorized"])
def test_events_are_kept_while_the_collector_is_in_trouble(factory: Factory, status: str):
    with FakeCollector(status=status) as collector:
        proxy = factory.proxy(factory.mock().url, collector.url)
        ids = send(proxy, 10)
        wait_until(lambda: len(collector.requests) >= 2, "a second attempt")
        collector.status = "202 Accepted"
        wait_until(lambda: ids_of(collector.events()) == sorted(ids), "all events")


def test_events_that_the_collector_refuses_are_dropped_and_counted(factory: Factory):
    with FakeCollector(status="400 Bad Request") as collector:
        proxy = factory.proxy(factory.mock().url, collector.url, EVENT_FLUSH_TIMEOUT="100ms")
        send(proxy, 5)
        line = delivery_line(proxy, lambda line: line["dropped"] == 5)
        assert line["delivered"] == 0
        collector.status = "202 Accepted"
        ids = send(proxy, 5)
        wait_until(lambda: ids_of(collector.events()) == sorted(ids), "the later events")
        assert terms(proxy)["dropped"] == 5


def test_no_collector_is_said_once_and_counted(factory: Factory):
    proxy = factory.proxy(factory.mock().url, None, EVENT_FLUSH_TIMEOUT="100ms")
    send(proxy, 5)
    delivery_line(proxy, lambda line: line["produced"] == 5 and line["dropped"] == 5)
    assert len([line for line in proxy.daemon.entries() if "COLLECTOR_URL" in line["msg"]]) == 1
    assert proxy.ready() == 200


def test_full_queue_drops_and_counts(factory: Factory):
    with FakeCollector() as collector:
        collector.is_open.clear()
        proxy = factory.proxy(factory.mock().url, collector.url, EVENT_QUEUE_SIZE="10", EVENT_FLUSH_TIMEOUT="100ms",
                              PROXY_THREADS="1")
        ids = send(proxy, 200)
        line = delivery_line(proxy, lambda line: line["produced"] == 200)
        assert line["level"] == "warn" and 0 < line["dropped"] < 200
        assert line["queued"] <= 10
        assert line["produced"] == line["delivered"] + line["dropped"] + line["queued"] + line["in_flight"]
        now = terms(proxy)
        assert now["produced"] == 200 and now["dropped"] == line["dropped"], now
        assert adds_up(now), now
        collector.is_open.set()
        wait_until(lambda: len(collector.events()) == 200 - line["dropped"], "the events that were kept")
        delivered = ids_of(collector.events())
        assert len(set(delivered)) == len(delivered) and set(delivered) < set(ids)
        later = send(proxy, 1)
        wait_until(lambda: later[0] in ids_of(collector.events()), "a later event")


def test_terms_when_all_is_well(gateway: Gateway):
    gateway.post(chat())

    def settled() -> bool:
        now = terms(gateway.proxy)
        assert now["dropped"] == 0
        return now["produced"] == now["delivered"] > 0 and now["queued"] == now["in_flight"] == 0
    wait_until(settled, "produced = delivered")


def test_statistics_line_each_interval(factory: Factory):
    with FakeCollector() as collector:
        proxy = factory.proxy(factory.mock().url, collector.url, EVENT_FLUSH_TIMEOUT="100ms")
        send(proxy, 3)
        delivery_line(proxy, lambda line: line["delivered"] == 3)
        send(proxy, 3)
        line = delivery_line(proxy, lambda line: line["delivered"] == 6)
        assert line["level"] == "info" and line["produced"] == 6 and line["dropped"] == 0


def test_collector_that_is_killed_in_mid_traffic(factory: Factory):
    """It may have taken what it could not acknowledge: each event arrives at least once, and none is lost."""
    gateway = factory.gateway()
    ids = send(gateway.proxy, 10)
    gateway.collector.daemon.kill()
    ids += send(gateway.proxy, 10)
    host, port = gateway.collector.address
    again = factory.collector(port=f"{host}:{port}", events=gateway.collector.events_path)
    wait_until(lambda: {event["request_id"] for event in again.events()} == set(ids), "all events")


def test_events_go_to_the_path_of_the_url(factory: Factory):
    with ScriptedServer(answering(reply(b'{"accepted":1}', "202 Accepted"))) as server:
        proxy = factory.proxy(factory.mock().url, server.url + "/ingest/v1")
        send(proxy, 1)
        assert server.wait_for_requests(1)[0].target.startswith("/ingest/v1")
