# SPDX-License-Identifier: MIT
"""The spool in the running proxy: what it keeps, for how long, and what a disk may do to it."""

import contextlib
import os
import pathlib
import subprocess
import time
from collections.abc import Iterator

import pytest

from support.delivery import adds_up, dropped, ids_of, send, terms
from support.gateway import Factory, Proxy, UPSTREAM_KEY, chat, new_id
from support.process import SANITIZED, run, wait_until
from support.scripted import FakeCollector
from support.wire import request

SETTINGS = {"EVENT_DRAIN_TIMEOUT": "1s", "PROXY_THREADS": "1"}


def spooled(factory: Factory, collector: FakeCollector, folder: pathlib.Path, **settings: str) -> Proxy:
    return factory.proxy(factory.mock().url, collector.url, EVENT_SPOOL_DIR=str(folder), **(SETTINGS | settings))


def on_disk(folder: pathlib.Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def size_of(folder: pathlib.Path) -> int:
    """Of the files that stay: a journal may go between being listed and being looked at."""
    total = 0
    for each in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            total += each.stat().st_size
    return total


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "some" / "spool"


def test_killed_proxy_delivers_at_its_next_start(factory: Factory, folder: pathlib.Path):
    with FakeCollector(status="503 Service Unavailable") as collector:
        proxy = spooled(factory, collector, folder)
        ids = send(proxy, 50)
        wait_until(lambda: terms(proxy)["spooled"] + terms(proxy)["in_flight"] == 50, "all on disk")
        proxy.daemon.kill()
        collector.status = "202 Accepted"
        again = spooled(factory, collector, folder)
        later = send(again, 5)
        wait_until(lambda: terms(again)["delivered"] == 55, "all of both runs")
        assert [event["request_id"] for event in collector.events()] == ids + later  # in order
        now = terms(again)
        assert adds_up(now) and now["produced"] == 55, now
        assert again.metrics()["llmgw_proxy_events_recovered_total"] == 50
        assert again.daemon.stop() == 0
        assert on_disk(folder) == ["lock"]


def test_small_queue_before_an_idle_spool(factory: Factory, folder: pathlib.Path):
    """Nothing is dropped while there is room on disk: the queue is emptied before it is full.

    Half of a worker's queue are twelve requests, a few milliseconds; a machine that is busy may take longer to let the
    delivering thread run, so that a few may be dropped. One round of some has to go without."""
    with FakeCollector() as collector:
        proxy = spooled(factory, collector, folder, EVENT_QUEUE_SIZE="50", PROXY_THREADS="2")
        for sent in range(400, 401 * 5, 400):
            before, ids = terms(proxy)["dropped"], []
            with proxy.connect() as client:
                for _ in range(400):
                    ids.append(new_id())
                    client.send(request("POST", "/v1/chat/completions", [("X-LLM-Request-ID", ids[-1])], chat()))
                    assert client.read_response().status == 200
            wait_until(lambda: terms(proxy)["delivered"] + terms(proxy)["dropped"] == sent, "all events")
            dropped_now = terms(proxy)["dropped"] - before
            assert dropped_now < 100  # 274 of 400, where nobody urges the delivering thread
            if dropped_now == 0:
                assert set(ids) <= set(ids_of(collector.events()))
                return
        raise AssertionError("events were dropped in each round")


def test_two_proxies_on_one_folder(factory: Factory, folder: pathlib.Path):
    with FakeCollector() as collector:
        first = spooled(factory, collector, folder)
        mock = factory.mock()
        second = run("llm-proxy", LISTEN_ADDR="127.0.0.1:0", ADMIN_LISTEN_ADDR="off", COLLECTOR_URL=collector.url,
                     UPSTREAM_OPENAI_BASE_URL=mock.url, UPSTREAM_OPENAI_API_KEY=UPSTREAM_KEY, EVENT_SPOOL_DIR=str(folder))
        assert second.returncode == 1
        assert str(folder) in second.stderr and "in use by another proxy" in second.stderr
        ids = send(first, 3)
        wait_until(lambda: ids_of(collector.events()) == sorted(ids), "events of the first")


def test_folder_that_cannot_be(factory: Factory, tmp_path: pathlib.Path):
    (tmp_path / "file").write_text("")
    done = run("llm-proxy", LISTEN_ADDR="127.0.0.1:0", ADMIN_LISTEN_ADDR="off", COLLECTOR_URL="http://127.0.0.1:1",
               UPSTREAM_OPENAI_API_KEY=UPSTREAM_KEY, EVENT_SPOOL_DIR=str(tmp_path / "file" / "spool"))
    assert done.returncode == 1 and "EVENT_SPOOL_DIR" in done.stderr and "Not a directory" in done.stderr


def test_without_the_variable_nothing_touches_a_disk(factory: Factory):
    with FakeCollector(status="503 Service Unavailable") as collector:
        proxy = factory.proxy(factory.mock().url, collector.url, **SETTINGS)
        send(proxy, 20)
        written = [os.readlink(each) for each in pathlib.Path(f"/proc/{proxy.daemon.pid}/fd").iterdir()]
        assert not [path for path in written if path.startswith("/") and not path.startswith(("/dev/", "/proc/"))
                    and not path.endswith(".out")], written


def test_full_spool_keeps_the_oldest_and_counts_the_rest(factory: Factory, folder: pathlib.Path):
    with FakeCollector(status="503 Service Unavailable") as collector:
        proxy = spooled(factory, collector, folder, EVENT_SPOOL_MAX="1MB")
        ids = []
        while dropped(proxy, "spool_full") == 0:
            ids += send(proxy, 50)
            assert len(ids) < 20000
            assert size_of(folder) <= 1 << 20
        wait_until(lambda: terms(proxy)["queued"] == 0, "all taken")
        now = terms(proxy)
        assert adds_up(now), now
        assert len([line for line in proxy.daemon.entries() if line["msg"].startswith("spool is full")]) == 1
        collector.status = "202 Accepted"
        wait_until(lambda: terms(proxy)["delivered"] == now["produced"] - now["dropped"], "what was kept")
        assert [event["request_id"] for event in collector.events()] == ids[:len(collector.events())]
        later = send(proxy, 3)
        wait_until(lambda: terms(proxy)["delivered"] == now["produced"] - now["dropped"] + 3, "later events")
        assert [event["request_id"] for event in collector.events()][-3:] == later


@pytest.fixture
def small_disk(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A disk of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"needs to mount a small disk: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_disk_full_with_a_collector_that_is_well(factory: Factory, small_disk: pathlib.Path):
    """Nothing is lost: what the disk does not take goes straight on."""
    with FakeCollector() as collector:
        proxy = spooled(factory, collector, small_disk / "spool")
        (small_disk / "filler").write_bytes(b"x" * ((1 << 20) - 8192 - sum(
            each.stat().st_size for each in (small_disk / "spool").iterdir())))
        ids = send(proxy, 100)
        wait_until(lambda: terms(proxy)["delivered"] == 100, "all events")
        assert ids_of(collector.events()) == sorted(ids)
        proxy.daemon.wait_for_log(lambda line: line["msg"] == "spool cannot be written", "an error")
        (small_disk / "filler").unlink()

        def taken_again() -> bool:
            send(proxy, 1)
            return any(line["msg"] == "spool takes events again" for line in proxy.daemon.entries())
        wait_until(taken_again, "recovery")
        assert adds_up(terms(proxy)) and terms(proxy)["dropped"] == 0


def test_disk_full_and_no_collector(factory: Factory, small_disk: pathlib.Path):
    with FakeCollector(status="503 Service Unavailable") as collector:
        proxy = spooled(factory, collector, small_disk / "spool")
        ids = []
        while dropped(proxy, "spool_full") == 0:
            ids += send(proxy, 50)
            assert len(ids) < 20000
        wait_until(lambda: terms(proxy)["queued"] == 0, "all taken")
        now = terms(proxy)
        assert adds_up(now) and now["spooled"] > 100, now
        collector.status = "202 Accepted"
        wait_until(lambda: terms(proxy)["delivered"] == now["produced"] - now["dropped"], "what was kept")
        assert {event["request_id"] for event in collector.events()} <= set(ids)
        assert len(collector.events()) == now["produced"] - now["dropped"]


def test_damaged_spool_is_set_aside_and_a_fresh_one_begun(factory: Factory, folder: pathlib.Path):
    with FakeCollector(status="503 Service Unavailable") as collector:
        proxy = spooled(factory, collector, folder)
        send(proxy, 20)
        wait_until(lambda: terms(proxy)["spooled"] + terms(proxy)["in_flight"] == 20, "all on disk")
        proxy.daemon.kill()
        for each in folder.glob("events-*"):
            each.write_bytes(b"garbage " * (each.stat().st_size // 8))
        collector.status = "202 Accepted"
        again = spooled(factory, collector, folder)
        line = again.daemon.wait_for_log(lambda line: line["level"] == "error" and "damaged" in line["msg"], "an error")
        assert "events-" in line["file"]
        ids = send(again, 5)
        wait_until(lambda: ids_of(collector.events()) == sorted(ids), "events of this run")
        assert again.metrics()["llmgw_proxy_spool_files_set_aside_total"] == 1
        assert adds_up(terms(again))
        assert [name for name in on_disk(folder) if name.startswith("damaged-")]


@pytest.mark.skipif(SANITIZED, reason="the sanitizers hold freed memory back")
def test_memory_stays_bounded_while_the_collector_is_away(factory: Factory, folder: pathlib.Path):
    """Events beyond the queue's size wait on disk, not in memory."""
    with FakeCollector(status="503 Service Unavailable") as collector:
        proxy = spooled(factory, collector, folder, EVENT_QUEUE_SIZE="100")
        send(proxy, 200)
        before = proxy.daemon.resident_bytes()
        send(proxy, 2000)
        wait_until(lambda: terms(proxy)["spooled"] + terms(proxy)["in_flight"] == 2200, "all on disk")
        assert proxy.daemon.resident_bytes() - before < 8 << 20
        assert terms(proxy)["dropped"] == 0


def test_event_is_on_disk_within_milliseconds(factory: Factory, folder: pathlib.Path):
    """Fifty milliseconds after its response an event survives whatever happens to the process."""
    ids = []
    with FakeCollector(status="503 Service Unavailable") as collector:
        for _ in range(5):
            proxy = spooled(factory, collector, folder)
            ids += send(proxy, 3)
            deadline = time.monotonic() + 0.05
            while time.monotonic() < deadline:
                pass
            proxy.daemon.kill()
        collector.status = "202 Accepted"
        spooled(factory, collector, folder)
        wait_until(lambda: len(collector.events()) >= len(ids), "all events")
        assert [event["request_id"] for event in collector.events()] == ids
