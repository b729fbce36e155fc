# SPDX-License-Identifier: MIT
"""The collector with a SQLite store: each event once, sums that are those of the rows, whatever happens."""

import gzip
import json
import pathlib
import random
import resource
import signal
import sqlite3
import time
import uuid

import pytest
import zstandard

from support import wire
from support.delivery import send
from support.gateway import Collector, Factory
from support.process import PATIENCE, SANITIZED, run, wait_until
from support.senders import NDJSON, Senders, lines, metrics, new_ids, post
from support.store import Store


@pytest.fixture
def store(tmp_path: pathlib.Path) -> Store:
    return Store(tmp_path / "events.db")


def collector_on(factory: Factory, store: Store, **settings: str) -> Collector:
    return factory.collector(STORE_URL=store.url, **settings)


def uuid7(milliseconds: int) -> str:
    value = milliseconds << 80 | 7 << 76 | random.getrandbits(12) << 64 | 2 << 62 | random.getrandbits(62)
    return str(uuid.UUID(int=value))


def event(**changes: object) -> dict:
    now = time.time_ns() // 1_000_000
    at = changes.pop("at", now)
    ts = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at // 1000)) + f".{at % 1000:03}Z"
    return {"request_id": f"req_{uuid.uuid4().hex}", "tenant": "demo", "app_key": "sha256:3f1c9a0b4d2e",
            "provider": "openai", "model": "gpt-4o-mini", "prompt_tokens": 14, "completion_tokens": 9,
            "total_tokens": 23, "latency_ms": 812.4, "status_code": 200, "ts": ts, "schema_version": 1,
            "event_id": uuid7(at), "request_model": "gpt-4o-mini", "endpoint": "/v1/chat/completions", "stream": True,
            "outcome": "completed", "usage_source": "upstream", "cached_tokens": 0, "reasoning_tokens": None,
            "ttft_ms": 211.7, "upstream_request_id": "req_abc", "request_bytes": 412, "response_bytes": 9310,
            "captured_bytes": 9310, "capture_truncated": False, "finish_reason": "stop"} | changes


def log_of(events: list[dict]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in events)


def test_traffic_of_the_gateway_is_in_it(factory: Factory, store: Store):
    mock = factory.mock()
    collector = collector_on(factory, store)
    proxy = factory.proxy(mock.url, collector.url)
    ids = send(proxy, 20)
    wait_until(lambda: store.path.exists() and store.count() == 20, "all events")
    assert {each for (each,) in store.rows("SELECT request_id FROM event")} == set(ids)
    assert store.rows("SELECT * FROM placed") == []  # ids of the proxy are clocks
    assert store.check() == 20


def test_killed_at_any_moment_and_sent_again(factory: Factory, store: Store):
    collector = collector_on(factory, store)
    port = f"127.0.0.1:{collector.address[1]}"
    senders = Senders(collector.address, 6)
    for _ in range(4 if SANITIZED else 10):
        senders.wait_for(random.randint(1, 20))
        collector.daemon.kill()
        assert store.check() <= sum(map(len, senders.sent))  # before anybody mends anything
        collector = collector_on(factory, store, port=port)
    all_ids = senders.end()
    for ids in senders.sent:  # as a client does that did not see the answer
        assert post(collector.address, lines(ids)).status == 202
    assert sorted(store.ids()) == sorted(all_ids)
    assert store.check() == len(all_ids)


def test_two_requests_with_the_same_events_at_once(factory: Factory, store: Store):
    collector = collector_on(factory, store)
    bodies = [lines(new_ids(200)) for _ in range(10)]
    for body in bodies:
        opened = [wire.Connection(collector.address) for _ in range(4)]
        for connection in opened:
            connection.send(wire.request("POST", "/events", NDJSON, body))
        for connection in opened:
            assert connection.read_response("POST").json() == {"accepted": 200}
            connection.close()
    assert store.check() == 2_000
    counts = metrics(collector.address)
    assert counts['llmgw_store_events_total{result="fresh"}'] == 2_000
    assert counts['llmgw_store_events_total{result="duplicate"}'] == 6_000


def test_a_store_that_does_not_answer_is_not_waited_for(factory: Factory, store: Store):
    collector = collector_on(factory, store, STORE_TIMEOUT="300ms")
    assert post(collector.address, lines(new_ids(1))).status == 202
    ids = new_ids(10)
    with sqlite3.connect(store.path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        begin = time.monotonic()
        answer = post(collector.address, lines(ids))
        assert answer.status == 503 and answer.error["code"] == "sink_unavailable" and answer.get("Retry-After") == "1"
        assert 0.25 < time.monotonic() - begin < PATIENCE / 4
        assert wire.ask(collector.address, "GET", "/readyz").status == 503
        assert wire.ask(collector.address, "GET", "/healthz").status == 200
        other.execute("ROLLBACK")
    other.close()
    wait_until(lambda: wire.ask(collector.address, "GET", "/readyz").status == 200, "the store is back")
    assert post(collector.address, lines(ids)).status == 202
    assert store.check() == 11
    assert collector.daemon.stop() == 0


def check_full_and_recovered(collector: Collector, store: Store, make_room) -> None:
    address, accepted = collector.address, 0
    for _ in range(2_000):
        ids = new_ids(100)
        response = post(address, lines(ids))
        if response.status != 202:
            break
        accepted += 100
    assert response.status == 503 and response.error["code"] == "sink_unavailable", response
    assert response.get("Retry-After") == "1"
    assert store.check() == accepted
    assert wire.ask(address, "GET", "/healthz").status == 200
    assert metrics(address)["llmgw_collector_sink_healthy"] == 0
    make_room()
    assert wire.ask(address, "GET", "/readyz").status == 200
    assert post(address, lines(ids)).status == 202
    assert store.check() == accepted + 100
    assert metrics(address)["llmgw_collector_sink_healthy"] == 1


def test_full_disk(factory: Factory, small_disk: pathlib.Path):
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 500_000)
    store = Store(small_disk / "events.db")
    check_full_and_recovered(collector_on(factory, store), store, filler.unlink)


def test_file_size_limit(factory: Factory, store: Store):
    collector = collector_on(factory, store)
    resource.prlimit(collector.daemon.pid, resource.RLIMIT_FSIZE, (500_000, resource.RLIM_INFINITY))
    check_full_and_recovered(collector, store, lambda: resource.prlimit(
        collector.daemon.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)))


def test_second_collector_is_refused(factory: Factory, store: Store):
    collector = collector_on(factory, store)
    done = run("llm-collector", PORT="127.0.0.1:0", STORE_URL=store.url)
    assert done.returncode == 1
    assert "STORE_URL" in done.stderr and "another collector uses it" in done.stderr
    assert post(collector.address, lines(new_ids(1))).status == 202


@pytest.mark.parametrize("settings, word", [
    ({"STORE_URL": "sqlite:/none/events.db"}, "No such file or directory"),
    ({"STORE_URL": "sqlite:"}, "not a store such as"),
    ({"STORE_URL": "sqlite:/tmp/x.db", "EVENT_LOG_PATH": "/tmp/x"}, "one place has the events"),
])
def test_bad_settings(settings: dict[str, str], word: str):
    done = run("llm-collector", PORT="127.0.0.1:0", **settings)
    assert done.returncode == 2 and "STORE_URL" in done.stderr and word in done.stderr


def test_newer_store_is_refused(factory: Factory, store: Store):
    collector_on(factory, store).daemon.stop()
    with sqlite3.connect(store.path) as connection:
        connection.execute("INSERT INTO migration VALUES(999, 'later', 'x', 0)")
    done = run("llm-collector", PORT="127.0.0.1:0", STORE_URL=store.url)
    assert done.returncode == 2 and "a newer llm-collector" in done.stderr


def test_hostile_names(factory: Factory, store: Store):
    collector = collector_on(factory, store)
    names = ["'; DROP TABLE event; --", "a\0b", "ä\u2028\U0001f600", "\"quoted\"", "=1+1", "x" * 5_000, "\\", " "]
    sent = [event(tenant=name, model=name[::-1], finish_reason=name) for name in names]
    assert post(collector.address, log_of(sent)).status == 202
    found = dict(store.rows("SELECT event_id, text FROM event JOIN word ON word.id = event.tenant"))
    for each in sent:
        assert found[uuid.UUID(each["event_id"]).bytes] == each["tenant"][:256]
    [[rest]] = store.rows("SELECT rest FROM event WHERE rest IS NOT NULL")
    assert json.loads("{" + rest + "}")["tenant"] == "x" * 5_000
    assert store.check() == len(names)


def test_nothing_that_was_sent_is_lost(factory: Factory, store: Store):
    collector = collector_on(factory, store)
    odd = event(latency_ms=0.00012, prompt_tokens=2**53 + 1, more={"a": [1, None]}, ts="2026-11-23T08:30:00.1234+02:00")
    assert post(collector.address, log_of([odd])).status == 202
    rest = json.loads("{" + store.one("SELECT rest FROM event") + "}")
    assert rest == {name: odd[name] for name in ("latency_ms", "prompt_tokens", "more", "ts")}
    assert store.rows("SELECT prompt_tokens, no_usage FROM usage_day") == [(0, 0)]


def test_retention_at_start(factory: Factory, store: Store):
    now = time.time_ns() // 1_000_000
    old = [event(at=now - 3 * 86_400_000) for _ in range(50)]
    fresh = [event() for _ in range(20)]
    collector = collector_on(factory, store)
    assert post(collector.address, log_of(old + fresh)).status == 202
    assert collector.daemon.stop() == 0
    collector = collector_on(factory, store, EVENT_RETENTION="2d")
    wait_until(lambda: store.count() == 20, "the old ones to leave")
    assert post(collector.address, log_of(old)).json() == {"accepted": 50}  # and not counted again
    assert store.count() == 20
    assert store.one("SELECT sum(requests) FROM usage_day") == 70
    wait_until(lambda: metrics(collector.address)["llmgw_store_oldest_seconds"] < 3_600, "the age of the oldest")
    assert metrics(collector.address)['llmgw_store_events_total{result="too_old"}'] == 50


def imported(*arguments: str, store: Store, **settings: str):
    return run("llm-collector", "import", *arguments, STORE_URL=store.url, **settings)


def test_import_of_rotated_and_compressed_files(tmp_path: pathlib.Path, store: Store):
    parts = [[event() for _ in range(500)] for _ in range(4)]
    plain, packed, both, dense = (tmp_path / name for name in ("e.ndjson", "e.1.gz", "e.2.gz", "e.3.zst"))
    plain.write_bytes(log_of(parts[0]) + b"\n \n")
    packed.write_bytes(gzip.compress(log_of(parts[1])))
    both.write_bytes(gzip.compress(log_of(parts[2][:200])) + gzip.compress(log_of(parts[2][200:])))
    dense.write_bytes(zstandard.compress(log_of(parts[3][:10])) + zstandard.compress(log_of(parts[3][10:])))
    files = [str(each) for each in (plain, packed, both, dense)]
    done = imported(*files, store=store)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("500 events stored, 0 stored before") == 4
    again = imported(*files, store=store)
    assert again.returncode == 0 and again.stdout.count("0 events stored, 500 stored before") == 4
    assert sorted(store.ids()) == sorted(each["event_id"] for part in parts for each in part)
    assert store.check() == 2_000


def test_import_of_a_large_file_goes_in_parts(tmp_path: pathlib.Path, store: Store):
    path = tmp_path / "events.gz"
    path.write_bytes(gzip.compress(log_of([event(padding="p" * 600) for _ in range(20_000)]), 1))
    done = imported(str(path), store=store, patience=PATIENCE * 2)
    assert done.returncode == 0 and "20000 events stored" in done.stdout
    assert store.check() == 20_000


def test_import_of_events_of_the_original_gateway(tmp_path: pathlib.Path, store: Store):
    """They have no id."""
    path = tmp_path / "old.ndjson"
    path.write_bytes(log_of([dict(list(event().items())[:11]) for _ in range(30)]))
    for stored in (30, 0):
        done = imported(str(path), store=store)
        assert done.returncode == 0 and f"{stored} events stored" in done.stdout
    assert store.check() == 30


def test_import_leaves_out_a_torn_last_line(tmp_path: pathlib.Path, store: Store):
    path = tmp_path / "events.ndjson"
    events = [event() for _ in range(3)]
    path.write_bytes(log_of(events)[:-40])
    done = imported(str(path), store=store)
    assert done.returncode == 0 and "line 3 is torn" in done.stdout and "2 events stored" in done.stdout
    path.write_bytes(log_of(events)[:-1])  # whole but for its line end
    assert "1 events stored, 2 stored before" in imported(str(path), store=store).stdout


def test_import_names_a_faulty_line(tmp_path: pathlib.Path, store: Store):
    path = tmp_path / "events.ndjson"
    path.write_bytes(log_of([event(), event(), event(status_code="200"), event()]))
    done = imported(str(path), store=store)
    assert done.returncode == 1 and "line 3: status_code" in done.stderr
    assert store.count() == 0
    path.write_bytes(log_of([event()]) + b"{\n" + log_of([event()]))
    assert "line 2" in imported(str(path), store=store).stderr


@pytest.mark.parametrize("name, content", [("cut.gz", gzip.compress(b"x" * 100_000)[:-12]), ("odd.gz", b"\x1f\x8b\x08nonsense"),
                                           ("cut.zst", zstandard.compress(b"x" * 100_000)[:-4])])
def test_import_of_a_damaged_file(tmp_path: pathlib.Path, store: Store, name: str, content: bytes):
    path = tmp_path / name
    path.write_bytes(content)
    done = imported(str(path), store=store)
    assert done.returncode == 1 and "damaged, or cut short" in done.stderr and name in done.stderr


def test_import_is_refused_while_a_collector_runs(factory: Factory, tmp_path: pathlib.Path, store: Store):
    collector_on(factory, store)
    (tmp_path / "e").write_bytes(log_of([event()]))
    done = imported(str(tmp_path / "e"), store=store)
    assert done.returncode == 1 and "another collector uses it" in done.stderr


@pytest.mark.parametrize("arguments, status, word", [
    (["import"], 2, "needs files"), (["import", "--fast"], 2, "--fast"), (["import", "/none"], 1, "/none"),
    (["backup"], 2, "new file"), (["migrate", "x"], 2, "--dry-run"), (["restore"], 2, "unknown option"),
])
def test_commands_that_cannot_be_done(store: Store, arguments: list[str], status: int, word: str):
    done = run("llm-collector", *arguments, STORE_URL=store.url)
    assert done.returncode == status and word in done.stderr, done


def test_commands_want_a_store():
    done = run("llm-collector", "import", "/none")
    assert done.returncode == 2 and "STORE_URL" in done.stderr


def test_backup_while_it_is_written_to(factory: Factory, tmp_path: pathlib.Path, store: Store):
    collector = collector_on(factory, store)
    senders = Senders(collector.address, 4)
    copies = []
    for number in range(3):
        senders.wait_for(20)
        copies.append(Store(tmp_path / f"copy-{number}.db"))
        done = run("llm-collector", "backup", str(copies[-1].path), STORE_URL=store.url)
        assert done.returncode == 0, done.stderr
    all_ids = senders.end()
    counts = [copy.check() for copy in copies]
    assert 0 < counts[0] < counts[1] < counts[2] <= store.check() == len(all_ids)
    done = run("llm-collector", "backup", str(copies[0].path), STORE_URL=store.url)
    assert done.returncode == 1 and "exists already" in done.stderr
    assert not list(tmp_path.glob("*.part"))
    second = factory.collector(STORE_URL=copies[2].url)  # it can be gone on with
    assert post(second.address, lines(all_ids)).status == 202
    assert copies[2].check() == len(all_ids)


def test_migrate(store: Store):
    def migrate(*arguments: str):
        return run("llm-collector", "migrate", *arguments, STORE_URL=store.url)
    assert "step 1, first, is due" in migrate("--dry-run").stdout
    assert "step 1, first\n" in migrate().stdout
    assert "nothing to do" in migrate().stdout
    assert store.count() == 0


def test_a_store_of_its_own_tables_needs_no_leave(factory: Factory, store: Store):
    collector = collector_on(factory, store, STORE_MIGRATE="check")  # new: made
    assert post(collector.address, lines(new_ids(1))).status == 202
    assert collector.daemon.stop() == 0
    collector = collector_on(factory, store, STORE_MIGRATE="check", STORE_SYNC="none")
    assert post(collector.address, lines(new_ids(1))).status == 202
    assert store.check() == 2


def test_sighup_does_no_harm(factory: Factory, store: Store):
    collector = collector_on(factory, store)
    collector.daemon.signal(signal.SIGHUP)
    assert post(collector.address, lines(new_ids(1))).status == 202
    assert store.check() == 1
