# SPDX-License-Identifier: MIT
"""The collector when things go wrong: each event it has answered for is stored once, and no line is ever torn."""

import gzip
import json
import os
import pathlib
import random
import resource
import signal
import uuid

import pytest

from support import wire
from support.gateway import Collector, Factory
from support.process import SANITIZED, Daemon, run, wait_until
from support.senders import NDJSON, Senders, lines, metrics, new_ids, post


def stored(*paths: pathlib.Path) -> list[str]:
    """The ids in event logs whose every line is whole."""
    contents = [path.read_bytes() for path in paths]
    assert all(text == b"" or text.endswith(b"\n") for text in contents)
    return [json.loads(line)["event_id"] for text in contents for line in text.splitlines()]


def test_killed_at_any_moment_and_sent_again(factory: Factory, tmp_path: pathlib.Path):
    events = tmp_path / "events.ndjson"
    collector = factory.collector(events=events, EVENT_LOG_SYNC="batch")
    port = f"127.0.0.1:{collector.address[1]}"
    senders = Senders(collector.address, 6)
    for _ in range(4 if SANITIZED else 10):
        senders.wait_for(random.randint(1, 30))
        collector.daemon.kill()
        if random.random() < 0.3 and b"\n" in events.read_bytes():  # in the middle of a rotation
            events.rename(tmp_path / f"events.ndjson.{uuid.uuid4().hex}")
        collector = factory.collector(events=events, port=port, EVENT_LOG_SYNC="batch")
    all_ids = senders.end()
    for ids in senders.sent:  # as a client does that did not see the answer
        assert post(collector.address, lines(ids)).status == 202
    found = stored(events, *tmp_path.glob("events.ndjson.[0-9a-f]*"))  # not the .ids
    assert len(found) == len(set(found)), "an event was stored twice"
    assert sorted(found) == sorted(all_ids)


def test_torn_line_is_cut_from_a_file_that_was_rotated_meanwhile(factory: Factory, tmp_path: pathlib.Path):
    events, rotated = tmp_path / "events.ndjson", tmp_path / "events.ndjson.1"
    collector = factory.collector(events=events)
    ids, torn = new_ids(3), new_ids(2)
    assert post(collector.address, lines(ids)).status == 202
    collector.daemon.kill()
    with events.open("ab") as log:
        log.write(lines(torn)[:-9])  # as a write that was cut short leaves it
    events.rename(rotated)
    collector = factory.collector(events=events)
    collector.daemon.wait_for_log(lambda line: "torn" in line["msg"] and line["path"] == str(rotated), "a word about it")
    assert stored(rotated) == ids + torn[:1]
    assert post(collector.address, lines(torn)).status == 202
    assert stored(events) == torn[1:]


def test_rotation_under_load_loses_no_line(factory: Factory, tmp_path: pathlib.Path):
    events = tmp_path / "events.ndjson"
    collector = factory.collector(events=events)
    senders = Senders(collector.address, 4)
    for number in range(5 if SANITIZED else 20):
        senders.wait_for(8)
        events.rename(tmp_path / f"old-{number}")
        collector.daemon.signal(signal.SIGHUP)
        wait_until(events.exists, "a new file")
    all_ids = senders.end()
    files = [events, *tmp_path.glob("old-*")]
    for ids in senders.sent[-20:]:
        assert post(collector.address, lines(ids)).status == 202
    found = stored(*files)
    assert len(found) == len(set(found))
    assert set(found) >= {each for batch in senders.sent[:-20] for each in batch} and set(found) <= set(all_ids)


def test_rotated_ids_are_known_after_a_restart(factory: Factory, tmp_path: pathlib.Path):
    events = tmp_path / "events.ndjson"
    collector = factory.collector(events=events)
    ids = new_ids(100)
    assert post(collector.address, lines(ids)).status == 202
    events.rename(tmp_path / "old")
    collector.daemon.signal(signal.SIGHUP)
    wait_until(events.exists, "a new file")
    collector.daemon.wait_for_log(lambda line: line["msg"] == "event log reopened", "the rotation")
    assert post(collector.address, lines(new_ids(1))).status == 202  # behind the rotation in the writer's queue
    (tmp_path / "old").unlink()
    collector.daemon.kill()
    collector = factory.collector(events=events)
    assert post(collector.address, lines(ids)).json() == {"accepted": 100}
    assert len(stored(events)) == 1
    assert metrics(collector.address)['llmgw_collector_events_total{result="duplicate"}'] == 100


def check_full_and_recovered(collector: Collector, make_room) -> None:
    address, accepted = collector.address, []
    for _ in range(1_000):
        ids = new_ids(100)
        response = post(address, lines(ids))
        if response.status != 202:
            break
        accepted += ids
    assert response.status == 503 and response.error["code"] == "sink_unavailable", response
    assert response.get("Retry-After") == "1"
    assert stored(collector.events_path) == accepted  # nothing of the refused batch remains
    large = lines(new_ids(200), padding=1_000)  # more than what a readiness probe looks for
    assert post(address, large).status == 503
    assert wire.ask(address, "GET", "/healthz").status == 200
    assert metrics(address)["llmgw_collector_sink_healthy"] == 0
    assert stored(collector.events_path) == accepted
    make_room()
    assert wire.ask(address, "GET", "/readyz").status == 200
    assert post(address, lines(ids)).status == 202
    assert stored(collector.events_path) == accepted + ids
    assert metrics(address)["llmgw_collector_sink_healthy"] == 1


@pytest.mark.parametrize("sync", ["none", "batch"])
def test_full_disk(factory: Factory, small_disk: pathlib.Path, sync: str):
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 600_000)
    collector = factory.collector(events=small_disk / "events.ndjson", EVENT_LOG_SYNC=sync)
    check_full_and_recovered(collector, filler.unlink)


def test_file_size_limit(factory: Factory):
    collector = factory.collector()
    limit = (100_000, resource.RLIM_INFINITY)
    resource.prlimit(collector.daemon.pid, resource.RLIMIT_FSIZE, limit)
    check_full_and_recovered(collector, lambda: resource.prlimit(
        collector.daemon.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)))


def test_removed_file_is_begun_anew(factory: Factory):
    collector = factory.collector()
    first, second = new_ids(3), new_ids(3)
    assert post(collector.address, lines(first)).status == 202
    collector.events_path.unlink()
    assert post(collector.address, lines(second)).status == 202
    assert stored(collector.events_path) == second
    collector.daemon.wait_for_log(lambda line: "removed" in line["msg"], "a word about it")


def test_second_collector_on_the_same_file_is_refused(factory: Factory):
    collector = factory.collector()
    done = run("llm-collector", PORT="127.0.0.1:0", EVENT_LOG_PATH=str(collector.events_path))
    assert done.returncode == 2
    assert "EVENT_LOG_PATH" in done.stderr and "no other collector" in done.stderr
    assert post(collector.address, lines(new_ids(1))).status == 202


def test_group_commit(factory: Factory):
    """Requests that come together share a write and its fdatasync."""
    collector = factory.collector(EVENT_LOG_SYNC="batch")
    connections, rounds = 50, 10
    requests = [wire.request("POST", "/events", NDJSON, lines(new_ids(2))) for _ in range(connections * rounds)]
    opened = [wire.Connection(collector.address) for _ in range(connections)]
    for number in range(rounds):
        for index, connection in enumerate(opened):
            connection.send(requests[number * connections + index])
        for connection in opened:
            assert connection.read_response("POST").status == 202
    for connection in opened:
        connection.close()
    counts = metrics(collector.address)
    assert counts['llmgw_collector_requests_total{status="202"}'] == connections * rounds
    assert counts["llmgw_collector_write_duration_seconds_count"] < connections * rounds / 2
    assert len(set(stored(collector.events_path))) == 2 * connections * rounds


def test_slow_client_holds_nobody_up(factory: Factory):
    collector = factory.collector()
    ids = new_ids(50)
    slow = wire.Connection(collector.address)
    message = wire.request("POST", "/events", NDJSON, lines(ids))
    for at in range(0, len(message) - 100, 700):
        slow.send(message[at:at + 700] if at + 700 < len(message) - 100 else message[at:-100])
        assert post(collector.address, lines(new_ids(1))).status == 202
    assert not set(ids) & set(stored(collector.events_path))
    slow.send(message[-100:])
    assert slow.read_response("POST").json() == {"accepted": 50}
    slow.close()
    assert set(ids) <= set(stored(collector.events_path))


@pytest.mark.parametrize("content", [b" " * 400_000_000, b"[" * 200_000_000], ids=["blanks", "brackets"])
def test_bomb(factory: Factory, content: bytes):
    collector = factory.collector()
    before = collector.daemon.resident_bytes()
    bomb = gzip.compress(content, 1)
    del content
    response = post(collector.address, bomb, NDJSON + [("Content-Encoding", "gzip")])
    assert response.status == 413 and response.error["code"] == "request_too_large"
    if not SANITIZED:
        assert collector.daemon.resident_bytes() - before < 64 * 1024 * 1024
    assert post(collector.address, lines(new_ids(1))).status == 202


def test_announced_size_costs_nothing(factory: Factory):
    collector = factory.collector()
    before = collector.daemon.resident_bytes()
    opened = [wire.Connection(collector.address) for _ in range(100)]
    for connection in opened:
        connection.send(b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 16000000\r\n\r\n{")
    wait_until(lambda: metrics(collector.address)["llmgw_collector_held_body_bytes"] == 100, "all of them")
    assert collector.daemon.resident_bytes() - before < (400 if SANITIZED else 32) * 1024 * 1024
    assert post(collector.address, lines(new_ids(1))).status == 202
    for connection in opened:
        connection.close()


def test_standard_output_that_is_slow_and_then_gone(tmp_path: pathlib.Path):
    out, into = os.pipe()
    daemon = Daemon("llm-collector", tmp_path, stdout=into, PORT="127.0.0.1:0")
    os.close(into)
    address = daemon.address("events")
    ids = new_ids(2_000)  # more than a pipe holds
    connection = wire.Connection(address)
    connection.send(wire.request("POST", "/events", NDJSON, lines(ids)))
    wait_until(lambda: metrics(address)["llmgw_collector_held_body_bytes"] > 0, "the request")
    assert wire.ask(address, "GET", "/healthz").status == 200  # while the write waits for its reader
    with os.fdopen(out, "rb") as reader:
        found = [json.loads(reader.readline())["event_id"] for _ in ids]
        assert found == ids
        assert connection.read_response("POST").json() == {"accepted": 2_000}
    connection.close()
    response = post(address, lines(new_ids(1)))
    assert response.status == 503 and response.error["code"] == "sink_unavailable"
    assert daemon.stop() == 0
    daemon.check_findings()
