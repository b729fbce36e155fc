# SPDX-License-Identifier: MIT
"""A ClickHouse server that fails: before, in the middle and after what it was asked, for a moment or for longer."""

import pathlib
import threading
import time

import pytest

from clickhouse.store_test import asked, collector_on, event, log_of, requests_of
from support import wire
from support.certificates import Authority
from support.clickhouse import ClickHouseStore, Server
from support.gateway import Factory
from support.process import run, wait_until
from support.senders import Senders, lines, metrics, new_ids, post
from support.tcp_gate import TcpGate

EVENTS = "INSERT INTO event "


def asked_of(server: Server, store: ClickHouseStore) -> list[str]:
    """What the collector of this test has asked of it."""
    return [each for each in server.asked() if f"database={store.database.name}" in each]


@pytest.fixture
def own(own_server: Server) -> ClickHouseStore:
    return ClickHouseStore(own_server)


@pytest.mark.parametrize("match, what", [
    *((EVENTS, what) for what in ("error", "error_after", "drop", "swallow", "half", "late")),
    ("INSERT INTO touched", "late"), ("INSERT INTO touched", "swallow"), ("INSERT INTO word", "half")])
def test_a_write_that_fails_is_tried_again(factory: Factory, store: ClickHouseStore, faulty: Server, what: str, match: str):
    """Nobody notices, and nothing is stored twice: not even before rows with the same key become one."""
    collector = collector_on(factory, store)
    faulty.faults({"match": match, "what": what, "code": 241}, {"match": match, "what": what, "code": 999})
    assert post(collector.address, log_of([event() for _ in range(30)])).status == 202
    assert store.one("SELECT count() FROM event") == 30
    assert requests_of(collector) == 30
    tokens = {each.split("insert_deduplication_token=", 1)[1][:64] for each in asked_of(faulty, store) if EVENTS in each}
    assert len(tokens) == 1  # of all attempts
    store.settle()
    assert store.check() == 30
    faults = {name: value for name, value in metrics(collector.address).items() if "store_errors_total" in name}
    assert sum(faults.values()) == 2, faults


def test_the_same_events_in_other_requests_have_the_same_token(factory: Factory, store: ClickHouseStore, faulty: Server):
    events = [event() for _ in range(10)]
    for order in (events, events[::-1]):
        collector = collector_on(factory, store)
        assert post(collector.address, log_of(order)).status == 202
        collector.daemon.stop()
    tokens = [each.split("insert_deduplication_token=", 1)[1][:64] for each in asked_of(faulty, store) if EVENTS in each]
    assert len(tokens) == 2 and len(set(tokens)) == 1
    assert store.one("SELECT count() FROM event") == 10


@pytest.mark.parametrize("code, kind", [(60, "schema"), (516, "access"), (33, "data")])
def test_what_will_not_pass_is_said_at_once(factory: Factory, store: ClickHouseStore, faulty: Server, code: int, kind: str):
    collector = collector_on(factory, store)
    faulty.faults({"match": EVENTS, "what": "error", "code": code})
    response = post(collector.address, lines(new_ids(5)))
    assert response.status == 503 and response.error["code"] == "sink_unavailable"
    assert metrics(collector.address)[f'llmgw_store_errors_total{{kind="{kind}"}}'] == 1
    entry = collector.daemon.wait_for_log(lambda line: line["msg"] == "events cannot be stored", "a word about it")
    assert str(code) in entry["reason"] and "as the test wants it" not in entry["reason"]
    assert wire.ask(collector.address, "GET", "/readyz").status == 200  # asked anew, it works
    assert post(collector.address, lines(new_ids(5))).status == 202


STEPS_OF_SUMS = (("INSERT INTO usage_hour", "drop"), ("INSERT INTO latency_hour", "late"), ("INSERT INTO summed", "swallow"),
                 ("INSERT INTO usage_day", "drop"),
                 ("is_done, version) SELECT arrayJoin({hours:Array(Int64)}), {writer:UInt64}, 1", "swallow"))


def test_sums_that_break_off_are_made_anew(factory: Factory, store: ClickHouseStore, faulty: Server):
    """At each step, each time with more events in the hour."""
    collector = collector_on(factory, store)
    for number, (match, what) in enumerate(STEPS_OF_SUMS, 1):
        faulty.faults({"match": match, "what": what})
        for count in (20 * number - 10, 20 * number):
            assert post(collector.address, log_of([event() for _ in range(10)])).status == 202
            assert requests_of(collector) == count, match
        store.settle()
        assert store.check() == 20 * number == requests_of(collector), match


@pytest.mark.parametrize("what", ["error", "drop", "swallow", "half", "late"])
def test_an_answer_that_is_not_whole_is_none(factory: Factory, store: ClickHouseStore, faulty: Server, what: str):
    collector = collector_on(factory, store)
    assert post(collector.address, log_of([event() for _ in range(30)])).status == 202
    faulty.faults(*[{"match": "SELECT min(p)", "what": what}] * 2)  # also when it is asked again
    with wire.Connection(collector.query) as connection:
        connection.send(wire.request("GET", "/api/v1/usage?from=2020-01-01", [("Host", "localhost")], host=False))
        response = connection.read_response()
    assert response.status == 503 and response.error["code"] == "store_unavailable"
    faulty.faults()
    assert requests_of(collector) == 30


def test_a_dead_connection_is_no_error_of_a_question(factory: Factory, store: ClickHouseStore, faulty: Server):
    gate = TcpGate(faulty.address)
    collector = collector_on(factory, store, STORE_URL=store.database.url(gate.address), QUERY_THREADS="1")
    assert requests_of(collector) == 0
    faulty.faults({"match": "SELECT min(p)", "what": "drop"})
    assert requests_of(collector) == 0


def test_a_question_that_takes_too_long(factory: Factory, store: ClickHouseStore, faulty: Server):
    collector = collector_on(factory, store, QUERY_TIMEOUT="300ms", QUERY_THREADS="1")
    faulty.faults({"match": "SELECT min(p)", "what": "hang"})
    with wire.Connection(collector.query) as connection:
        connection.send(wire.request("GET", "/api/v1/usage", [("Host", "localhost")], host=False))
        response = connection.read_response()
    assert response.status == 504 and response.error["code"] == "query_timeout"
    assert post(collector.address, log_of([event()])).status == 202


def test_cut_at_each_place(factory: Factory, store: ClickHouseStore, faulty: Server):
    """In the head of a request, in its rows, behind them, and in the answer."""
    gate = TcpGate(faulty.address)
    collector = collector_on(factory, store, STORE_URL=store.database.url(gate.address), STORE_ROLLUP_DELAY="10m")
    assert post(collector.address, log_of([event()])).status == 202
    total = 1
    for side, sizes in (("request", (1, 100, 900, 1_600, 2_500, 5_000, 9_000)), ("answer", (0, 1, 20, 90))):
        for size in sizes:
            gate.cut_after(side, size)
            assert post(collector.address, log_of([event() for _ in range(30)])).status == 202
            total += 30
            assert store.one("SELECT count() FROM event") == total, (side, size)
            gate.cut_after(side, 1 << 40)
    assert gate.cuts >= 8
    assert store.check() == total == requests_of(collector)


def test_server_away_for_a_while(factory: Factory, own: ClickHouseStore, own_server: Server):
    collector = collector_on(factory, own, STORE_TIMEOUT="2s")
    gone = [event() for _ in range(20)]
    assert post(collector.address, log_of([event()])).status == 202
    own_server.kill()
    response = post(collector.address, log_of(gone))
    assert response.status == 503 and response.get("Retry-After") == "1"
    assert wire.ask(collector.address, "GET", "/readyz").status == 503
    assert wire.ask(collector.address, "GET", "/healthz").status == 200
    assert metrics(collector.address)["llmgw_store_up"] == 0
    own_server.start()
    wait_until(lambda: wire.ask(collector.address, "GET", "/readyz").status == 200, "the server to be found")
    assert post(collector.address, log_of(gone)).status == 202
    assert metrics(collector.address)["llmgw_store_up"] == 1
    own.settle()
    assert own.check() == 21 == requests_of(collector)


def test_server_away_at_start(factory: Factory, own: ClickHouseStore, own_server: Server):
    own_server.kill()
    collector = collector_on(factory, own, STORE_TIMEOUT="2s")
    collector.daemon.wait_for_log(lambda line: line["msg"].startswith("the store cannot be reached yet"), "a word about it")
    assert post(collector.address, log_of([event()])).status == 503
    own_server.start()
    wait_until(lambda: post(collector.address, log_of([event(tenant="late")])).status == 202, "the server to be found")
    assert own.count() >= 1


def test_server_killed_under_load(factory: Factory, own: ClickHouseStore, own_server: Server):
    """What was answered with 202 is there after its engine was killed in the middle; what was not is sent again."""
    collector = collector_on(factory, own, STORE_TIMEOUT="2s")
    senders = Senders(collector.address, 3)
    for _ in range(3):
        senders.wait_for(5)
        own_server.kill()
        time.sleep(0.1)  # of requests that are refused; their number does not matter
        own_server.start()
    senders.wait_for(5)
    all_ids = senders.end()
    for ids in senders.sent:
        wait_until(lambda ids=ids: post(collector.address, lines(ids)).status == 202, "the events to be taken")
    assert sorted(own.ids()) == sorted(all_ids)
    assert requests_of(collector) == len(all_ids)
    own.settle()
    assert own.check() == len(all_ids)


def test_another_host_is_taken(factory: Factory, store: ClickHouseStore, faulty: Server):
    gate = TcpGate(faulty.address)
    gate.close_all()
    url = store.database.url().replace("//", "//127.0.0.1:1,127.0.0.1:%d," % gate.address[1])
    collector = collector_on(factory, store, STORE_URL=url)
    assert post(collector.address, log_of([event() for _ in range(5)])).status == 202
    assert requests_of(collector) == 5 and store.count() == 5


def test_password_from_a_file(factory: Factory, tmp_path: pathlib.Path):
    server = Server(tmp_path / "chdb", "--user", "writer", "--password", "hush ö")
    try:
        password = tmp_path / "password"
        password.write_text("hush ö\n")
        address = "clickhouse://writer@127.0.0.1:%d/default" % server.address[1]
        collector = factory.collector(STORE_URL=address, STORE_PASSWORD_FILE=str(password), STORE_GATHER="0")
        assert post(collector.address, log_of([event()])).status == 202
        assert requests_of(collector) == 1
        password.write_text("wrong\n")
        assert post(collector.address, log_of([event()])).status == 202  # the connection is open
        done = run("llm-collector", PORT="127.0.0.1:0", STORE_URL=address, STORE_PASSWORD_FILE=str(password))
        assert done.returncode == 2 and "AUTHENTICATION_FAILED" in done.stderr and "wrong" not in done.stderr
        password.write_text("a\nb\n")
        done = run("llm-collector", PORT="127.0.0.1:0", STORE_URL=address, STORE_PASSWORD_FILE=str(password))
        assert done.returncode == 2 and "a\nb" not in done.stderr
        assert "hush" not in collector.daemon.log()
    finally:
        server.kill()


def test_tls_is_verified(factory: Factory, tmp_path: pathlib.Path):
    authority = Authority(tmp_path)
    authority.server_context("DNS:localhost")
    chain, key = (str(tmp_path / f"upstream-DNS_localhost{suffix}") for suffix in (".pem", ".key"))
    server = Server(tmp_path / "chdb", "--certificate", chain, "--key", key)
    try:
        address = "clickhouses://localhost:%d/default" % server.address[1]
        collector = factory.collector(STORE_URL=address, STORE_CA_FILE=str(authority.certificate), STORE_GATHER="0")
        assert post(collector.address, log_of([event()])).status == 202
        assert requests_of(collector) == 1
        stranger = factory.collector(STORE_URL=address, STORE_TIMEOUT="2s")
        response = post(stranger.address, log_of([event()]))
        assert response.status == 503
        stranger.daemon.wait_for_log(lambda line: "TLS" in line.get("reason", ""), "a word about the certificate")
    finally:
        server.kill()


def test_end_while_the_server_is_silent(factory: Factory, store: ClickHouseStore, faulty: Server):
    collector = collector_on(factory, store, QUERY_TIMEOUT="10m")
    faulty.faults({"match": "SELECT min(p)", "what": "hang"})
    with wire.Connection(collector.query) as connection:
        connection.send(wire.request("GET", "/api/v1/usage", [("Host", "localhost")], host=False))
        wait_until(lambda: any("SELECT min(p)" in each for each in asked_of(faulty, store)), "the question")
        collector.daemon.signal(15)
        collector.daemon.signal(15)
        assert collector.daemon.wait() == 0


def test_many_at_once_are_one_insert(factory: Factory, store: ClickHouseStore, faulty: Server):
    collector = collector_on(factory, store, STORE_GATHER="500ms")
    before = sum(EVENTS in each for each in asked_of(faulty, store))
    threads = [threading.Thread(target=lambda: post(collector.address, log_of([event()]))) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert store.count() == 20
    assert sum(EVENTS in each for each in asked_of(faulty, store)) - before <= 3


def test_facts_are_of_the_server(factory: Factory, store: ClickHouseStore):
    collector = collector_on(factory, store)
    assert post(collector.address, log_of([event() for _ in range(3)])).status == 202
    facts = asked(collector, "store")
    assert facts["engine"] == "clickhouse" and facts["requests"] == 3 and facts["schema"] == 1


def test_tables_that_are_gone_are_made_anew(factory: Factory, store: ClickHouseStore):
    collector = collector_on(factory, store)
    assert post(collector.address, log_of([event()])).status == 202
    store.settle()
    for [name] in store.sql("SELECT name FROM system.tables WHERE database = currentDatabase()"):
        store.sql(f"DROP TABLE {name}")
    wait_until(lambda: post(collector.address, log_of([event()])).status == 202, "new tables")
    store.settle()
    assert store.check() >= 1 and requests_of(collector) == store.count()


def test_events_as_they_come(factory: Factory, store: ClickHouseStore):
    """The live view is shown what is stored, once."""
    collector = collector_on(factory, store)
    with wire.Connection(collector.query) as connection:
        connection.send(wire.request("GET", "/api/v1/live", [("Host", "localhost")], host=False))
        sent = event()
        for _ in range(2):
            assert post(collector.address, log_of([sent])).status == 202
        text = b""
        while sent["event_id"].encode() not in text:
            text += connection.socket.recv(65536)
