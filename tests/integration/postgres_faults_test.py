# SPDX-License-Identifier: MIT
"""A PostgreSQL store while its server, the network or another of its users misbehaves: nothing lost, nothing twice."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest

from support import wire
from support.gateway import Collector, Factory
from support.postgres import PostgresServer, as_owner
from support.process import PATIENCE, SANITIZED, wait_until
from support.relay import Relay
from support.senders import Senders, lines, metrics, new_ids, post
from support.store import PostgresStore, Servers, event
from support.store_files import log_of


@pytest.fixture
def store(servers: Servers) -> PostgresStore:
    return PostgresStore(servers.postgres)


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """One that a test may do anything to."""
    server = PostgresServer().initialize()
    yield server
    server.close()


@pytest.fixture
def relay(store: PostgresStore) -> Iterator[Relay]:
    made = Relay(("127.0.0.1", store.server.port))
    yield made
    made.close()


def ready(collector: Collector) -> int:
    return wire.ask(collector.address, "GET", "/readyz").status


def ask(collector: Collector, path: str) -> wire.Response:
    with wire.Connection(collector.query) as connection:
        connection.send(wire.request("GET", f"/api/v1/{path}", [("Host", "localhost")], host=False))
        return connection.read_response()


def send_until_taken(collector: Collector, body: bytes) -> None:
    wait_until(lambda: post(collector.address, body).status == 202, "the events to be taken", PATIENCE)


def through(factory: Factory, store: PostgresStore, relay: Relay, **settings: str) -> Collector:
    """A collector behind the relay that has stored something, so that it knows the words."""
    collector = factory.collector(STORE_URL=store.server.url(store.database, port=relay.port), **settings)
    assert post(collector.address, lines(new_ids(10))).status == 202
    return collector


@pytest.mark.parametrize("needle", [b"BEGIN", b"PGCOPY", b"INSERT INTO event(", b"INSERT INTO usage_day", b"COMMIT"])
@pytest.mark.parametrize("act", ["cut", "lose"])
def test_connection_breaks_anywhere_in_a_write(factory: Factory, store: PostgresStore, relay: Relay, needle: bytes,
                                               act: str):
    """Also behind a commit that nobody was told of. The write is done over at once, and its sender notices nothing."""
    collector = through(factory, store, relay)
    ids = new_ids(50)
    relay.fail_at(needle, act)
    assert post(collector.address, lines(ids)).status == 202
    assert relay.happened.wait(PATIENCE)
    assert store.check() == 60
    assert metrics(collector.address)['llmgw_store_errors_total{kind="lost"}'] == 1
    assert post(collector.address, lines(ids)).status == 202
    assert store.check() == 60


@pytest.mark.parametrize("needle", [b"INSERT INTO event(", b"COMMIT"])
def test_answer_never_comes(factory: Factory, store: PostgresStore, relay: Relay, needle: bytes):
    """It is not known what came of the write: its sender is told that it failed, and sends again."""
    collector = through(factory, store, relay, STORE_TIMEOUT="1s")
    body = lines(new_ids(50))
    relay.fail_at(needle, "swallow")
    begin = time.monotonic()
    response = post(collector.address, body)
    assert response.status == 503 and response.error["code"] == "sink_unavailable"
    assert time.monotonic() - begin < PATIENCE / 2
    send_until_taken(collector, body)
    assert store.check() == 60


def test_backend_is_ended_under_load(factory: Factory, store: PostgresStore):
    collector = factory.collector(STORE_URL=store.url)
    senders = Senders(collector.address, 4)
    ended = 0
    for _ in range(5 if SANITIZED else 20):
        senders.wait_for(2)
        ended += store.server.end_sessions(store.database)
    all_ids = senders.end()
    for ids in senders.sent:
        send_until_taken(collector, lines(ids))
    assert ended > 0
    assert sorted(store.ids()) == sorted(all_ids)
    assert store.check() == len(all_ids)


@pytest.mark.parametrize("how", [signal.SIGQUIT, signal.SIGKILL, signal.SIGINT])
def test_server_is_gone_and_comes_back(factory: Factory, own_server: PostgresServer, how: signal.Signals):
    store = PostgresStore(own_server)
    collector = factory.collector(STORE_URL=store.url)
    senders = Senders(collector.address, 4)
    senders.wait_for(20)
    own_server.stop(how)
    wait_until(lambda: post(collector.address, lines(new_ids(1))).status == 503, "a refusal")
    assert ready(collector) == 503
    assert wire.ask(collector.address, "GET", "/healthz").status == 200
    assert metrics(collector.address)["llmgw_store_up"] == 0
    own_server.start()
    senders.wait_for(20)
    all_ids = senders.end()
    for ids in senders.sent:
        send_until_taken(collector, lines(ids))
    assert ready(collector) == 200
    assert metrics(collector.address)["llmgw_store_up"] == 1
    assert set(all_ids) <= set(store.ids())
    assert store.check() == len(store.ids())
    said = [entry["msg"] for entry in collector.daemon.entries()]
    assert said.count("cannot connect to the store; tried again") == 1
    assert "password" not in collector.daemon.log()


def test_server_is_away_at_start(factory: Factory, own_server: PostgresServer):
    store = PostgresStore(own_server)
    own_server.stop()
    collector = factory.collector(STORE_URL=store.url)
    assert post(collector.address, lines(new_ids(1))).status == 503
    assert ready(collector) == 503
    answer = ask(collector, "store")
    assert answer.status == 503 and answer.error["code"] == "store_unavailable"
    own_server.start()
    send_until_taken(collector, lines(new_ids(7)))
    assert store.check() == 7
    assert ready(collector) == 200


def test_failover_to_another_host(factory: Factory, own_server: PostgresServer):
    """The URL has both, the standby first: the one that can be written to is found, before and after."""
    store = PostgresStore(own_server)
    standby = own_server.copy_as_standby()
    try:
        standby.start()
        own_server.sql("ALTER SYSTEM SET synchronous_standby_names = '*'", "postgres")
        own_server.sql("SELECT pg_reload_conf()", "postgres")
        hosts = f"127.0.0.1:{standby.port},127.0.0.1:{own_server.port}"
        collector = factory.collector(STORE_URL=f"postgres://postgres@{hosts}/{store.database}")
        senders = Senders(collector.address, 4)
        senders.wait_for(10)
        own_server.stop(signal.SIGKILL)
        standby.promote()
        store.server = standby
        senders.wait_for(10)
        all_ids = senders.end()
        for ids in senders.sent:
            send_until_taken(collector, lines(ids))
        assert sorted(store.ids()) == sorted(all_ids)
        assert store.check() == len(all_ids)
        words = store.rows("SELECT kind, text, count(*) FROM word GROUP BY 1, 2 HAVING count(*) > 1")
        assert words == []
    finally:
        standby.close()


def test_database_that_cannot_be_written_to(factory: Factory, store: PostgresStore):
    collector = factory.collector(STORE_URL=store.url)
    assert post(collector.address, lines(new_ids(5))).status == 202
    store.server.sql(f"ALTER DATABASE {store.database} SET default_transaction_read_only = on", "postgres")
    store.server.end_sessions(store.database)
    body = lines(new_ids(5))
    assert post(collector.address, body).status == 503
    assert ready(collector) == 503
    store.server.sql(f"ALTER DATABASE {store.database} RESET default_transaction_read_only", "postgres")
    send_until_taken(collector, body)
    assert store.check() == 10


@contextlib.contextmanager
def held_lock(store: PostgresStore, table: str) -> Iterator[None]:
    """Somebody else has the table for himself, for as long as this lasts."""
    holder = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", "-h", str(store.server.folder), "-p",
                               str(store.server.port), "-U", "postgres", "-d", store.database],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    holder.stdin.write(f"BEGIN; LOCK TABLE llmgw.{table} IN ACCESS EXCLUSIVE MODE; SELECT 'held';\n")
    holder.stdin.flush()
    assert holder.stdout.readline() == "held\n"
    try:
        yield
    finally:
        holder.communicate("COMMIT;\n", timeout=PATIENCE)


@pytest.mark.parametrize("table", ["event", "usage_hour", "meta"])
def test_slow_lock(factory: Factory, store: PostgresStore, table: str):
    collector = factory.collector(STORE_URL=store.url, STORE_TIMEOUT="1s")
    assert post(collector.address, lines(new_ids(5))).status == 202
    body = lines(new_ids(5))
    with held_lock(store, table):
        assert post(collector.address, body).status == 503
        wait_until(lambda: metrics(collector.address)['llmgw_store_errors_total{kind="timeout"}'] >= 1, "the end of the write")
    send_until_taken(collector, body)
    assert store.check() == 10


def test_question_that_takes_too_long(factory: Factory, store: PostgresStore):
    collector = factory.collector(STORE_URL=store.url, QUERY_TIMEOUT="500ms", QUERY_THREADS="1")
    assert post(collector.address, lines(new_ids(5))).status == 202

    assert ask(collector, "usage").status == 200
    with held_lock(store, "usage_day"):
        response = ask(collector, "usage")
        assert response.status == 504 and response.error["code"] == "query_timeout"
    wait_until(lambda: ask(collector, "usage").status == 200, "an answer")
    store.server.end_sessions(store.database)
    assert ask(collector, "usage").status == 200  # over a new connection


def test_partition_that_was_dropped(factory: Factory, store: PostgresStore):
    collector = factory.collector(STORE_URL=store.url)
    today = time.strftime("event_%Y%m%d", time.gmtime())
    store.rows(f"DROP TABLE llmgw.{today}")
    assert post(collector.address, log_of([event() for _ in range(30)])).status == 202
    assert store.check() == 30
    assert store.one("SELECT count(*) FROM event_other") == 30
    assert collector.daemon.stop() == 0
    collector = factory.collector(STORE_URL=store.url)
    said = collector.daemon.wait_for_log(lambda entry: entry["msg"].startswith("partitions of the store"), "a word about it")
    assert today in said["reason"]
    assert post(collector.address, log_of([event() for _ in range(5)])).status == 202
    wait_until(lambda: metrics(collector.address)["llmgw_store_unplaced_events"] >= 30, "the metric")
    assert store.check() == 35


@pytest.fixture
def small_space(servers: Servers) -> Iterator[pathlib.Path]:
    """A file system that a database just fits into, as a table space."""
    server = servers.postgres
    folder = server.folder / "small"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m,mode=0700", "tmpfs", folder], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {made.stderr.strip()}")
    if account := as_owner():
        os.chown(folder, account["user"], account["group"])
    server.sql(f"CREATE TABLESPACE small LOCATION '{folder}'", "postgres")
    try:
        yield folder
        server.sql("DROP TABLESPACE small", "postgres")
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


@pytest.mark.long
def test_full_disk(factory: Factory, store: PostgresStore, small_space: pathlib.Path):
    store.server.sql(f"ALTER DATABASE {store.database} SET TABLESPACE small", "postgres")
    collector = factory.collector(STORE_URL=store.url)
    filler = small_space / "filler"
    free = shutil.disk_usage(small_space).free
    filler.write_bytes(b"x" * (free - 3_000_000))
    accepted = 0
    for _ in range(200):
        body = log_of([event(tenant=f"t{number}", padding="p" * 500) for number in range(200)])
        if (response := post(collector.address, body)).status != 202:
            break
        accepted += 200
    assert response.status == 503 and response.error["code"] == "sink_unavailable", response
    assert metrics(collector.address)['llmgw_store_errors_total{kind="full"}'] >= 1
    os.truncate(filler, free - 6_000_000)  # whoever looks wants room for a file of its own
    assert store.check() == accepted
    filler.unlink()
    send_until_taken(collector, body)
    assert store.check() == accepted + 200
    assert ready(collector) == 200
    assert collector.daemon.stop() == 0
    store.server.drop(store.database)


def test_deleted_rows_are_not_in_the_way(factory: Factory, store: PostgresStore):
    """Somebody has removed words by hand: what the collector knows of them is not trusted after a new start."""
    collector = factory.collector(STORE_URL=store.url)
    assert post(collector.address, lines(new_ids(5))).status == 202
    store.rows("TRUNCATE event, placed, usage_hour, usage_day, latency_hour, word")
    store.server.end_sessions(store.database)
    assert post(collector.address, lines(new_ids(5))).status == 202
    assert store.check() == 5
    assert store.one("SELECT count(*) FROM event JOIN word ON word.id = tenant WHERE text = 'x'") == 5


def test_two_collectors_write_the_same_events_at_once(factory: Factory, store: PostgresStore):
    """Each in an order of its own, so that they meet in the middle."""
    before = store.server.deadlocks()
    collectors = [factory.collector(STORE_URL=store.url) for _ in range(2)]
    bodies = [[event(tenant=f"t{n % 7}", model=f"m{n % 3}", **({"event_id": f"own-{at}-{n}"} if n % 5 == 0 else {}))
               for n in range(200)] for at in range(6 if SANITIZED else 20)]

    def run(collector: Collector, order: list[list[dict]]) -> None:
        for events in order:
            assert post(collector.address, log_of(events)).status == 202
    threads = []
    for collector in collectors:
        for turn in (bodies, bodies[::-1], [events[::-1] for events in bodies]):
            threads.append(threading.Thread(target=run, args=(collector, turn)))
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    count = sum(map(len, bodies))
    assert store.check() == count
    fresh = sum(metrics(each.address)['llmgw_store_events_total{result="fresh"}'] for each in collectors)
    assert fresh == count
    for each in collectors:
        assert metrics(each.address)['llmgw_store_errors_total{kind="conflict"}'] == 0
    assert store.server.deadlocks() == before


def test_two_collectors_begin_at_once(factory: Factory, store: PostgresStore):
    """One makes the tables, the other waits for it."""
    made: list[Collector] = []
    over = threading.Event()

    def run() -> None:
        made.append(factory.collector(STORE_URL=store.url))
        over.wait()  # a daemon ends with the thread that has started it
    threads = [threading.Thread(target=run) for _ in range(4)]
    for each in threads:
        each.start()
    try:
        wait_until(lambda: len(made) == 4, "all of them")
        for each in made:
            assert post(each.address, json.dumps(event()).encode()).status == 202
        for each in made:
            assert each.daemon.stop() == 0
    finally:
        over.set()
    assert store.check() == 4
    assert store.one("SELECT count(*) FROM migration") == 1
