# SPDX-License-Identifier: MIT
"""The collector before those who mean it no good: it answers others, stores nothing of theirs, and touches no file that
is not its own."""

import json
import pathlib
import signal

import pytest

from support import wire
from support.gateway import Factory
from support.process import SANITIZED, run, wait_until

EVENT = {"request_id": "req_1", "tenant": "demo", "provider": "openai", "model": "m", "latency_ms": 1.5,
         "status_code": 200, "ts": "2026-11-23T08:30:00.123Z"}


def status_of(address: tuple[str, int], method: str, path: str) -> int:
    """0 where the connection was closed unheard."""
    try:
        return wire.ask(address, method, path).status
    except (OSError, wire.Cut):
        return 0


@pytest.mark.skipif(SANITIZED, reason="the sanitizers hold descriptors of their own")
def test_idle_connections_silence_nobody(factory: Factory):
    collector = factory.collector(files=128)
    idle = [wire.Connection(collector.address) for _ in range(160)]
    try:
        wait_until(lambda: status_of(collector.address, "GET", "/healthz") == 200, "health", patience=5)
        text = wire.ask(collector.address, "GET", "/metrics").body.decode()
        samples = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        assert float(samples["llmgw_collector_open_connections"]) <= 64
        assert float(samples["llmgw_collector_refused_connections_total"]) > 0
        assert collector.daemon.open_files() < 128
    finally:
        for connection in idle:
            connection.close()


@pytest.mark.skipif(SANITIZED, reason="the sanitizers hold descriptors of their own")
def test_busy_connections_leave_an_answer_for_the_next(factory: Factory):
    collector = factory.collector(files=128)
    busy = [wire.Connection(collector.address) for _ in range(40)]
    try:
        for connection in busy:
            connection.send(b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
        def refusal() -> wire.Response | None:
            with wire.Connection(collector.address) as connection:
                try:
                    return connection.read_response()  # said without being asked
                except (OSError, wire.Cut):
                    return None
        response = wait_until(refusal, "refusal")
        assert response.status == 503 and response.error["code"] == "overloaded"
        busy.pop().close()
        wait_until(lambda: status_of(collector.address, "GET", "/healthz") == 200, "health")
    finally:
        for connection in busy:
            connection.close()


def test_rlimit_is_raised_at_start(factory: Factory):
    collector = factory.collector()
    limits = open(f"/proc/{collector.daemon.pid}/limits", encoding="utf-8").read()
    soft, hard = next(line.split()[3:5] for line in limits.splitlines() if line.startswith("Max open files"))
    assert soft == hard or int(soft) >= 1 << 20


@pytest.mark.parametrize(("content", "said"), [
    (b'{"name":"gateway","version":"1.0"}', "no piece of an event"),
    (b'{"model":"m","messages":[{"role":"user","content":"hello"}]}', "no piece of an event"),
    (b'{\n  "a": 1\n}', "no piece of an event"),
    (json.dumps(EVENT).encode() + b"\n   ", "blanks"),
    (b" \t\r", "blanks"),
    (bytes(4096), "zeros"),
], ids=["package", "request", "pretty", "blanks-behind", "blanks", "zeros"])
def test_file_of_somebody_else_is_not_touched(tmp_path: pathlib.Path, content: bytes, said: str):
    path = tmp_path / "other.json"
    path.write_bytes(content)
    done = run("llm-collector", PORT="127.0.0.1:0", EVENT_LOG_PATH=str(path))
    assert done.returncode == 2 and path.read_bytes() == content
    faults = [line for line in map(json.loads, done.stderr.splitlines()) if line["level"] == "error"]
    assert len(faults) == 1 and faults[0]["variable"] == "EVENT_LOG_PATH" and faults[0]["value"] == str(path)
    assert said in faults[0]["reason"] and "nothing was changed" in faults[0]["reason"]
    assert sorted(tmp_path.iterdir()) == [path]


def test_file_of_somebody_else_is_not_taken_up_on_sighup(factory: Factory):
    collector = factory.collector()
    moved = collector.events_path.with_suffix(".1")
    collector.events_path.rename(moved)
    collector.events_path.write_text('{"name":"gateway"}')
    collector.daemon.signal(signal.SIGHUP)
    collector.daemon.wait_for_log(lambda line: "not reopened" in line["msg"], "a word about it")
    assert wire.ask(collector.address, "POST", "/events", [], json.dumps(EVENT).encode()).status == 202
    assert json.loads(moved.read_text()) == EVENT and collector.events_path.read_text() == '{"name":"gateway"}'


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_pages_write_nothing(factory: Factory, origin: str):
    collector = factory.collector()
    body = json.dumps(EVENT).encode()
    response = wire.ask(collector.address, "POST", "/events", [("Origin", origin), ("Content-Type", "text/plain")], body)
    assert response.status == 403 and response.error["code"] == "origin_not_allowed"
    assert collector.events() == []
    assert wire.ask(collector.address, "OPTIONS", "/events", [("Origin", origin)]).status == 405
    assert wire.ask(collector.address, "POST", "/events", [], body).status == 202


def test_bodies_that_never_come_set_no_memory_aside(factory: Factory):
    collector = factory.collector()
    opened = [wire.Connection(collector.address) for _ in range(200)]
    for connection in opened:
        connection.send(b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 16000000\r\n\r\n{")
    samples = lambda: wire.ask(collector.address, "GET", "/metrics").body.decode()
    wait_until(lambda: "llmgw_collector_held_body_bytes 200\n" in samples(), "all of them")
    if not SANITIZED:  # which set terabytes aside
        status = pathlib.Path(f"/proc/{collector.daemon.pid}/status").read_text()
        assert int(status.split("VmSize:")[1].split()[0]) < 1024 * 1024  # KiB
    for connection in opened:
        connection.close()
