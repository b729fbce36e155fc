# SPDX-License-Identifier: MIT
"""The graceful end: open exchanges finish, events are delivered, and a second signal means it."""

import signal
import threading
import time
from collections.abc import Callable

import pytest

from support.event import same
from support.gateway import Gateway, chat, new_id
from support.process import PATIENCE, wait_until
from support.scripted import FakeCollector, Peer, ScriptedServer
from support.wire import Connection, Cut, request


def swallow(call: Callable, *arguments: object) -> None:
    try:
        call(*arguments)
    except OSError:
        pass  # the gateway is free to leave


def open_stream(gateway: Gateway, gate: str) -> tuple[Connection, str]:
    """A stream that has begun and waits at its gate."""
    request_id = new_id("stream")
    connection = gateway.proxy.connect()
    connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id, f"gate={gate},usage=top"),
                            chat(stream=True)))
    assert connection.read_head().status == 200
    while b"echo:" not in connection.read_chunk():
        pass
    return connection, request_id


def read_rest(connection: Connection) -> bytes:
    received = b""
    while piece := connection.read_chunk():
        received += piece
    connection.read_trailers()
    return received


def is_refused(gateway: Gateway) -> bool:
    try:
        gateway.proxy.connect().close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:  # closed at this very moment
        return False
    return False


def is_told(gateway: Gateway) -> bool:
    return gateway.proxy.ask("GET", "/healthz").get("Connection") == "close"


def term(gateway: Gateway) -> float:
    gateway.proxy.daemon.signal(signal.SIGTERM)
    gateway.proxy.daemon.wait_for_log(lambda line: line["msg"] == "draining", "draining")
    return time.monotonic()


def test_open_stream_ends_whole(factory):
    gateway = factory.gateway(DRAIN_DELAY="0s", DRAIN_TIMEOUT="60s")
    connection, request_id = open_stream(gateway, "g")
    assert gateway.proxy.ready() == 200
    term(gateway)
    assert gateway.proxy.ready() == 503
    wait_until(lambda: is_refused(gateway), "refusal of new connections")
    gateway.mock.release("g")
    with connection:
        assert read_rest(connection).endswith(b"data: [DONE]\n\n")
        assert connection.at_end()  # it carries no further request
    assert gateway.proxy.daemon.wait() == 0
    same(gateway.event(request_id), outcome="completed", status_code=200, usage_source="upstream")


def test_new_connections_are_served_during_the_drain_delay(factory):
    gateway = factory.gateway(DRAIN_DELAY="1500ms", DRAIN_TIMEOUT="60s")
    begin = term(gateway)
    assert gateway.proxy.ready() == 503
    response, event = gateway.post(chat())
    assert response.status == 200 and time.monotonic() - begin < 1.5
    same(event, outcome="completed")
    wait_until(lambda: is_refused(gateway) or not gateway.proxy.daemon.is_running(), "end of the delay")
    assert time.monotonic() - begin >= 1.4  # the clock here starts a little after the gateway's
    assert gateway.proxy.daemon.wait() == 0


def test_idle_connections_do_not_hold_it_up(factory):
    gateway = factory.gateway(DRAIN_TIMEOUT="60s")
    with gateway.proxy.connect() as used, gateway.proxy.connect() as fresh:
        used.send(request("POST", "/v1/chat/completions", [], chat()))
        assert used.read_response().status == 200
        assert gateway.proxy.daemon.stop(PATIENCE / 2) == 0
        assert used.at_end() and fresh.at_end()


def test_drain_timeout_cuts(factory):
    gateway = factory.gateway(DRAIN_TIMEOUT="300ms")
    connection, request_id = open_stream(gateway, "never")
    begin = term(gateway)
    with connection, pytest.raises(Cut):
        read_rest(connection)
    assert gateway.proxy.daemon.wait(PATIENCE / 2) == 0
    assert time.monotonic() - begin >= 0.3
    event = gateway.event(request_id)
    assert event["outcome"] != "completed" and event["status_code"] == 200


def test_second_signal_ends_at_once(factory):
    gateway = factory.gateway(DRAIN_DELAY="60s", DRAIN_TIMEOUT="60s")
    connection, request_id = open_stream(gateway, "never")
    term(gateway)
    begin = time.monotonic()
    gateway.proxy.daemon.signal(signal.SIGTERM)
    with connection, pytest.raises(Cut):
        read_rest(connection)
    assert gateway.proxy.daemon.wait(PATIENCE / 2) == 0
    assert time.monotonic() - begin < PATIENCE / 4
    gateway.event(request_id)


@pytest.mark.parametrize("signals", [1, 2])
def test_upload_that_nobody_takes_does_not_hold_it_up(factory, signals: int):
    """The upstream has answered early and reads nothing: the request cannot be sent to its end."""
    def script(peer: Peer) -> None:
        peer.read_request_head()
        if signals == 1:
            peer.send(b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\n{")  # and not its last byte
        peer.server.told.set()
        assert peer.server.done.wait(PATIENCE)

    with ScriptedServer(script) as upstream:
        upstream.told, upstream.done = threading.Event(), threading.Event()
        gateway = factory.gateway(upstream.url, DRAIN_TIMEOUT="100ms" if signals == 1 else "60s")
        request_id = new_id()
        with gateway.proxy.connect() as connection:
            raw = request("POST", "/v1/files", gateway.fields(request_id), bytes(6_000_000))
            threading.Thread(target=swallow, args=(connection.send, raw), daemon=True).start()
            assert upstream.told.wait(PATIENCE)
            term(gateway)
            begin = time.monotonic()
            if signals == 2:
                gateway.proxy.daemon.signal(signal.SIGTERM)
            assert gateway.proxy.daemon.wait(PATIENCE) == 0
            assert time.monotonic() - begin < PATIENCE / 4
        upstream.done.set()
        assert not [line for line in gateway.proxy.daemon.entries() if line["msg"].startswith("exchanges did not end")]
        assert len(gateway.collector.events(request_id)) == 1


def test_events_are_flushed(factory):
    with FakeCollector() as collector:
        collector.is_open.clear()
        proxy = factory.proxy(factory.mock().url, collector.url, EVENT_DRAIN_TIMEOUT="30s")
        for _ in range(30):
            assert proxy.ask("POST", "/v1/chat/completions", [], chat()).status == 200
        proxy.daemon.signal(signal.SIGTERM)
        proxy.daemon.wait_for_log(lambda line: line["msg"] == "draining", "draining")
        collector.is_open.set()
        assert proxy.daemon.wait() == 0
        assert len(collector.events()) == 30


def test_event_drain_timeout_bounds_the_end(factory):
    """A collector that never answers delays the end by that time and no longer; what is lost is said."""
    with FakeCollector() as collector:
        collector.is_open.clear()
        proxy = factory.proxy(factory.mock().url, collector.url, EVENT_DRAIN_TIMEOUT="300ms")
        for _ in range(5):
            proxy.ask("POST", "/v1/chat/completions", [], chat())
        begin = time.monotonic()
        assert proxy.daemon.stop(PATIENCE / 2) == 0
        assert time.monotonic() - begin < PATIENCE / 4
        last = [line for line in proxy.daemon.entries() if line["msg"] == "event delivery"][-1]
        assert last["produced"] == 5 and last["delivered"] + last["dropped"] == 5 and last["dropped"] > 0


@pytest.mark.parametrize("daemon", ["proxy", "collector"])
def test_restart_on_the_same_address_at_once(factory, daemon: str):
    """With connections that were open until the end, and so linger in the kernel."""
    gateway = factory.gateway()
    gateway.post(chat())
    if daemon == "collector":
        assert gateway.collector.daemon.stop() == 0
        gateway.collector = factory.collector(port="%s:%d" % gateway.collector.address,
                                              events=gateway.collector.events_path)
    else:
        with gateway.proxy.connect() as connection:
            connection.send(request("POST", "/v1/chat/completions", [], chat()))
            assert connection.read_response().status == 200
            assert gateway.proxy.daemon.stop() == 0
            gateway.proxy = factory.proxy(gateway.mock.url, gateway.collector.url,
                                          LISTEN_ADDR="%s:%d" % gateway.proxy.address,
                                          ADMIN_LISTEN_ADDR="%s:%d" % gateway.proxy.admin)
    response, event = gateway.post(chat())
    assert response.status == 200 and event["outcome"] == "completed"


def test_request_on_a_kept_connection_while_draining(factory):
    """It is answered, and told that the connection ends, or the connection is closed before it; never half of it."""
    gateway = factory.gateway(DRAIN_DELAY="60s")
    with gateway.proxy.connect() as connection:
        connection.send(request("POST", "/v1/chat/completions", [], chat()))
        assert connection.read_response().status == 200
        term(gateway)
        connection.send(request("POST", "/v1/chat/completions", [], chat()))
        assert connection.read_response().status == 200
    assert gateway.proxy.daemon.stop() == 0


@pytest.mark.parametrize("target,status", [("/v1/chat/completions", 200), ("/v1", 404), ("/healthz", 405)])
def test_each_response_says_that_its_connection_ends(factory, target: str, status: int):
    """From the signal on, also while new connections are still served; then the connection does end."""
    gateway = factory.gateway(DRAIN_DELAY="60s", PROXY_THREADS="1")
    with gateway.proxy.connect() as kept, gateway.proxy.connect() as fresh:
        kept.send(request("POST", "/v1/chat/completions", [], chat()))
        assert kept.read_response().get("Connection") is None
        term(gateway)
        wait_until(lambda: is_told(gateway), "the worker knows")
        for each in (kept, fresh):
            each.send(request("POST", target, [], chat()))
            response = each.read_response()
            assert response.status == status and response.get("Connection") == "close"
            assert each.at_end()
    assert gateway.proxy.daemon.stop() == 0


def test_response_that_begins_after_the_signal_says_so(factory):
    """The request came before it."""
    gateway = factory.gateway(DRAIN_DELAY="60s", PROXY_THREADS="1")
    request_id = new_id()
    with gateway.proxy.connect() as connection:
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id, "gate=g"), chat()))
        gateway.mock.request(request_id)
        term(gateway)
        wait_until(lambda: is_told(gateway), "the worker knows")
        gateway.mock.release("g")
        assert connection.read_response().get("Connection") == "close"
    assert gateway.proxy.daemon.stop() == 0


@pytest.mark.parametrize("delay", ["0s", "60s"])
def test_connection_that_was_not_told_may_ask_once_more(factory, delay: str):
    """A stream whose head had left before the signal promised that the connection stays open."""
    gateway = factory.gateway(DRAIN_DELAY=delay, DRAIN_TIMEOUT="60s")
    connection, _ = open_stream(gateway, "g")
    with connection:
        term(gateway)
        if delay == "0s":
            wait_until(lambda: is_refused(gateway), "refusal of new connections")
        gateway.mock.release("g")
        assert read_rest(connection).endswith(b"data: [DONE]\n\n")
        connection.send(request("POST", "/v1/chat/completions", [], chat()))
        response = connection.read_response()
        assert response.status == 200 and response.get("Connection") == "close" and connection.at_end()
    assert gateway.proxy.daemon.stop() == 0


@pytest.mark.parametrize("delay", ["0s", "700ms"])
def test_clients_that_do_not_look_for_the_end_fail_no_request(factory, delay: str):
    """24 kept connections in steady use: each is told before it ends, so that none writes into a close."""
    gateway = factory.gateway(DRAIN_DELAY=delay, DRAIN_TIMEOUT="60s")
    faults, told, asking = [], [], threading.Barrier(25)

    def ask_until_told(number: int) -> None:
        try:
            with gateway.proxy.connect() as connection:
                for count in range(1_000_000):
                    connection.send(request("POST", "/v1/chat/completions", [], chat()))
                    response = connection.read_response()
                    assert response.status == 200, response
                    if count == 10:
                        asking.wait(PATIENCE)
                    if response.get("Connection") == "close":
                        return told.append(number)
        except Exception as fault:
            faults.append(repr(fault))

    clients = [threading.Thread(target=ask_until_told, args=(number,)) for number in range(24)]
    for each in clients:
        each.start()
    asking.wait(PATIENCE)
    assert gateway.proxy.daemon.stop() == 0
    for each in clients:
        each.join()
    assert not faults and len(told) == 24, faults


def test_healthz_holds_while_draining(factory):
    gateway = factory.gateway(DRAIN_DELAY="60s")
    term(gateway)
    assert gateway.proxy.ask("GET", "/healthz").status == 200
    assert gateway.proxy.daemon.stop() == 0


def test_sigpipe_is_ignored(factory):
    gateway = factory.gateway()
    for daemon in (gateway.proxy.daemon, gateway.collector.daemon):
        daemon.signal(signal.SIGPIPE)
    response, event = gateway.post(chat())
    assert response.status == 200 and event["outcome"] == "completed"


def test_restart_on_the_same_address_with_streams_cut(factory):
    """A second signal ends open streams; the next process has the address before they are forgotten by the kernel."""
    gateway = factory.gateway(DRAIN_TIMEOUT="60s")
    streams = [open_stream(gateway, "never")[0] for _ in range(5)]
    term(gateway)
    gateway.proxy.daemon.signal(signal.SIGTERM)
    assert gateway.proxy.daemon.wait() == 0
    gateway.proxy = factory.proxy(gateway.mock.url, gateway.collector.url, LISTEN_ADDR="%s:%d" % gateway.proxy.address)
    assert gateway.post(chat())[0].status == 200
    for connection in streams:
        connection.close()
