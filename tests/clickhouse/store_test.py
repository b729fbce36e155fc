# SPDX-License-Identifier: MIT
"""The collector with a ClickHouse store: each event is seen once, and sums are those of the rows, whatever happens."""

import json
import pathlib
import random
import time
import urllib.parse

import pytest

from support import wire
from support.clickhouse import ClickHouseStore
from support.config_file import write
from support.delivery import send
from support.gateway import Collector, Factory
from support.process import run, wait_until
from support.reports import KEY, Reports, openai_usage
from support.senders import NDJSON, Senders, lines, metrics, new_ids, post
from support.store import event
from support.store_files import log_of

QUICK = {"STORE_GATHER": "0", "STORE_ROLLUP_DELAY": "0"}


def collector_on(factory: Factory, store: ClickHouseStore, **settings: str) -> Collector:
    return factory.collector(**({"STORE_URL": store.url} | QUICK | settings))


def asked(collector: Collector, path: str, **parameters: object) -> dict:
    with wire.Connection(collector.query) as connection:
        target = f"/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        connection.send(wire.request("GET", target, [("Host", "localhost")], host=False))
        response = connection.read_response()
    assert response.status == 200, response
    return response.json()


def requests_of(collector: Collector) -> int:
    return asked(collector, "usage", **{"from": "2020-01-01"})["totals"]["requests"]


def test_traffic_of_the_gateway_is_in_it(factory: Factory, store: ClickHouseStore):
    mock = factory.mock()
    collector = factory.collector(STORE_URL=store.url)  # as it is without any other setting
    proxy = factory.proxy(mock.url, collector.url)
    ids = send(proxy, 20)
    wait_until(lambda: store.touched() or store.count(), "the first events")
    wait_until(lambda: store.count() == 20, "all events")
    assert {each for [each] in store.sql("SELECT request_id FROM event FINAL")} == set(ids)
    assert store.one("SELECT countIf(id != '') FROM event") == 0  # ids of the proxy are clocks
    assert requests_of(collector) == 20
    store.settle()
    assert store.check() == 20 and requests_of(collector) == 20


@pytest.mark.parametrize("seed", range(3))
def test_any_multiset_in_any_order(factory: Factory, store: ClickHouseStore, seed: int):
    """Whatever is sent, in whatever batches, how often, and wherever the collector is killed: what can be seen is the
    set of the events, and the sums are theirs."""
    randomness = random.Random(seed)
    now = time.time_ns() // 1_000_000
    names = ("a", "b", "=x", "'; DROP TABLE event; --")
    events = [event(at=now - randomness.randrange(6 * 86_400_000), tenant=randomness.choice(names),
                    model=randomness.choice(names), prompt_tokens=randomness.choice((None, 0, 7, 2**53)),
                    latency_ms=round(randomness.lognormvariate(5, 2), 3), status_code=randomness.choice((200, 429, 0)))
              for _ in range(randomness.randrange(1, 120))]
    events += [event(at=now - 5_000, event_id=f"mine-{number}") for number in range(randomness.randrange(20))]
    sent = events + randomness.choices(events, k=randomness.randrange(2 * len(events)))
    randomness.shuffle(sent)
    collector = collector_on(factory, store)
    while sent:
        batch = [sent.pop() for _ in range(min(len(sent), randomness.randrange(1, 60)))]
        crash = randomness.random() < 0.4
        if crash:
            with wire.Connection(collector.address) as connection:
                connection.send(wire.request("POST", "/events", NDJSON, log_of(batch)))
                time.sleep(randomness.random() * 0.1)  # somewhere in the write, or behind it
                collector.daemon.kill()
            collector = collector_on(factory, store)
        assert post(collector.address, log_of(batch)).status == 202
        assert store.check() == requests_of(collector)
    assert sorted(store.ids()) == sorted(each["event_id"] for each in events)
    assert store.check() == len(events)
    totals = asked(collector, "usage", **{"from": "2020-01-01"})["totals"]
    for name in ("prompt_tokens", "completion_tokens", "request_bytes"):
        assert totals[name] == sum(each[name] or 0 for each in events), name


def test_marks_that_a_crash_has_left_are_taken_over(factory: Factory, store: ClickHouseStore):
    collector = collector_on(factory, store, STORE_ROLLUP_DELAY="10m")
    assert post(collector.address, log_of([event()])).status == 202
    store.settle()  # the first time there is no delay
    assert post(collector.address, log_of([event() for _ in range(9)])).status == 202
    collector.daemon.kill()
    assert store.touched() and store.one("SELECT sum(requests) FROM usage_day") == 1
    collector = collector_on(factory, store)
    assert requests_of(collector) == 10 and store.touched()  # another process may live that has them
    collector.daemon.stop()
    # As if it had been minutes ago.
    store.sql("INSERT INTO touched SELECT hour, writer + 1, 0, version - 200000000000 FROM touched FINAL WHERE is_done = 0")
    store.sql("ALTER TABLE touched DELETE WHERE version > toUnixTimestamp64Nano(now64(9)) - 100000000000 SETTINGS "
              "mutations_sync = 1")
    collector = collector_on(factory, store)
    store.settle()
    assert store.check() == 10 and requests_of(collector) == 10


def test_sums_that_are_wrong_are_found_at_start(factory: Factory, store: ClickHouseStore):
    collector = collector_on(factory, store)
    assert post(collector.address, log_of([event() for _ in range(5)])).status == 202
    store.settle()
    collector.daemon.stop()
    store.sql("INSERT INTO usage_hour SELECT * REPLACE(requests + 1 AS requests) FROM usage_hour")
    collector = collector_on(factory, store)
    wait_until(lambda: store.one("SELECT uniqExact(version) FROM summed WHERE span = 0") == 2, "sums made anew")
    store.settle()
    assert store.check() == 5 and requests_of(collector) == 5


def test_two_collectors_with_the_same_events(factory: Factory, store: ClickHouseStore):
    both = [collector_on(factory, store) for _ in range(2)]
    bodies = [log_of([event() for _ in range(50)]) for _ in range(6)]
    for body in bodies:
        opened = [wire.Connection(each.address) for each in both]
        for connection in opened:
            connection.send(wire.request("POST", "/events", NDJSON, body))
        for connection in opened:
            assert connection.read_response("POST").json() == {"accepted": 50}
            connection.close()
    assert {requests_of(each) for each in both} == {300}
    store.settle()
    assert store.check() == 300


def test_first_of_two_with_the_same_id_stays(factory: Factory, store: ClickHouseStore):
    first = event(tenant="first")
    for tenant in ("first", "second", "third"):
        collector = collector_on(factory, store)  # one that does not remember
        assert post(collector.address, log_of([first | {"tenant": tenant}])).status == 202
        collector.daemon.stop()
    assert store.sql("SELECT tenant FROM event FINAL") == [["first"]]


def test_hostile_names(factory: Factory, store: ClickHouseStore):
    collector = collector_on(factory, store)
    names = ["'; DROP TABLE event; --", "a\0b", "ä\u2028\U0001f600", "\"quoted\"", "=1+1", "x" * 5_000, "\\", " ", "\\N",
             "{a:String}", "\t\n", "%27", "?"]
    sent = [event(tenant=name, model=name[::-1], finish_reason=name) for name in names]
    assert post(collector.address, log_of(sent)).status == 202
    for each in sent:
        found = asked(collector, f"events/{each['event_id']}")
        assert {name: found[name] for name in each} == each
        assert asked(collector, "usage", tenant=each["tenant"], model=each["model"])["totals"]["requests"] == 1
    assert set(asked(collector, "values", field="tenant")["items"]) == {name[:256] for name in names}
    assert asked(collector, "values", field="tenant", prefix="\\")["items"] == ["\\", "\\N"]
    assert store.check() == len(names)


def test_events_of_impossible_times(factory: Factory, store: ClickHouseStore):
    """A clock that is wrong neither stops the store nor makes more than some partitions."""
    days = [0, 1, 40_000, 2_000_000] + [7 * number for number in range(1_500, 1_900)]
    sent = [event(at=day * 86_400_000) for day in days]
    collector = collector_on(factory, store)
    assert post(collector.address, log_of(sent)).status == 202
    assert store.count() == len(sent)
    assert store.one("SELECT max(toInt64(partition)) - min(toInt64(partition)) FROM system.parts WHERE active AND "
                     "database = currentDatabase() AND table = 'event'") <= 2_600


def test_too_many_series_become_one(factory: Factory, store: ClickHouseStore):
    collector = collector_on(factory, store, STORE_MAX_SERIES="100")
    sent = [event(app_key=f"key-{number}") for number in range(150)]
    sent += [event(app_key=f"key-{number}", tenant=f"t-{number}") for number in range(200)]
    assert post(collector.address, log_of(sent)).status == 202
    store.settle()
    assert store.check() == 350
    for table in ("usage_hour", "usage_day"):
        assert store.one(f"SELECT count() FROM {table}") <= 203, table
        assert store.one(f"SELECT sum(requests) FROM {table} WHERE app_key = 'other'") >= 150
    assert requests_of(collector) == 350


def test_retention(factory: Factory, store: ClickHouseStore):
    now = time.time_ns() // 1_000_000
    old = [event(at=now - 30 * 86_400_000) for _ in range(50)]
    fresh = [event() for _ in range(20)]
    collector = collector_on(factory, store)
    assert post(collector.address, log_of(old + fresh)).status == 202
    store.settle()
    assert collector.daemon.stop() == 0
    collector = collector_on(factory, store, EVENT_RETENTION="2d")
    wait_until(lambda: store.count() == 20, "the old ones to leave")
    assert post(collector.address, log_of(old)).json() == {"accepted": 50}  # and not counted again
    assert store.count() == 20 and requests_of(collector) == 70
    assert len(asked(collector, "events", limit=1000)["items"]) == 20
    assert store.one("SELECT sum(requests) FROM usage_day") == 70
    counts = metrics(collector.address)
    assert counts['llmgw_store_events_total{result="too_old"}'] == 50
    assert 0 < asked(collector, "store")["floor"].count("-")


def test_what_is_below_the_floor_is_not_seen(factory: Factory, store: ClickHouseStore):
    """Rows leave by the week; until then nobody sees those that are too old."""
    now = time.time_ns() // 1_000_000
    old = [event(at=now - 3 * 3_600_000) for _ in range(5)]
    collector = collector_on(factory, store)
    assert post(collector.address, log_of(old + [event()])).status == 202
    store.settle()
    collector.daemon.stop()
    collector = collector_on(factory, store, EVENT_RETENTION="2h")
    wait_until(lambda: len(asked(collector, "events")["items"]) == 1, "the old ones to leave")
    for each in old:
        with wire.Connection(collector.query) as connection:
            connection.send(wire.request("GET", f"/api/v1/events/{each['event_id']}", [("Host", "localhost")], host=False))
            assert connection.read_response().status == 404
    assert requests_of(collector) == 6


def test_import_may_be_done_twice(factory: Factory, tmp_path: pathlib.Path, store: ClickHouseStore):
    path = tmp_path / "old.ndjson"
    path.write_bytes(log_of([event() for _ in range(30)] + [dict(list(event().items())[:11]) for _ in range(30)]))
    for _ in range(2):
        done = run("llm-collector", "import", str(path), STORE_URL=store.url)
        assert done.returncode == 0, done.stderr
        assert "60 events stored" in done.stdout
    assert store.count() == 60
    assert requests_of(collector_on(factory, store)) == 60


def test_migrate(factory: Factory, store: ClickHouseStore):
    def migrate(*arguments: str):
        return run("llm-collector", "migrate", *arguments, STORE_URL=store.url)
    assert "step 1, first, is due" in migrate("--dry-run").stdout
    assert "step 1, first\n" in migrate().stdout
    assert "nothing to do" in migrate().stdout
    assert store.count() == 0
    collector = collector_on(factory, store, STORE_MIGRATE="check")
    assert post(collector.address, log_of([event()])).status == 202
    collector.daemon.stop()
    store.sql("INSERT INTO migration VALUES (999, 'later', 'x', 0)")
    done = run("llm-collector", PORT="127.0.0.1:0", STORE_URL=store.url)
    assert done.returncode == 2 and "a newer llm-collector" in done.stderr


def test_a_database_of_another_program_is_refused(store: ClickHouseStore):
    store.sql("CREATE TABLE event (a Int64) ENGINE = MergeTree ORDER BY a")
    done = run("llm-collector", PORT="127.0.0.1:0", STORE_URL=store.url)
    assert done.returncode == 2 and "a database of another program" in done.stderr


def test_costs_anew_are_not_with_this_store(tmp_path: pathlib.Path, store: ClickHouseStore):
    price = {"provider": "openai", "model": "gpt*", "input": 1, "output": 1}
    prices = write(tmp_path / "prices.yaml", {"version": 1, "prices": [price]})
    done = run("llm-collector", "reprice", "--from", "2026-01-01", STORE_URL=store.url, GATEWAY_CONFIG=str(prices))
    assert done.returncode == 1 and "not with this store" in done.stderr


def test_comparisons_are_not_kept(factory: Factory, tmp_path: pathlib.Path, store: ClickHouseStore):
    """They are made, which is all that the command needs a store for."""
    collector = collector_on(factory, store)
    day = int(time.time()) // 86_400 - 10
    of_that_day = [event(at=day * 86_400_000 + 1_000, cost_nano_usd=0, price_id="0123456789ab") for _ in range(7)]
    assert post(collector.address, log_of(of_that_day)).status == 202
    key = tmp_path / "key"
    key.write_text(KEY + "\n")
    first, last = (time.strftime("%Y-%m-%d", time.gmtime(each * 86_400)) for each in (day, day + 1))
    with Reports() as reports:
        reports.put("completions", day, openai_usage("gpt-4o-mini", 7, 7 * 14, 7 * 9))
        done = run("llm-collector", "reconcile", "--provider", "openai", "--from", first, "--to", last, "--format", "json",
                   STORE_URL=store.url, RECONCILE_KEY_FILE=str(key), RECONCILE_BASE_URL=reports.url)
    assert done.returncode == 0 and "is not kept for the page: not with this store" in done.stderr, done
    [[item]] = [each["items"] for each in json.loads(done.stdout)["days"]]
    assert item["ours"]["requests"] == item["theirs"]["requests"] == 7
    assert asked(collector, "store")["keeps_reconciliations"] is False
    with wire.Connection(collector.query) as connection:
        connection.send(wire.request("GET", "/api/v1/reconciliation", [("Host", "localhost")], host=False))
        response = connection.read_response()
    assert response.status == 501 and response.error["code"] == "not_with_this_store"


def test_backup_is_the_servers(store: ClickHouseStore):
    done = run("llm-collector", "backup", "/tmp/x", STORE_URL=store.url)
    assert done.returncode == 2 and "BACKUP DATABASE" in done.stderr


def test_unknown_database(store: ClickHouseStore):
    done = run("llm-collector", PORT="127.0.0.1:0", STORE_URL=store.url + "_none")
    assert done.returncode == 2 and "UNKNOWN_DATABASE" in done.stderr


def test_repeated_batches_are_known(factory: Factory, store: ClickHouseStore):
    collector = collector_on(factory, store)
    ids = new_ids(40)
    for _ in range(3):
        assert post(collector.address, lines(ids)).status == 202
    counts = metrics(collector.address)
    assert counts['llmgw_store_events_total{result="fresh"}'] == 40
    assert counts['llmgw_store_events_total{result="duplicate"}'] == 80
    assert store.one("SELECT count() FROM event") == 40  # not even before FINAL


def test_killed_again_and_again_under_load(factory: Factory, store: ClickHouseStore):
    collector = collector_on(factory, store)
    port = f"127.0.0.1:{collector.address[1]}"
    senders = Senders(collector.address, 4)
    for _ in range(5):
        senders.wait_for(random.randint(1, 10))
        collector.daemon.kill()
        collector = collector_on(factory, store, port=port)
    all_ids = senders.end()
    for ids in senders.sent:  # as a client does that did not see the answer
        assert post(collector.address, lines(ids)).status == 202
    assert sorted(store.ids()) == sorted(all_ids)
    assert requests_of(collector) == len(all_ids) == store.check()
