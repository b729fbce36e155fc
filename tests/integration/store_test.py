# SPDX-License-Identifier: MIT
"""The collector with a store of every engine: each event once, sums that are those of the rows, whatever happens."""

import gzip
import json
import pathlib
import random
import signal
import time
import uuid

import pytest
import zstandard

from support import wire
from support.delivery import send
from support.gateway import Collector, Factory
from support.process import PATIENCE, SANITIZED, run, wait_until
from support.senders import NDJSON, Senders, lines, metrics, new_ids, post
from support.store import AnyStore, event, uuid7
from support.store_files import imported, log_of


def collector_on(factory: Factory, store: AnyStore, **settings: str) -> Collector:
    return factory.collector(STORE_URL=store.url, **settings)


def test_traffic_of_the_gateway_is_in_it(factory: Factory, store: AnyStore):
    mock = factory.mock()
    collector = collector_on(factory, store)
    proxy = factory.proxy(mock.url, collector.url)
    ids = send(proxy, 20)
    wait_until(lambda: store.exists() and store.count() == 20, "all events")
    assert {each for (each,) in store.rows("SELECT request_id FROM event")} == set(ids)
    assert store.rows("SELECT * FROM placed") == []  # ids of the proxy are clocks
    assert store.check() == 20


@pytest.mark.long
def test_killed_at_any_moment_and_sent_again(factory: Factory, store: AnyStore):
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


def test_two_requests_with_the_same_events_at_once(factory: Factory, store: AnyStore):
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


@pytest.mark.parametrize("settings, word", [
    ({"STORE_URL": "sqlite:/none/events.db"}, "No such file or directory"),
    ({"STORE_URL": "sqlite:"}, "not a store such as"),
    ({"STORE_URL": "sqlite:/tmp/x.db", "EVENT_LOG_PATH": "/tmp/x"}, "one place has the events"),
])
def test_bad_settings(settings: dict[str, str], word: str):
    done = run("llm-collector", PORT="127.0.0.1:0", **settings)
    assert done.returncode == 2 and "STORE_URL" in done.stderr and word in done.stderr


def stored(collector: Collector, sent: dict) -> dict:
    """The event as the query API has it."""
    with wire.Connection(collector.query) as connection:
        connection.send(wire.request("GET", f"/api/v1/events/{sent['event_id']}", [("Host", "127.0.0.1")], host=False))
        response = connection.read_response()
    assert response.status == 200, response
    return response.json()


def test_hostile_names(factory: Factory, store: AnyStore):
    collector = collector_on(factory, store)
    names = ["'; DROP TABLE event; --", "a\0b", "ä\u2028\U0001f600", "\"quoted\"", "=1+1", "x" * 5_000, "\\", " ", "$1"]
    sent = [event(tenant=name, model=name[::-1], finish_reason=name, request_id=name) for name in names]
    assert post(collector.address, log_of(sent)).status == 202
    for each in sent:
        found = stored(collector, each)
        assert {name: found[name] for name in each} == each
    kept = {name[:256] for name in names}
    if store.engine == "postgresql":  # whose texts hold no NUL; the event itself does
        kept = {name.replace("\0", "\ufffd") for name in kept}
    assert {text for (text,) in store.rows("SELECT text FROM event JOIN word ON word.id = event.tenant")} == kept
    assert store.check() == len(names)


def test_ids_of_every_form(factory: Factory, store: AnyStore):
    collector = collector_on(factory, store)
    now = time.time_ns() // 1_000_000
    ids = ["chosen", "i" * 128, "0", "-", str(uuid.uuid4()), uuid7(now), uuid7(now - 86_400_000), uuid7(now).upper()]
    sent = [event(event_id=each) for each in ids]
    for _ in range(2):
        assert post(collector.address, log_of(sent)).status == 202
    assert post(collector.address, log_of([event(event_id=each, at=now - 5_000) for each in ids])).status == 202
    assert store.check() == len(ids)
    assert metrics(collector.address)['llmgw_store_events_total{result="duplicate"}'] == 2 * len(ids)
    with wire.Connection(collector.query) as connection:
        connection.send(wire.request("GET", "/api/v1/events?limit=100", [("Host", "127.0.0.1")], host=False))
        found = connection.read_response().json()["items"]
    assert {each["event_id"] for each in found} == set(ids)


def test_nothing_that_was_sent_is_lost(factory: Factory, store: AnyStore):
    collector = collector_on(factory, store)
    odd = event(latency_ms=0.00012, prompt_tokens=2**53 + 1, more={"a": [1, None]}, ts="2026-11-23T08:30:00.1234+02:00")
    assert post(collector.address, log_of([odd])).status == 202
    rest = json.loads("{" + store.one("SELECT rest FROM event") + "}")
    assert rest == {name: odd[name] for name in ("latency_ms", "prompt_tokens", "more", "ts")}
    assert store.rows("SELECT prompt_tokens, no_usage FROM usage_day") == [(0, 0)]


def test_rows_of_sums_are_bounded(factory: Factory, store: AnyStore):
    """Whatever senders make up; a tenant that is called as what stands for the rest is one of its own."""
    collector = collector_on(factory, store, STORE_MAX_SERIES="100")
    sent = [event(app_key=f"k{n}", outcome="other") for n in range(150)]
    assert post(collector.address, log_of(sent)).status == 202
    assert store.check() == 150
    assert store.one("SELECT count(*) FROM usage_day") <= 102
    assert metrics(collector.address)["llmgw_store_series_reduced_total"] >= 49
    assert collector.daemon.stop() == 0
    collector = collector_on(factory, store, STORE_MAX_SERIES="100")
    assert post(collector.address, log_of([event(tenant=f"t{n}") for n in range(300)])).status == 202
    assert store.check() == 450
    assert store.one("SELECT count(*) FROM usage_day") <= 2 * 100 + 8
    assert store.one("SELECT count(*) FROM usage_day WHERE tenant = 0 OR app_key = 0 OR model = 0") == 0
    assert store.one("SELECT count(DISTINCT tenant) FROM event") == 301


def test_retention_at_start(factory: Factory, store: AnyStore):
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


def test_import_of_rotated_and_compressed_files(tmp_path: pathlib.Path, store: AnyStore):
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


@pytest.mark.long
def test_import_of_a_large_file_goes_in_parts(tmp_path: pathlib.Path, store: AnyStore):
    path = tmp_path / "events.gz"
    path.write_bytes(gzip.compress(log_of([event(padding="p" * 600) for _ in range(20_000)]), 1))
    done = imported(str(path), store=store, patience=PATIENCE * 2)
    assert done.returncode == 0 and "20000 events stored" in done.stdout
    assert store.check() == 20_000


def test_import_of_events_of_the_original_gateway(tmp_path: pathlib.Path, store: AnyStore):
    """They have no id."""
    path = tmp_path / "old.ndjson"
    path.write_bytes(log_of([dict(list(event().items())[:11]) for _ in range(30)]))
    for stored in (30, 0):
        done = imported(str(path), store=store)
        assert done.returncode == 0 and f"{stored} events stored" in done.stdout
    assert store.check() == 30


def test_import_leaves_out_a_torn_last_line(tmp_path: pathlib.Path, store: AnyStore):
    path = tmp_path / "events.ndjson"
    events = [event() for _ in range(3)]
    path.write_bytes(log_of(events)[:-40])
    done = imported(str(path), store=store)
    assert done.returncode == 0 and "line 3 is torn" in done.stdout and "2 events stored" in done.stdout
    path.write_bytes(log_of(events)[:-1])  # whole but for its line end
    assert "1 events stored, 2 stored before" in imported(str(path), store=store).stdout


def test_import_names_a_faulty_line(tmp_path: pathlib.Path, store: AnyStore):
    path = tmp_path / "events.ndjson"
    path.write_bytes(log_of([event(), event(), event(status_code="200"), event()]))
    done = imported(str(path), store=store)
    assert done.returncode == 1 and "line 3: status_code" in done.stderr
    assert store.count() == 0
    path.write_bytes(log_of([event()]) + b"{\n" + log_of([event()]))
    assert "line 2" in imported(str(path), store=store).stderr


@pytest.mark.parametrize("name, content", [("cut.gz", gzip.compress(b"x" * 100_000)[:-12]), ("odd.gz", b"\x1f\x8b\x08nonsense"),
                                           ("cut.zst", zstandard.compress(b"x" * 100_000)[:-4])])
def test_import_of_a_damaged_file(tmp_path: pathlib.Path, store: AnyStore, name: str, content: bytes):
    path = tmp_path / name
    path.write_bytes(content)
    done = imported(str(path), store=store)
    assert done.returncode == 1 and "damaged, or cut short" in done.stderr and name in done.stderr


@pytest.mark.parametrize("arguments, status, word", [
    (["import"], 2, "needs files"), (["import", "--fast"], 2, "--fast"), (["import", "/none"], 1, "/none"),
    (["backup"], 2, "new file"), (["migrate", "x"], 2, "--dry-run"), (["restore"], 2, "unknown option"),
])
def test_commands_that_cannot_be_done(store: AnyStore, arguments: list[str], status: int, word: str):
    done = run("llm-collector", *arguments, STORE_URL=store.url)
    assert done.returncode == status and word in done.stderr, done


def test_commands_want_a_store():
    done = run("llm-collector", "import", "/none")
    assert done.returncode == 2 and "STORE_URL" in done.stderr


def test_migrate(store: AnyStore):
    def migrate(*arguments: str):
        return run("llm-collector", "migrate", *arguments, STORE_URL=store.url)
    assert "step 1, first, is due" in migrate("--dry-run").stdout
    assert "step 1, first\n" in migrate().stdout
    assert "nothing to do" in migrate().stdout
    assert store.count() == 0


def test_a_store_of_its_own_tables_needs_no_leave(factory: Factory, store: AnyStore):
    collector = collector_on(factory, store, STORE_MIGRATE="check")  # new: made
    assert post(collector.address, lines(new_ids(1))).status == 202
    assert collector.daemon.stop() == 0
    collector = collector_on(factory, store, STORE_MIGRATE="check", STORE_SYNC="none")
    assert post(collector.address, lines(new_ids(1))).status == 202
    assert store.check() == 2


def test_sighup_does_no_harm(factory: Factory, store: AnyStore):
    collector = collector_on(factory, store)
    collector.daemon.signal(signal.SIGHUP)
    assert post(collector.address, lines(new_ids(1))).status == 202
    assert store.check() == 1
