# SPDX-License-Identifier: MIT
"""Upstreams that refuse, stay silent, die, or speak nonsense."""

import base64
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from support.event import same
from support.gateway import Factory, Gateway, chat, new_id
from support.process import PATIENCE, wait_until
from support.scripted import AnsweringServer, ScriptedServer
from support.wire import Cut, Response, request


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """In front of the mock, with a short time-out."""
    factory = Factory(tmp_path_factory.mktemp("impatient"))
    yield factory.gateway(HTTP_CLIENT_TIMEOUT="300ms")
    factory.close()


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Nobody listens there, and nobody else can."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def check_error(response: Response, status: int, code: str) -> None:
    assert response.status == status, response
    assert response.error["type"] == "upstream_error" and response.error["code"] == code, response
    assert response.request_id


def test_refused(factory, closed_port: int):
    gateway = factory.gateway(f"http://127.0.0.1:{closed_port}")
    with gateway.proxy.connect() as connection:
        for _ in range(2):  # the client's connection goes on
            request_id = new_id()
            connection.send(request("POST", "/v1/chat/completions", [("X-LLM-Request-ID", request_id)], chat()))
            response = connection.read_response()
            check_error(response, 502, "upstream_unreachable")
            event = gateway.event(request_id)
            same(event, outcome="upstream_unreachable", status_code=502, usage_source="missing", ttft_ms=None, model="gpt-4o-mini",
                 upstream_request_id="")


def test_name_that_does_not_resolve(factory):
    gateway = factory.gateway("http://gateway-test.invalid:8080")
    request_id = new_id()
    response = gateway.proxy.ask("POST", "/v1/chat/completions", [("X-LLM-Request-ID", request_id)], chat())
    check_error(response, 502, "upstream_unreachable")
    same(gateway.event(request_id), outcome="upstream_unreachable", status_code=502)


def test_large_request_to_nobody(factory, closed_port: int):
    gateway = factory.gateway(f"http://127.0.0.1:{closed_port}")
    request_id = new_id()
    with gateway.proxy.connect() as connection:
        connection.send(b"POST /v1/files HTTP/1.1\r\nHost: a\r\nX-LLM-Request-ID: %b\r\nContent-Length: 500000\r\n\r\n"
                        % request_id.encode())
        check_error(connection.read_response(), 502, "upstream_unreachable")
    same(gateway.event(request_id), outcome="upstream_unreachable", status_code=502)


@pytest.mark.parametrize("stream", [False, True])
def test_never_answers(impatient: Gateway, stream: bool):
    begin = time.monotonic()
    response, event = impatient.post(chat(stream=stream), mock="hang=1")
    assert 0.3 <= time.monotonic() - begin < PATIENCE / 4
    check_error(response, 504, "upstream_timeout")
    same(event, outcome="upstream_timeout", status_code=504, ttft_ms=None)
    assert event["latency_ms"] >= 300


def test_silent_in_mid_stream(impatient: Gateway):
    request_id = new_id()
    with impatient.proxy.connect() as connection:
        connection.send(request("POST", "/v1/chat/completions", impatient.fields(request_id, f"gate={request_id},usage=first"),
                                chat(stream=True)))
        with pytest.raises(Cut) as cut:
            connection.read_response()
    assert b"echo:" in cut.value.body
    same(impatient.event(request_id), outcome="upstream_timeout", status_code=200, prompt_tokens=5)


def test_silent_in_the_middle_of_a_plain_body(factory):
    def script(peer):
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it")
        peer.receive()  # until the gateway leaves
    with ScriptedServer(script) as upstream:
        gateway = factory.gateway(upstream.url, HTTP_CLIENT_TIMEOUT="300ms")
        request_id = new_id()
        with pytest.raises(Cut) as cut:
            gateway.proxy.ask("GET", "/v1/x", [("X-LLM-Request-ID", request_id)])
        assert cut.value.body == b"half of it"
        same(gateway.event(request_id), outcome="upstream_timeout", status_code=200)


def test_a_stream_that_keeps_sending_is_not_cut(impatient: Gateway):
    request_id = new_id()
    begin = time.monotonic()
    response = impatient.proxy.ask("POST", "/v1/chat/completions", impatient.fields(request_id, "chunks=12,pace=100"),
                                   chat(stream=True))
    assert response.body.endswith(b"data: [DONE]\n\n") and time.monotonic() - begin > 1
    same(impatient.event(request_id), outcome="completed")


@pytest.mark.parametrize("mock,stream", [("cut=40", False), ("cut=40,framing=chunked", False), ("cut=2,chunks=5", True)])
def test_dies_in_mid_body(gateway: Gateway, mock: str, stream: bool):
    request_id = new_id()
    with gateway.proxy.connect() as connection:
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id, mock), chat(stream=stream)))
        with pytest.raises(Cut) as cut:
            connection.read_response()
    assert cut.value.body or not stream
    same(gateway.event(request_id), outcome="upstream_aborted", status_code=200)


def test_reset_in_mid_body(factory):
    def script(peer):
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        assert peer.server.proceed.wait(PATIENCE)
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        peer.close()
    with ScriptedServer(script) as upstream:
        upstream.proceed = threading.Event()
        gateway = factory.gateway(upstream.url)
        request_id = new_id()
        with gateway.proxy.connect() as connection:
            connection.send(request("GET", "/v1/x", [("X-LLM-Request-ID", request_id)]))
            connection.read_head()
            assert connection.read_chunk() == b"hello"
            upstream.proceed.set()
            with pytest.raises(Cut):
                connection.read_chunk()
        same(gateway.event(request_id), outcome="upstream_aborted", status_code=200)


def test_closes_before_any_byte(gateway: Gateway):
    response, event = gateway.post(chat(), mock="cut=head")
    assert response.status == 502 and response.error["type"] == "upstream_error"
    assert len(gateway.mock.requests(event["request_id"])) == 1
    assert event["status_code"] == 502 and event["outcome"] in ("upstream_aborted", "upstream_invalid")


NONSENSE = {
    "text": b"this is no HTTP\r\n\r\n",
    "binary": bytes(range(256)) * 4,
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
    "HTTP/2 settings": b"\0\0\0\4\0\0\0\0\0",
    "HTTP/2.0": b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "status of two digits": b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
    "status of letters": b"HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n",
    "status 999": b"HTTP/1.1 999 OK\r\nContent-Length: 0\r\n\r\n",
    "bare LF": b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
    "negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
    "length and chunked": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "unknown coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "NUL in a value": b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n",
    "folded line": b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n",
    "switching protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "endless head": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 600_000,
    "interim alone": b"HTTP/1.1 100 Continue\r\n\r\n",
}


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AnsweringServer, Gateway]]:
    factory = Factory(tmp_path_factory.mktemp("nonsense"))
    with AnsweringServer() as upstream:
        yield upstream, factory.gateway(upstream.url)
        factory.close()


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense(scripted, name: str):
    upstream, gateway = scripted
    upstream.answer = lambda peer: peer.send(NONSENSE[name])  # and closes
    request_id = new_id()
    with gateway.proxy.connect() as connection:
        connection.send(request("POST", "/v1/chat/completions", [("X-LLM-Request-ID", request_id)], chat()))
        response = connection.read_response()
    check_error(response, 502, "upstream_invalid_response")
    event = gateway.event(request_id)
    same(event, status_code=502, usage_source="missing")
    assert event["outcome"] in ({"upstream_aborted", "upstream_invalid"} if name in ("half a head", "SSH", "HTTP/2 settings")
                                else {"upstream_invalid"}), event


@pytest.mark.parametrize("chunks", [b"xyz\r\nabc\r\n0\r\n\r\n", b"5\r\nhelloworld\r\n0\r\n\r\n", b"-1\r\n\r\n",
                                    b"ffffffffffffffff1\r\na", b"3\nabc\n0\n\n"], ids=str)
def test_nonsense_in_mid_body(scripted, chunks: bytes):
    """Too late for an error: the response is cut."""
    upstream, gateway = scripted
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    upstream.answer = lambda peer: peer.send(head, b"2\r\nok\r\n", chunks)  # and closes
    request_id = new_id()
    with pytest.raises(Cut) as cut:
        gateway.proxy.ask("GET", "/v1/x", [("X-LLM-Request-ID", request_id)])
    assert cut.value.body.startswith(b"ok") or cut.value.body == b""
    event = gateway.event(request_id)
    assert event["status_code"] in (200, 502) and event["outcome"] in ("upstream_invalid", "upstream_aborted")


def test_raw_answer_of_the_mock(gateway: Gateway):
    raw = base64.b64encode(b"HTTP/1.1 418 I'm a teapot\r\nContent-Length: 3\r\n\r\ntea").decode()
    response, event = gateway.post(chat(), mock=f"raw={raw}")
    assert (response.status, response.reason, response.body) == (418, "I'm a teapot", b"tea")
    same(event, status_code=418, outcome="completed")


ODD = {
    "bytes behind a length": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
    "bytes behind the last chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n\r\n",
    "a body to 204": b"HTTP/1.1 204 No Content\r\nContent-Length: 6\r\n\r\npoison",
    "a body to 304": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\npoison",
    "no framing": b"HTTP/1.1 200 OK\r\n\r\nok",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
    "length and chunked": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked in 1.0": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "length list": b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok",
    "length +": b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
    "quoted coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
    "space before colon": b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
    "bare LF": b"HTTP/1.1 200 OK\r\nX: y\nContent-Length: 2\r\n\r\nok",
    "bare CR": b"HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 2\r\n\r\nok",
    "257 fields": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 256 + b"Content-Length: 2\r\n\r\nok",
    "switching protocols": b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0x2\r\nok\r\n0\r\n\r\n",
    "long data in a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n0\r\n\r\n",
    "many extensions": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + (b"1;" + b"a" * 4000 + b"\r\na\r\n") * 10,
    "HTTP/2.0": b"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "leading empty line": b"\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
}
GOOD_ENOUGH = {"bytes behind a length", "bytes behind the last chunk", "a body to 204", "a body to 304"}


@pytest.mark.parametrize("name", ODD)
def test_connection_is_never_used_after_an_odd_response(factory, name: str):
    """The upstream keeps its side open and would answer again; the gateway closes it."""
    left = []

    def script(peer):
        assert peer.read_request()
        peer.send(ODD[name])
        if name == "no framing":
            return
        peer.socket.settimeout(PATIENCE)
        left.append(peer.receive() == b"")
    with ScriptedServer(script) as upstream:
        gateway = factory.gateway(upstream.url, PROXY_THREADS="1")
        for count in (1, 2):
            try:
                response = gateway.proxy.ask("GET", "/v1/x")
                assert b"poison" not in response.body
                if name in GOOD_ENOUGH or name == "no framing":
                    assert response.status < 400
                else:
                    check_error(response, 502, "upstream_invalid_response")
            except Cut:
                assert "chunk" in name or "extensions" in name
            assert len(upstream.wait_for_requests(count)) == count
            assert upstream.connections == count
        if name != "no framing":
            wait_until(lambda: left == [True, True], "close by the gateway")
