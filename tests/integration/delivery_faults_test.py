# SPDX-License-Identifier: MIT
"""What a collector can do wrong, and that no event is lost or doubled by it; the books add up at any moment."""

import pathlib
import socket
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest

from support.certificates import Authority
from support.delivery import adds_up, dropped, ids_of, send, terms, terms_in
from support.gateway import Factory, Proxy, chat, new_id
from support.name_server import SilentNameServer
from support.process import PATIENCE, SANITIZED, wait_until
from support.scripted import FakeCollector, Peer, ScriptedServer, reply
from support.wire import Connection, request

ACCEPTED = reply(b'{"accepted":1}', "202 Accepted")


@pytest.fixture(params=["memory", "spool"])
def settings(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> dict[str, str]:
    """Each fault with and without a spool."""
    return {"EVENT_SPOOL_DIR": str(tmp_path / "spool")} if request.param == "spool" else {}


def all_delivered(proxy: Proxy, count: int) -> None:
    wait_until(lambda: terms(proxy)["delivered"] == count, f"{count} events delivered")
    now = terms(proxy)
    assert adds_up(now) and now["dropped"] == 0, now


def test_refuses(factory: Factory, settings: dict):
    with FakeCollector() as placeholder:
        port = placeholder.address[1]
    proxy = factory.proxy(factory.mock().url, f"http://127.0.0.1:{port}", **settings)
    ids = send(proxy, 10)
    wait_until(lambda: proxy.metrics()["llmgw_proxy_event_post_retries_total"] >= 2, "attempts")
    assert adds_up(terms(proxy)) and terms(proxy)["delivered"] == 0
    with FakeCollector(port) as collector:
        all_delivered(proxy, 10)
        assert ids_of(collector.events()) == sorted(ids)


def test_hangs_after_accept(factory: Factory, settings: dict):
    """Requests are answered, and a shutdown takes no longer than it may."""
    def hang(peer: Peer) -> None:
        peer.read_request()
        peer.receive()
    with ScriptedServer(hang) as server:
        proxy = factory.proxy(factory.mock().url, server.url, EVENT_DRAIN_TIMEOUT="1s", **settings)
        send(proxy, 10)
        server.wait_for_requests(1)
        now = terms(proxy)
        assert adds_up(now) and now["delivered"] == 0, now
        begin = time.monotonic()
        assert proxy.daemon.stop() == 0
        assert time.monotonic() - begin < (10 if SANITIZED else 3)


def test_hangs_before_accept(factory: Factory, settings: dict):
    """A listener whose queue is full takes no connection at all."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        fillers = []
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
            fillers.append(filler)
        proxy = factory.proxy(factory.mock().url, "http://127.0.0.1:%d" % listener.getsockname()[1],
                              EVENT_DRAIN_TIMEOUT="1s", **settings)
        send(proxy, 10)
        begin = time.monotonic()
        assert proxy.daemon.stop() == 0
        assert time.monotonic() - begin < (10 if SANITIZED else 3)
        for filler in fillers:
            filler.close()


def test_answers_slowly(factory: Factory, settings: dict):
    with FakeCollector() as collector:
        proxy = factory.proxy(factory.mock().url, collector.url, **settings)
        collector.is_open.clear()
        ids = send(proxy, 30)
        assert adds_up(terms(proxy)) and terms(proxy)["delivered"] == 0
        collector.is_open.set()
        all_delivered(proxy, 30)
        assert ids_of(collector.events()) == sorted(ids)


@pytest.mark.parametrize("status", ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests",
                                    "408 Request Timeout", "302 Found", "401 Unauthorized", "403 Forbidden",
                                    "404 Not Found", "405 Method Not Allowed", "415 Unsupported Media Type",
                                    "422 Unprocessable Content"])
def test_cannot_now(factory: Factory, settings: dict, status: str):
    with FakeCollector(status=status) as collector:
        proxy = factory.proxy(factory.mock().url, collector.url, **settings)
        ids = send(proxy, 5)
        wait_until(lambda: len(collector.requests) >= 2, "a second attempt")
        collector.status = "202 Accepted"
        all_delivered(proxy, 5)
        assert ids_of(collector.events()) == sorted(ids)


def test_says_when_to_come_back(factory: Factory):
    times = []

    def busy_once(peer: Peer) -> None:
        while peer.read_request() is not None:
            times.append(time.monotonic())
            peer.send(reply(b"{}", "503 Service Unavailable", [("Retry-After", "2")]) if len(times) == 1 else ACCEPTED)
    with ScriptedServer(busy_once) as server:
        proxy = factory.proxy(factory.mock().url, server.url)
        send(proxy, 1)
        all_delivered(proxy, 1)
        assert 2 <= times[1] - times[0]


@pytest.mark.parametrize("words", [b"", b"<html><center><h1>400 Bad Request</h1></center></html>",
                                   b'{"error":{"message":"no","code":"malformed_request"}}'])
def test_is_not_who_answers(factory: Factory, settings: dict, words: bytes):
    """A 400 of something before the collector says nothing of the batch."""
    with FakeCollector(status="400 Bad Request") as collector:
        collector.refusal = words
        proxy = factory.proxy(factory.mock().url, collector.url, **settings)
        ids = send(proxy, 5)
        wait_until(lambda: len(collector.requests) >= 2, "a second attempt")
        collector.status = "202 Accepted"
        all_delivered(proxy, 5)
        assert ids_of(collector.events()) == sorted(ids)


@pytest.mark.long
def test_says_why_once(factory: Factory):
    """And again when the reason is another."""
    with FakeCollector(status="503 Service Unavailable") as collector:
        proxy = factory.proxy(factory.mock().url, collector.url)
        send(proxy, 1)
        wait_until(lambda: len(collector.requests) >= 3, "attempts")
        collector.status = "401 Unauthorized"
        proxy.daemon.wait_for_log(lambda line: line.get("reason") == "status 401", "the other reason", PATIENCE + 20)
        reasons = [line["reason"] for line in proxy.daemon.entries() if "not take events" in line["msg"]]
        assert reasons == ["status 503", "status 401"]


def test_refuses_for_good(factory: Factory, settings: dict):
    with FakeCollector(status="400 Bad Request") as collector:
        proxy = factory.proxy(factory.mock().url, collector.url, **settings)
        send(proxy, 5)
        wait_until(lambda: dropped(proxy, "rejected") == 5, "five dropped")
        collector.status = "202 Accepted"
        ids = send(proxy, 5)
        wait_until(lambda: ids_of(collector.events()) == sorted(ids), "the later events")
        assert adds_up(terms(proxy))


def test_finds_a_batch_too_large(factory: Factory, settings: dict):
    """It is sent in parts, in order, and nothing is lost."""
    with FakeCollector() as collector:
        collector.is_open.clear()
        proxy = factory.proxy(factory.mock().url, collector.url, **settings)
        ids = send(proxy, 1)
        collector.wait_for_requests(1)
        ids += send(proxy, 60)  # these gather meanwhile
        collector.most_bytes = 5000
        collector.is_open.set()
        all_delivered(proxy, 61)
        assert ids_of(collector.events()) == sorted(ids)
        assert any(len(batch) > 1 for batch in collector.batches)
        assert proxy.metrics()["llmgw_proxy_event_post_retries_total"] == 0


def test_finds_a_single_event_too_large(factory: Factory, settings: dict):
    with FakeCollector() as collector:
        collector.most_bytes = 10
        proxy = factory.proxy(factory.mock().url, collector.url, **settings)
        send(proxy, 3)
        wait_until(lambda: dropped(proxy, "rejected") == 3, "three dropped")
        assert adds_up(terms(proxy))


@pytest.mark.parametrize("cut", [b"", b"HTTP/1.1 2", b"HTTP/1.1 202 Accepted\r\nContent-Length: 14\r\n\r\n{\"acc"],
                         ids=["before the answer", "in its head", "in its body"])
def test_cuts_after_it_has_written(factory: Factory, settings: dict, cut: bytes):
    """The collector behind it has the batch, and gets it once more: its log holds each event once."""
    collector = factory.collector()
    cuts = []

    def cutting(peer: Peer) -> None:
        while (asked := peer.read_request()) is not None:
            fields = [(name, value) for name, value in asked.fields if name.lower().startswith("content-type")]
            with Connection(collector.address) as behind:
                behind.send(request("POST", "/events", fields, asked.body))
                assert behind.read_response().status == 202
            if len(cuts) < 2:
                cuts.append(len(asked.body))
                peer.send(cut)
                return
            peer.send(ACCEPTED)
    with ScriptedServer(cutting) as server:
        proxy = factory.proxy(factory.mock().url, server.url, **settings)
        ids = send(proxy, 20)
        all_delivered(proxy, 20)
        assert len(cuts) == 2
        assert ids_of(collector.events()) == sorted(ids)


def test_closes_connections_while_they_are_idle(factory: Factory, settings: dict):
    """No wait and no warning: the next batch goes over a new one."""
    def one_each(peer: Peer) -> None:
        if peer.read_request() is not None:
            peer.send(ACCEPTED)
    with ScriptedServer(one_each) as server:
        proxy = factory.proxy(factory.mock().url, server.url, **settings)
        for count in range(1, 11):
            send(proxy, 1)
            all_delivered(proxy, count)
        assert proxy.metrics()["llmgw_proxy_event_post_retries_total"] == 0
        assert not [line for line in proxy.daemon.entries() if line["level"] == "warn"]


def test_has_no_address(factory: Factory, settings: dict):
    proxy = factory.proxy(factory.mock().url, "http://collector.invalid:8081", EVENT_DRAIN_TIMEOUT="1s", **settings)
    send(proxy, 10)
    line = proxy.daemon.wait_for_log(lambda line: "not take events" in line["msg"], "a warning")
    assert "not resolved" in line["reason"]
    assert adds_up(terms(proxy)) and terms(proxy)["delivered"] == 0


@pytest.fixture
def name_server(tmp_path: pathlib.Path) -> Iterator[SilentNameServer]:
    try:
        server = SilentNameServer(tmp_path)
    except OSError as fault:
        pytest.skip(f"needs port 53: {fault}")
    yield server
    server.close()


def test_name_server_is_silent(factory: Factory, settings: dict, name_server: SilentNameServer):
    """The look-up may hang for minutes; requests and the end of the proxy do not wait for it."""
    try:
        proxy = factory.proxy(factory.mock().url, "http://collector.test:8081", before_exec=name_server.use,
                              EVENT_DRAIN_TIMEOUT="1s", **settings)
    except subprocess.SubprocessError as fault:
        pytest.skip(f"needs to mount a file: {fault}")
    send(proxy, 10)
    assert b"\x09collector\x04test\x00" in name_server.wait_for_question(PATIENCE)
    assert adds_up(terms(proxy)) and terms(proxy)["delivered"] == 0
    begin = time.monotonic()
    assert proxy.daemon.stop() == 0
    assert time.monotonic() - begin < (10 if SANITIZED else 3)


def test_speaks_tls(factory: Factory, settings: dict, tmp_path: pathlib.Path):
    authority = Authority(tmp_path)
    taken = []

    def take(peer: Peer) -> None:
        while (asked := peer.read_request()) is not None:
            taken.append(asked)
            peer.send(ACCEPTED)
    with ScriptedServer(take, tls=authority.server_context("DNS:localhost")) as server:
        url = f"https://localhost:{server.address[1]}"
        proxy = factory.proxy(factory.mock().url, url, SSL_CERT_FILE=str(authority.certificate), **settings)
        for count in range(1, 6):
            send(proxy, 1)
            all_delivered(proxy, count)
        assert server.connections == 1  # kept
        stranger = factory.proxy(factory.mock().url, url)  # does not know the authority
        send(stranger, 1)
        stranger.daemon.wait_for_log(lambda line: "not take events" in line["msg"], "a warning")
        assert terms(stranger)["delivered"] == 0


@pytest.mark.long
def test_books_add_up_at_any_moment(factory: Factory, settings: dict):
    """Thousands of scrapes while events are made, delivered, refused and put off."""
    statuses = ["202 Accepted"] * 6 + ["503 Service Unavailable", "400 Bad Request", "413 Content Too Large"]
    with FakeCollector() as collector:
        proxy = factory.proxy(factory.mock().url, collector.url, EVENT_QUEUE_SIZE="200", **settings)
        done = threading.Event()

        def load() -> None:
            with proxy.connect() as client:
                number = 0
                while not done.is_set():
                    client.send(request("POST", "/v1/chat/completions", [], chat()))
                    assert client.read_response().status == 200
                    number += 1
                    collector.status = statuses[number // 20 % len(statuses)]
        loads = [threading.Thread(target=load, daemon=True) for _ in range(4)]
        for each in loads:
            each.start()
        scrapes = []
        with Connection(proxy.admin) as admin:
            begin = time.monotonic()
            while len(scrapes) < 2000 and time.monotonic() - begin < PATIENCE:
                admin.send(request("GET", "/metrics"))
                scrapes.append(terms_in(admin.read_response().body.decode()))
        done.set()
        for each in loads:
            each.join()
        collector.status = "202 Accepted"
        wrong = [now for now in scrapes if not adds_up(now)]
        assert not wrong and len(scrapes) > 500, (len(wrong), len(scrapes), wrong[:3])
        assert scrapes[-1]["produced"] > scrapes[0]["produced"] + 200
        wait_until(lambda: terms(proxy)["produced"] == terms(proxy)["delivered"] + terms(proxy)["dropped"], "rest")
