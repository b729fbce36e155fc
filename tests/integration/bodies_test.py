# SPDX-License-Identifier: MIT
"""Large bodies, limits, Expect, and answers that come before the request is complete."""

import hashlib
import random
import threading

import pytest

from support.event import same
from support.gateway import Gateway, chat, new_id
from support.scripted import ScriptedServer, answering, reply
from support.wire import chunk, request

MB = 1024 * 1024


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_large_request(factory, framing: str):
    body = noise(10 * MB)
    with ScriptedServer(answering(reply())) as upstream:
        gateway = factory.gateway(upstream.url)
        sent = {"body": body} if framing == "length" else \
            {"chunks": [body[at:at + 100_000] for at in range(0, len(body), 100_000)]}
        request_id = new_id()
        response = gateway.proxy.ask("POST", "/v1/files", [("X-LLM-Request-ID", request_id)], **sent)
        assert response.status == 200
        assert hashlib.sha256(upstream.requests[0].body).digest() == hashlib.sha256(body).digest()
        assert upstream.requests[0].chunked == (framing == "chunked")
        same(gateway.event(request_id), request_bytes=len(body), outcome="completed", status_code=200)


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_large_response(factory, framing: str):
    body = noise(50 * MB)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"

    def script(peer):
        peer.read_request()
        if framing == "length":
            peer.send(head + b"Content-Length: %d\r\n\r\n" % len(body), body)
        elif framing == "close":
            peer.send(head + b"\r\n", body)
        else:
            peer.send(head + b"Transfer-Encoding: chunked\r\n\r\n")
            peer.send(*(chunk(body[at:at + 777_777]) for at in range(0, len(body), 777_777)), b"0\r\n\r\n")
    with ScriptedServer(script) as upstream:
        gateway = factory.gateway(upstream.url)
        request_id = new_id()
        response = gateway.proxy.ask("GET", "/v1/files/1/content", [("X-LLM-Request-ID", request_id)])
        assert hashlib.sha256(response.body).digest() == hashlib.sha256(body).digest()
        same(gateway.event(request_id), response_bytes=len(body), outcome="completed")


@pytest.mark.parametrize("size,status", [(1000, 200), (1001, 413)])
@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_max_request_body(factory, framing: str, size: int, status: int):
    with ScriptedServer(answering(reply())) as upstream:
        gateway = factory.gateway(upstream.url, MAX_REQUEST_BODY="1000")
        sent = {"body": noise(size)} if framing == "length" else {"chunks": [noise(size)]}
        response = gateway.proxy.ask("POST", "/v1/files", **sent)
        assert response.status == status
        if status == 413:
            assert response.error["type"] == "invalid_request_error"
            assert response.error["code"] == "request_too_large" and response.request_id
            assert upstream.requests == []  # never a whole request


def test_413_arrives_while_the_client_is_still_sending(factory):
    with ScriptedServer(answering(reply())) as upstream:
        gateway = factory.gateway(upstream.url, MAX_REQUEST_BODY="1MB")
        with gateway.proxy.connect() as connection:
            connection.send(b"POST /v1/files HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n", noise(100_000))
            response = connection.read_response()
            assert response.status == 413 and response.get("Connection") == "close"
            assert connection.at_end()
        assert gateway.proxy.ask("GET", "/v1/x").status == 200
        assert [each.target for each in upstream.requests] == ["/v1/x"]


@pytest.mark.parametrize("raw", [
    b"GET /v1/models HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * 100_000 + b"\r\n\r\n",
    b"GET /v1/" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /v1/models HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
], ids=["field", "target", "fields"])
def test_431(gateway: Gateway, raw: bytes):
    with gateway.proxy.connect() as connection:
        connection.send(raw)
        response = connection.read_response()
        assert response.status == 431
        assert response.error["type"] == "invalid_request_error" and response.error["code"] == "headers_too_large"
        assert response.request_id.startswith("req_")


@pytest.mark.parametrize("fields", [[("X-Long", "a" * 30_000)], [(f"X-{n}", str(n)) for n in range(200)]], ids=["long", "many"])
def test_large_heads_that_are_still_good(gateway: Gateway, fields: list):
    response, event = gateway.post(chat(), fields)
    assert response.status == 200
    seen = gateway.mock.request(event["request_id"])["fields"]
    assert [tuple(each) for each in seen if each[0].startswith("X-") and each[0] not in ("X-LLM-Request-ID",)] == fields


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_expect_100_continue(gateway: Gateway, framing: str):
    request_id = new_id()
    body = chat("waited for it")
    sent = {"body": body} if framing == "length" else {"chunks": [body]}
    raw = request("POST", "/v1/chat/completions", gateway.fields(request_id) + [("Expect", "100-continue")], **sent)
    split = raw.index(b"\r\n\r\n") + 4
    with gateway.proxy.connect() as connection:
        connection.send(raw[:split])
        assert connection.read_head().status == 100
        connection.send(raw[split:])
        response = connection.read_response()
    assert response.status == 200 and response.interim == []
    assert response.json()["choices"][0]["message"]["content"] == "echo: waited for it"
    assert gateway.mock.request(request_id)["body"] == body.decode()
    same(gateway.event(request_id), outcome="completed", request_bytes=len(body))


def test_expect_100_continue_with_the_body_at_once(gateway: Gateway):
    response, event = gateway.post(chat("did not wait"), [("Expect", "100-continue")])
    assert response.status == 200 and len(response.interim) <= 1
    assert response.json()["choices"][0]["message"]["content"] == "echo: did not wait"
    same(event, outcome="completed")


def test_expect_that_is_refused(factory):
    with ScriptedServer(answering(reply())) as upstream:
        gateway = factory.gateway(upstream.url, MAX_REQUEST_BODY="1000")
        with gateway.proxy.connect() as connection:
            connection.send(b"POST /v1/files HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2000\r\n\r\n")
            assert connection.read_head().status == 413  # and no 100 before it
        assert upstream.requests == []


def test_early_answer_during_the_upload(gateway: Gateway):
    """The upstream answers and closes without reading the body: the client gets that answer, not an error of ours."""
    request_id = new_id()
    body = noise(8 * MB)
    raw = request("POST", "/v1/files", gateway.fields(request_id, "early=1"), body)
    with gateway.proxy.connect() as connection:
        sender = threading.Thread(target=send_what_can_be_sent, args=(connection, raw))
        sender.start()
        response = connection.read_response()
        sender.join()
    assert response.status == 413 and response.json()["error"]["message"] == "mock: too large"
    assert response.request_id == request_id
    same(gateway.event(request_id), status_code=413, outcome="completed")


def send_what_can_be_sent(connection, raw: bytes) -> None:
    try:
        connection.send(raw)
    except OSError:
        pass


def test_early_answer_with_the_connection_kept(factory):
    """Answer first, body read afterwards: the exchange is complete and both connections may go on."""
    def script(peer):
        while (head := peer.read_request_head()) is not None:
            peer.send(reply(b'{"early":true}', "400 Bad Request"))
            peer.take(int((head.values("Content-Length") or ["0"])[0]), "body")
    with ScriptedServer(script) as upstream:
        gateway = factory.gateway(upstream.url)
        with gateway.proxy.connect() as connection:
            connection.send(b"POST /v1/files HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n", noise(100_000))
            response = connection.read_response()
            assert response.status == 400 and response.json() == {"early": True}
        assert gateway.proxy.ask("GET", "/v1/x").status == 400
