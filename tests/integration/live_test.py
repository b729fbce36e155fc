# SPDX-License-Identifier: MIT
"""/api/v1/live: events as they are stored, to those who may see them, and never more than there is room for."""

import concurrent.futures
import hashlib
import json
import pathlib
import signal
import socket
import time
import urllib.parse

import pytest

from support import wire
from support.gateway import Factory
from support.process import PATIENCE, wait_until
from support.senders import metrics, post
from support.store import AnyStore
from support.sse import EventStream

LOCAL = [("Host", "localhost")]
NUMBER = iter(range(1, 10**6))


def event(**more: object) -> dict:
    at = time.time_ns() // 1_000_000
    number = next(NUMBER)
    return {"request_id": f"req-{number}", "tenant": "team-a", "app_key": "sha256:1", "provider": "openai", "model": "m",
            "prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8, "latency_ms": 12.5, "status_code": 200,
            "ts": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at // 1000)) + f".{at % 1000:03}Z",
            "event_id": f"{at >> 16:08x}-{at & 0xffff:04x}-7000-8000-{number:012x}", "outcome": "completed"} | more


def send(collector, *events: dict) -> None:
    assert post(collector.address, b"".join(json.dumps(each).encode() + b"\n" for each in events)).status == 202


@pytest.fixture
def collector(factory: Factory, store: AnyStore):
    return factory.collector(STORE_URL=store.url)


def test_events_come_once_they_are_stored(collector):
    with EventStream(collector.query, "/api/v1/live", LOCAL) as live:
        assert live.head.status == 200 and live.head.get("Content-Type") == "text/event-stream"
        first, second = event(), event(tenant="<b>\u2028", status_code=500)
        send(collector, first, second)
        begin = time.monotonic()
        assert live.next_of("event") == first
        assert live.next_of("event") == second
        assert time.monotonic() - begin < PATIENCE / 20
        summary = live.next_of("summary")
        while summary["requests"] == 0:
            summary = live.next_of("summary")
        assert summary == {"requests": 2, "errors": 1, "prompt_tokens": 10, "completion_tokens": 6, "cost_nano_usd": 0,
                           "unpriced_requests": 2}
        send(collector, first)  # once more: it was stored before
        third = event()
        send(collector, third)
        assert live.next_of("event") == third


def test_filters_choose(collector):
    with EventStream(collector.query, "/api/v1/live", LOCAL, tenant=["team-b", "team-c"], status_class="4xx") as live:
        wanted = event(tenant="team-c", status_code=404)
        send(collector, event(), event(tenant="team-b"), event(status_code=404), wanted)
        assert live.next_of("event") == wanted
        while (summary := live.next_of("summary"))["requests"] == 0:
            pass
        assert summary["requests"] == 1


def test_more_than_fifty_a_second_are_counted(collector):
    with EventStream(collector.query, "/api/v1/live", LOCAL) as live:
        send(collector, *(event() for _ in range(500)))
        shown = skipped = requests = 0
        while requests < 500:
            name, data = live.next()
            shown += name == "event"
            skipped += data["skipped"] if name == "skipped" else 0
            requests += data["requests"] if name == "summary" else 0
        assert shown == 50 and skipped == 450
    assert metrics(collector.address)['llmgw_query_live_events_total{result="skipped"}'] == 450


def test_viewers_are_bounded_and_leave(collector):
    streams = [EventStream(collector.query, "/api/v1/live", LOCAL) for _ in range(32)]
    assert metrics(collector.address)["llmgw_query_live_viewers"] == 32
    refused = wire.ask(collector.query, "GET", "/api/v1/live", LOCAL, host=False)
    assert refused.status == 503 and refused.json()["error"]["code"] == "overloaded"
    for each in streams:
        each.socket.close()
    wait_until(lambda: metrics(collector.address)["llmgw_query_live_viewers"] == 0, "all have left")


@pytest.mark.long
def test_a_viewer_that_takes_nothing_holds_nobody_up(collector):
    def reach_the_last() -> None:
        while live.next_of("event")["tenant"] != "last":
            pass

    with concurrent.futures.ThreadPoolExecutor() as pool, EventStream(collector.query, "/api/v1/live", LOCAL) as slow, \
            EventStream(collector.query, "/api/v1/live", LOCAL) as live:
        watching = pool.submit(reach_the_last)
        padding = "x" * 30_000
        for _ in range(20):
            send(collector, *(event(padding=padding) for _ in range(60)))
        for _ in range(int(PATIENCE)):
            send(collector, event(tenant="last"))  # in the next second there is room again
            if concurrent.futures.wait([watching], timeout=1).done:
                break
        watching.result(timeout=0)
        assert collector.daemon.is_running() and slow.head.status == 200


@pytest.mark.long
def test_a_viewer_that_takes_nothing_is_cut(collector):
    with EventStream(collector.query, "/api/v1/live", LOCAL) as slow, EventStream(collector.query, "/api/v1/live", LOCAL) as live:
        slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        begin = time.monotonic()
        padding = "x" * 30_000
        while metrics(collector.address)["llmgw_query_live_viewers"] == 2:
            assert time.monotonic() - begin < 10 + 2 * PATIENCE
            send(collector, *(event(padding=padding) for _ in range(50)))
            while live.next()[0] != "summary":  # of each second one
                pass
        assert time.monotonic() - begin >= 10  # it had its time
        assert metrics(collector.address)["llmgw_query_live_viewers"] == 1 and slow.head.status == 200
        seen: set[str] = set()
        for _ in range(int(PATIENCE)):
            send(collector, event(tenant="last"))  # in the next second there is room again
            while (message := live.next())[0] != "summary":
                seen.add(message[1].get("tenant") if message[0] == "event" else message[0])
            if "last" in seen:
                break
        assert "last" in seen


def test_wrong_questions_are_refused(collector):
    for query, param in (("tenant=%ff%zz", None), ("x=1", "x"), ("status_class=9xx", "status_class")):
        response = wire.ask(collector.query, "GET", f"/api/v1/live?{query}", LOCAL, host=False)
        assert response.status == 400, query
        assert param is None or response.json()["error"]["param"] == param
    assert wire.ask(collector.query, "POST", "/api/v1/live", LOCAL, b"", host=False).status == 405


def test_streams_end_with_the_collector(collector):
    with EventStream(collector.query, "/api/v1/live", LOCAL) as live:
        collector.daemon.signal(signal.SIGTERM)
        while live.next() is not None:
            pass
        assert live.is_complete
    assert collector.daemon.wait() == 0


def test_a_token_sees_its_own_tenants_alone(factory: Factory, tmp_path: pathlib.Path):
    def line(token: str, scope: str) -> str:
        return f"{token} sha256:{hashlib.sha256(token.encode()).hexdigest()} {scope}\n"

    tokens = tmp_path / "tokens"
    tokens.write_text(line("all", "admin") + line("own", "tenant=team-a"))
    collector = factory.collector(STORE_URL=f"sqlite:{tmp_path}/events.db", QUERY_TOKENS_FILE=str(tokens))
    own = [("Host", "x"), ("Authorization", "Bearer own")]
    with EventStream(collector.query, "/api/v1/live", own) as live:
        mine = event()
        send(collector, *(event(tenant="team-b") for _ in range(200)), mine)
        assert live.next_of("event") == mine
        while (summary := live.next_of("summary"))["requests"] == 0:
            pass
        assert summary["requests"] == 1
        denied = wire.ask(collector.query, "GET", f"/api/v1/live?{urllib.parse.urlencode({'tenant': 'team-b'})}", own, host=False)
        assert denied.status == 403 and denied.json()["error"]["code"] == "scope_not_allowed"
        assert wire.ask(collector.query, "GET", "/api/v1/live", [("Host", "x")], host=False).status == 401
        tokens.write_text(line("all", "admin"))
        while live.next() is not None:  # the token is gone
            pass
    assert wire.ask(collector.query, "GET", "/api/v1/live", own, host=False).status == 401
