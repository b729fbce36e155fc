# SPDX-License-Identifier: MIT
"""What is not clean HTTP/1.x is refused before anything of it reaches the upstream (RFC 9112)."""

from collections.abc import Iterator

import pytest

from support.gateway import Factory, Gateway, chat, new_id
from support.malformed import BAD_CHUNKS, BAD_FRAMINGS, BAD_HEADS, GET
from support.process import wait_until
from support.scripted import Peer, ScriptedServer, answering, reply
from support.wire import Cut, request

POST = b"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n"
SMUGGLED = b"GET /v1/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ScriptedServer, Gateway]]:
    factory = Factory(tmp_path_factory.mktemp("malformed"))
    with ScriptedServer(answering(reply())) as upstream:
        yield upstream, factory.gateway(upstream.url)
        factory.close()


def refused(ends: tuple, raw: bytes) -> None:
    """400 in the error form, the connection closed, nothing at the upstream."""
    upstream, gateway = ends
    before = len(upstream.requests)
    with gateway.proxy.connect() as connection:
        connection.send(raw)
        response = connection.read_response()
        assert response.status == 400, response
        assert response.error["type"] == "invalid_request_error" and response.error["code"] == "malformed_request"
        assert response.request_id.startswith("req_") and response.get("Connection") == "close"
        connection.half_close()
        assert connection.at_end()
    marker = new_id()
    gateway.proxy.ask("GET", "/v1/marker", [("X-LLM-Request-ID", marker)])
    assert [each.target for each in upstream.requests[before:]] == ["/v1/marker"]


@pytest.mark.parametrize("name", BAD_HEADS)
def test_bad_head(ends, name: str):
    refused(ends, BAD_HEADS[name])


@pytest.mark.parametrize("name", BAD_FRAMINGS)
def test_bad_framing(ends, name: str):
    refused(ends, POST + BAD_FRAMINGS[name] + SMUGGLED)


def test_chunked_in_a_1_0_request(ends):
    refused(ends, b"POST /v1/chat/completions HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED)


@pytest.mark.parametrize("name", BAD_CHUNKS)
def test_bad_chunk(ends, name: str):
    """The head is good and may have been forwarded; the request must never look complete to the upstream."""
    upstream, gateway = ends
    before = len(upstream.requests)
    with gateway.proxy.connect() as connection:
        connection.send(POST + b"Transfer-Encoding: chunked\r\n\r\n" + BAD_CHUNKS[name] + SMUGGLED)
        response = connection.read_response()
        assert response.status == 400 and response.error["code"] == "malformed_request", response
        connection.half_close()
        assert connection.at_end()
    gateway.proxy.ask("GET", "/v1/marker")
    assert [each.target for each in upstream.requests[before:]] == ["/v1/marker"]


@pytest.mark.parametrize("cut", ["head", "length", "chunked"])
def test_request_that_ends_too_soon(ends, cut: str):
    upstream, gateway = ends
    before = len(upstream.requests)
    whole = request("POST", "/v1/chat/completions", [], chat()) if cut != "chunked" else \
        request("POST", "/v1/chat/completions", chunks=[chat()])
    with gateway.proxy.connect() as connection:
        connection.send(whole[:30] if cut == "head" else whole[:-3])
        connection.half_close()
        try:
            assert connection.read_response().status == 400
        except Cut:
            pass  # nobody is left to be told
        assert connection.at_end()
    gateway.proxy.ask("GET", "/v1/marker")
    assert [each.target for each in upstream.requests[before:]] == ["/v1/marker"]


def test_good_request_before_a_bad_one_is_answered(ends):
    upstream, gateway = ends
    with gateway.proxy.connect() as connection:
        connection.send(request("GET", "/v1/good") + BAD_HEADS["space before colon"])
        assert connection.read_response().status == 200
        assert connection.read_response().status == 400
        assert connection.at_end()


@pytest.mark.parametrize("pieces", ["at once", "byte by byte"])
def test_empty_lines_before_a_request_are_skipped(ends, pieces: str):
    raw = b"\r\n\r\n" + request("GET", "/v1/good")
    with ends[1].proxy.connect() as connection:
        connection.send(*([raw] if pieces == "at once" else [raw[at:at + 1] for at in range(len(raw))]))
        assert connection.read_response().status == 200


@pytest.mark.parametrize("body", ["length", "chunked"])
def test_request_byte_by_byte(ends, body: str):
    upstream, gateway = ends
    before = len(upstream.requests)
    raw = request("POST", "/v1/chat/completions", [], chat()) if body == "length" else \
        request("POST", "/v1/chat/completions", chunks=[chat()[:7], chat()[7:]])
    with gateway.proxy.connect() as connection:
        connection.send(*[raw[at:at + 1] for at in range(len(raw))])
        assert connection.read_response().status == 200
    assert upstream.requests[before].body == chat()


def test_trailers_cannot_frame_or_route(ends):
    """Left out, and all else of the trailer section kept (RFC 9110 section 6.5.1)."""
    upstream, gateway = ends
    before = len(upstream.requests)
    with gateway.proxy.connect() as connection:
        for _ in range(2):
            connection.send(POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nContent-Length: 50\r\nHost: evil\r\n"
                            b"Authorization: Bearer evil\r\nTransfer-Encoding: chunked\r\nX-Kept: 1\r\n\r\n")
            assert connection.read_response().status == 200
    assert [each.body for each in upstream.requests[before:]] == [b"abc", b"abc"]


def test_fault_in_a_body_that_was_begun_ends_the_upstream_connection(factory):
    """What had left before the fault was seen cannot be called back; its connection is closed and never used again."""
    got, left = [], []

    def script(peer: Peer) -> None:
        assert peer.read_request_head()
        got.append(peer.read_chunk())
        left.append(peer.receive() == b"")
    with ScriptedServer(script) as upstream:
        gateway = factory.gateway(upstream.url)
        with gateway.proxy.connect() as connection:
            connection.send(POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            wait_until(lambda: got == [b"abc"], "the first chunk at the upstream")
            connection.send(b"xyz\r\n" + SMUGGLED)
            response = connection.read_response()
            assert response.status == 400 and response.error["code"] == "malformed_request"
            connection.half_close()
            assert connection.at_end()
        wait_until(lambda: left == [True], "close of the upstream connection")
        assert upstream.connections == 1


def test_too_many_options_of_connection(ends):
    with ends[1].proxy.connect() as connection:
        connection.send(GET + b"Host: a\r\nConnection: " + b"a," * 100 + b"a\r\n\r\n")
        assert connection.read_response().status == 431


def test_refused_requests_are_not_metered(ends):
    refused(ends, BAD_HEADS["two hosts"])
    marker = new_id()
    ends[1].proxy.ask("GET", "/v1/last", [("X-LLM-Request-ID", marker)])
    ends[1].event(marker)
    assert not [event for event in ends[1].collector.events() if event["endpoint"] in ("/v1/models", "/v1/smuggled")]
