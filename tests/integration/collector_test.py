# SPDX-License-Identifier: MIT
"""The collector on its own: what it takes, what it refuses, and what it writes."""

import gzip
import json
import signal
import uuid
from pathlib import Path

import pytest

from support.gateway import Collector, Factory
from support.process import Daemon, wait_until
from support.wire import Response, ask

JSON, NDJSON = [("Content-Type", "application/json")], [("Content-Type", "application/x-ndjson")]


def event(**changes: object) -> dict:
    return {"request_id": f"req_{uuid.uuid4().hex}", "tenant": "demo", "app_key": "sha256:3f1c9a0b4d2e",
            "provider": "openai", "model": "gpt-4o-mini-2024-07-18", "prompt_tokens": 14, "completion_tokens": 9,
            "total_tokens": 23, "latency_ms": 812.4, "status_code": 200, "ts": "2026-11-23T08:30:00.123Z",
            "schema_version": 1, "event_id": f"0192f0c1-7a3b-7{uuid.uuid4().hex[:3]}-9{uuid.uuid4().hex[:3]}-{uuid.uuid4().hex[:12]}",
            "request_model": "gpt-4o-mini", "endpoint": "/v1/chat/completions", "stream": True, "outcome": "completed",
            "usage_source": "upstream", "cached_tokens": 0, "reasoning_tokens": None, "ttft_ms": 211.7,
            "upstream_request_id": "req_abc", "request_bytes": 412, "response_bytes": 9310, "captured_bytes": 9310,
            "capture_truncated": False, "finish_reason": "stop"} | changes


def lines(events: list[dict]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in events)


@pytest.fixture
def collector(factory: Factory) -> Collector:
    return factory.collector()


def post(collector: Collector, body: bytes, fields: list | None = None) -> Response:
    return ask(collector.address, "POST", "/events", NDJSON if fields is None else fields, body)


def test_forms_of_a_request(collector: Collector):
    events = [event() for _ in range(7)]
    for body, fields, count in ((json.dumps(events[0]).encode(), JSON, 1), (json.dumps(events[1:3]).encode(), JSON, 2),
                                (lines(events[3:5]), NDJSON, 2), (lines(events[5:])[:-1], NDJSON, 2)):
        response = post(collector, body, fields)
        assert (response.status, response.json()) == (202, {"accepted": count})
    assert collector.events() == events


def test_gzip(collector: Collector):
    events = [event() for _ in range(100)]
    response = post(collector, gzip.compress(lines(events)), NDJSON + [("Content-Encoding", "gzip")])
    assert (response.status, response.json()) == (202, {"accepted": 100})
    assert collector.events() == events


@pytest.mark.parametrize("bad", [b"{", b"[]x", b"nonsense", b'"text"', b"{}", lines([event(status_code="200")]),
                                 lines([event(ts="yesterday")]), lines([event(prompt_tokens=-1)])],
                         ids=["cut", "behind-it", "word", "text", "empty", "status", "time", "negative"])
def test_one_bad_event_refuses_the_whole_request(collector: Collector, bad: bytes):
    response = post(collector, lines([event(), event()]) + bad)
    assert response.status == 400 and "3" in response.json()["error"]["message"], response
    assert collector.events() == []


def test_event_seen_before_is_accepted_and_not_written_twice(collector: Collector):
    first, second = event(), event()
    assert post(collector, lines([first])).status == 202
    response = post(collector, lines([first, second, second]))
    assert (response.status, response.json()) == (202, {"accepted": 3})
    assert collector.events() == [first, second]


def test_event_of_the_original_gateway(collector: Collector):
    old = {key: value for key, value in list(event().items())[:11]}
    assert post(collector, json.dumps(old).encode(), JSON).status == 202
    assert collector.events() == [old]


def test_too_large(factory: Factory):
    collector = factory.collector(MAX_EVENTS_BODY="10KB")
    many = lines([event() for _ in range(50)])
    assert post(collector, many).status == 413
    packed = gzip.compress(many)
    assert len(packed) < 10 * 1024
    assert post(collector, packed, NDJSON + [("Content-Encoding", "gzip")]).status == 413
    assert collector.events() == []


def test_other_paths_and_methods(collector: Collector):
    assert ask(collector.address, "GET", "/healthz").status == 200
    assert ask(collector.address, "GET", "/readyz").status == 200
    assert ask(collector.address, "GET", "/other").status == 404
    assert ask(collector.address, "GET", "/events").status == 405
    assert b"llmgw_collector_" in ask(collector.address, "GET", "/metrics").body


def test_standard_output_is_ndjson_alone(factory: Factory, tmp_path: Path):
    daemon = Daemon("llm-collector", tmp_path, PORT="127.0.0.1:0")
    events = [event() for _ in range(3)]
    address = daemon.address("events")
    assert ask(address, "POST", "/events", NDJSON, lines(events)).status == 202
    assert daemon.stop() == 0
    daemon.check_findings()
    assert [json.loads(line) for line in daemon.output.read_text().splitlines()] == events


def test_sighup_opens_the_file_anew(collector: Collector):
    first, second = event(), event()
    post(collector, lines([first]))
    moved = collector.events_path.with_suffix(".1")
    collector.events_path.rename(moved)
    collector.daemon.signal(signal.SIGHUP)
    wait_until(collector.events_path.exists, "the new file")
    post(collector, lines([second]))
    assert collector.events() == [second] and json.loads(moved.read_text()) == first


def test_file_is_appended_and_a_torn_line_is_cut(factory: Factory, tmp_path: Path):
    path = tmp_path / "events.ndjson"
    first, second = event(), event()
    path.write_bytes(lines([first]) + lines([event()])[:100])
    collector = factory.collector(events=path)
    assert post(collector, lines([second])).status == 202
    assert collector.events() == [first, second]
    collector.daemon.wait_for_log(lambda line: line["level"] == "warn" and "torn" in line["msg"], "a word about it")


def test_batch_sync(factory: Factory):
    collector = factory.collector(EVENT_LOG_SYNC="batch")
    events = [event() for _ in range(10)]
    for each in events:
        assert post(collector, lines([each])).status == 202
    assert collector.events() == events
