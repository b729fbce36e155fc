# SPDX-License-Identifier: MIT
"""A client that leaves ends the upstream exchange at once, and its event says so."""

import contextlib
import threading
import time

import pytest

from support.event import same
from support.gateway import Gateway, chat, new_id
from support.process import PATIENCE, ROOT, wait_until
from support.scripted import Peer, ScriptedServer
from support.wire import Connection, request

AT_ONCE = 1.0  # seconds


def leave(connection: Connection, how: str) -> None:
    {"close": connection.close, "reset": connection.reset}[how]()


@pytest.mark.parametrize("how", ["close", "reset"])
def test_before_the_answer(gateway: Gateway, how: str):
    request_id = new_id("left")
    connection = gateway.proxy.connect()
    connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id, "hang=1"), chat()))
    upstream = gateway.mock.request(request_id)["connection"]
    begin = time.monotonic()
    leave(connection, how)
    assert gateway.mock.wait_for_close(upstream)["early"] is True
    assert time.monotonic() - begin < AT_ONCE
    same(gateway.event(request_id), outcome="client_aborted", status_code=0, usage_source="missing", ttft_ms=None,
         response_bytes=0)


@pytest.mark.parametrize("how", ["close", "reset"])
def test_in_mid_stream_while_the_upstream_is_silent(gateway: Gateway, how: str):
    request_id = new_id("left")
    connection = gateway.proxy.connect()
    connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id, f"gate={request_id},usage=first"),
                            chat(stream=True)))
    assert connection.read_head().status == 200
    while b"echo:" not in connection.read_chunk():
        pass
    upstream = gateway.mock.request(request_id)["connection"]
    begin = time.monotonic()
    leave(connection, how)
    assert gateway.mock.wait_for_close(upstream)["early"] is True
    assert time.monotonic() - begin < AT_ONCE
    event = gateway.event(request_id)
    same(event, outcome="client_aborted", status_code=200, stream=True, usage_source="upstream", prompt_tokens=5)
    assert event["ttft_ms"] is not None and event["response_bytes"] > 0


@pytest.mark.parametrize("how", ["close", "reset"])
def test_in_mid_stream_while_the_upstream_sends(gateway: Gateway, how: str):
    request_id = new_id("left")
    connection = gateway.proxy.connect()
    connection.send(request("POST", "/v1/chat/completions",
                            gateway.fields(request_id, "chunks=100000,size=100,pace=10"), chat(stream=True)))
    assert connection.read_head().status == 200
    connection.read_chunk()
    upstream = gateway.mock.request(request_id)["connection"]
    begin = time.monotonic()
    leave(connection, how)
    gateway.mock.wait_for_close(upstream)
    assert time.monotonic() - begin < AT_ONCE
    same(gateway.event(request_id), outcome="client_aborted", status_code=200)


RECORDED = (ROOT / "tests/support/replies/openai_chat_stream_usage.sse").read_bytes()


@pytest.mark.parametrize("settings", [{}, {"METERING_STREAM_USAGE": "inject"}], ids=["passed", "edited"])
@pytest.mark.parametrize("ends", [True, False], ids=["ended", "silent"])
@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("has_done", [True, False], ids=["with", "without"])
def test_once_nothing_follows(factory, has_done: bool, how: str, ends: bool, settings: dict):
    """[DONE] says that a client has all: some leave with it, and have aborted nothing."""
    has_left = threading.Event()
    text = RECORDED if has_done else RECORDED.removesuffix(b"data: [DONE]\n\n")

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        peer.send(b"%x\r\n%b\r\n" % (len(text), text))
        assert has_left.wait(PATIENCE)
        if not ends:
            assert peer.read_to_close() == b""
            return
        with contextlib.suppress(OSError):  # the gateway has left, too
            peer.send(b"0\r\n\r\n")
    with ScriptedServer(script) as upstream:
        gateway = factory.gateway(upstream.url, **settings)
        request_id = new_id("left")
        connection = gateway.proxy.connect()
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id), chat(
            stream=True, stream_options={"include_usage": True})))
        assert connection.read_head().status == 200
        received = b""
        while len(received) < len(text):
            received += connection.read_chunk()
        leave(connection, how)
        has_left.set()
        event = gateway.event(request_id)
    same(event, status_code=200, usage_source="upstream", total_tokens=23, finish_reason="stop")
    assert event["outcome"] == "completed" if has_done else event["outcome"] in ("client_aborted", "completed"), event
    if not has_done and not ends:
        same(event, outcome="client_aborted")


@pytest.mark.parametrize("is_whole", [True, False], ids=["whole", "half"])
def test_done_in_two_parts(factory, is_whole: bool):
    """Cut at every byte: it is an end once all of it has gone to the client, and not before."""
    done = b"data: [DONE]\n\n"
    collector = factory.collector()
    for cut in range(1, len(done)):
        first, rest = RECORDED.removesuffix(done) + done[:cut], done[cut:]
        has_first, has_left = threading.Event(), threading.Event()

        def script(peer: Peer, first: bytes = first, rest: bytes = rest, has_first: threading.Event = has_first,
                   has_left: threading.Event = has_left) -> None:
            peer.read_request()
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            peer.send(b"%x\r\n%b\r\n" % (len(first), first))
            assert has_first.wait(PATIENCE)
            if is_whole:
                peer.send(b"%x\r\n%b\r\n" % (len(rest), rest))
            assert has_left.wait(PATIENCE)
            assert peer.read_to_close() == b""
        with ScriptedServer(script) as upstream:
            gateway = Gateway(factory.proxy(upstream.url, collector.url), collector, None)
            request_id = new_id("left")
            connection = gateway.proxy.connect()
            connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id), chat(
                stream=True, stream_options={"include_usage": True})))
            assert connection.read_head().status == 200
            received = b""
            while len(received) < len(first):
                received += connection.read_chunk()
            has_first.set()
            while is_whole and len(received) < len(RECORDED):
                received += connection.read_chunk()
            connection.close()
            has_left.set()
            event = gateway.event(request_id)
        same(event, outcome="completed" if is_whole else "client_aborted", total_tokens=23)


def test_in_the_upload(factory):
    """The request is not complete: the upstream must not take it for a whole one."""
    ends = []

    def script(peer):
        head = peer.read_request_head()
        try:
            peer.take(int(head.values("Content-Length")[0]), "body")
            ends.append("whole")
        except AssertionError:
            ends.append("cut")
    with ScriptedServer(script) as upstream:
        gateway = factory.gateway(upstream.url)
        request_id = new_id("left")
        with gateway.proxy.connect() as connection:
            raw = request("POST", "/v1/files", [("X-LLM-Request-ID", request_id)], b"a" * 1_000_000)
            connection.send(raw[:500_000])
            wait_until(lambda: upstream.connections, "connection to the upstream")
            begin = time.monotonic()
        wait_until(lambda: ends, "end of the upload")
        assert ends == ["cut"] and time.monotonic() - begin < AT_ONCE
        same(gateway.event(request_id), outcome="client_aborted", status_code=0)


def test_a_half_closed_client_still_gets_its_answer_or_is_gone(gateway: Gateway):
    """An end of sending counts as leaving, as with nginx: the exchange ends one way or the other, and is metered once."""
    request_id = new_id("half")
    with gateway.proxy.connect() as connection:
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id, "delay=100"), chat()))
        connection.half_close()
        received = connection.read_to_close()
    event = gateway.event(request_id)
    if received:
        assert received.startswith(b"HTTP/1.1 200")
        same(event, outcome="completed", status_code=200)
    else:
        same(event, outcome="client_aborted", status_code=0)


def test_pipelined_bytes_do_not_count_as_leaving(gateway: Gateway):
    first, second = new_id("first"), new_id("second")
    with gateway.proxy.connect() as connection:
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(first, f"gate={first}"),
                                chat("one", stream=True)))
        assert connection.read_head().status == 200
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(second), chat("two")))
        while b"echo:" not in connection.read_chunk():
            pass
        gateway.mock.release(first)
        while connection.read_chunk():
            pass
        connection.read_trailers()
        assert connection.read_response().json()["choices"][0]["message"]["content"] == "echo: two"
    same(gateway.event(first), outcome="completed")
    same(gateway.event(second), outcome="completed")


def test_leaving_with_a_pipelined_request_waiting(gateway: Gateway):
    """The bytes of the next request stand before the client's end in the socket; it is seen all the same or, at the
    latest, when the exchange is over, and the next request is not forwarded to nobody more than once."""
    first, second = new_id("first"), new_id("second")
    connection = gateway.proxy.connect()
    connection.send(request("POST", "/v1/chat/completions", gateway.fields(first, "chunks=100000,size=1000,pace=5"),
                            chat(stream=True)))
    assert connection.read_head().status == 200
    connection.send(request("POST", "/v1/chat/completions", gateway.fields(second), chat("two")))
    connection.reset()
    same(gateway.event(first), outcome="client_aborted", status_code=200)
    assert len(gateway.mock.requests(second)) <= 1


def test_many_leave_and_the_gateway_is_well(gateway: Gateway):
    ids = [new_id("many") for _ in range(50)]
    opened = []
    for each in ids:
        connection = gateway.proxy.connect()
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(each, "hang=1"), chat()))
        opened.append(connection)
    for each in ids:
        gateway.mock.request(each)
    for connection in opened:
        connection.close()
    for each in ids:
        same(gateway.event(each), outcome="client_aborted", status_code=0)
    response, _ = gateway.post(chat())
    assert response.status == 200
