# SPDX-License-Identifier: MIT
"""The collector with a SQLite store: what only a file has."""

import pathlib
import resource
import sqlite3
import time

import pytest

from support import wire
from support.gateway import Collector, Factory
from support.process import PATIENCE, run, wait_until
from support.senders import Senders, lines, metrics, new_ids, post
from support.store import Store, event
from support.store_files import imported, log_of


@pytest.fixture
def store(tmp_path: pathlib.Path) -> Store:
    return Store(tmp_path / "events.db")


def collector_on(factory: Factory, store: Store, **settings: str) -> Collector:
    return factory.collector(STORE_URL=store.url, **settings)


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


def test_newer_store_is_refused(factory: Factory, store: Store):
    collector_on(factory, store).daemon.stop()
    with sqlite3.connect(store.path) as connection:
        connection.execute("INSERT INTO migration VALUES(999, 'later', 'x', 0)")
    done = run("llm-collector", PORT="127.0.0.1:0", STORE_URL=store.url)
    assert done.returncode == 2 and "a newer llm-collector" in done.stderr


def test_import_is_refused_while_a_collector_runs(factory: Factory, tmp_path: pathlib.Path, store: Store):
    collector_on(factory, store)
    (tmp_path / "e").write_bytes(log_of([event()]))
    done = imported(str(tmp_path / "e"), store=store)
    assert done.returncode == 1 and "another collector uses it" in done.stderr


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
