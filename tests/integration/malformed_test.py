# SPDX-License-Identifier: MIT
"""What is not clean HTTP/1.x is refused before anything of it reaches the upstream (RFC 9112)."""

from collections.abc import Iterator

import pytest

from support.gateway import Factory, Gateway, chat, new_id
from support.process import wait_until
from support.scripted import Peer, ScriptedServer, answering, reply
from support.wire import Cut, request

GET = b"GET /v1/models HTTP/1.1\r\n"
POST = b"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n"
SMUGGLED = b"GET /v1/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

BAD_HEADS = {
    "no version": b"GET /v1/models\r\nHost: a\r\n\r\n",
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/3.0": b"GET /v1/models HTTP/3.0\r\nHost: a\r\n\r\n",
    "lower-case protocol": b"GET /v1/models http/1.1\r\nHost: a\r\n\r\n",
    "version with two digits": b"GET /v1/models HTTP/1.10\r\nHost: a\r\n\r\n",
    "garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "two spaces": b"GET  /v1/models HTTP/1.1\r\nHost: a\r\n\r\n",
    "tab": b"GET\t/v1/models\tHTTP/1.1\r\nHost: a\r\n\r\n",
    "leading space": b" GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n",
    "trailing space": b"GET /v1/models HTTP/1.1 \r\nHost: a\r\n\r\n",
    "space in target": b"GET /v1/mod els HTTP/1.1\r\nHost: a\r\n\r\n",
    "control byte in target": b"GET /v1/mod\x01els HTTP/1.1\r\nHost: a\r\n\r\n",
    "byte above ASCII in target": b"GET /v1/mod\xe4els HTTP/1.1\r\nHost: a\r\n\r\n",
    "fragment in target": b"GET /v1/models#a HTTP/1.1\r\nHost: a\r\n\r\n",
    "user in an absolute target": b"GET http://u:p@a/v1/models HTTP/1.1\r\nHost: a\r\n\r\n",
    "backslash in an absolute target": b"GET http://a\\@b/v1/models HTTP/1.1\r\nHost: a\r\n\r\n",
    "other scheme": b"GET ftp://a/v1/models HTTP/1.1\r\nHost: a\r\n\r\n",
    "HTTP/0.9": b"GET /v1/models\r\n\r\n",
    "HTTP/1.": b"GET /v1/models HTTP/1.\r\nHost: a\r\n\r\n",
    "HTTP/1,1": b"GET /v1/models HTTP/1,1\r\nHost: a\r\n\r\n",
    "HTTP/01.1": b"GET /v1/models HTTP/01.1\r\nHost: a\r\n\r\n",
    "NUL in target": b"GET /v1/\0 HTTP/1.1\r\nHost: a\r\n\r\n",
    "Connection that names no token": GET + b"Host: a\r\nConnection: a b\r\n\r\n",
    "method with a colon": b"GE:T /v1/models HTTP/1.1\r\nHost: a\r\n\r\n",
    "bare LF lines": b"GET /v1/models HTTP/1.1\nHost: a\n\n",
    "bare LF in fields": GET + b"Host: a\nX: y\r\n\r\n",
    "bare CR": GET + b"Host: a\rX: y\r\n\r\n",
    "CR CR LF": GET + b"Host: a\r\r\n\r\n",
    "NUL in value": GET + b"Host: a\r\nX: a\0b\r\n\r\n",
    "control byte in value": GET + b"Host: a\r\nX: a\x08b\r\n\r\n",
    "no host": GET + b"X: y\r\n\r\n",
    "two hosts": GET + b"Host: a\r\nHost: b\r\n\r\n",
    "two equal hosts": GET + b"Host: a\r\nhost: a\r\n\r\n",
    "bad host": GET + b"Host: a/b c\r\n\r\n",
    "space before colon": GET + b"Host: a\r\nX : y\r\n\r\n",
    "tab before colon": GET + b"Host: a\r\nX\t: y\r\n\r\n",
    "line folding": GET + b"Host: a\r\nX: y\r\n z\r\n\r\n",
    "folded first line": GET + b" Host: a\r\n\r\n",
    "empty name": GET + b"Host: a\r\n: y\r\n\r\n",
    "no colon": GET + b"Host: a\r\nXy\r\n\r\n",
    "odd name": GET + b"Host: a\r\nX(y): z\r\n\r\n",
    "byte above ASCII in name": GET + b"Host: a\r\nX\xe4: z\r\n\r\n",
}

BAD_FRAMINGS = {
    "length and chunked": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked and length": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: 50\r\n\r\n",
    "length list": b"Content-Length: 3, 4\r\n\r\nabc",
    "length +": b"Content-Length: +3\r\n\r\nabc",
    "length -": b"Content-Length: -1\r\n\r\n",
    "length hex": b"Content-Length: 0x3\r\n\r\nabc",
    "length with a space": b"Content-Length: 1 3\r\n\r\nabc",
    "length empty": b"Content-Length:\r\n\r\n",
    "length over 64 bits": b"Content-Length: 18446744073709551617\r\n\r\na",
    "length with letters": b"Content-Length: 3a\r\n\r\nabc",
    "length twice, equal": b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "length with a sign and zero": b"Content-Length: -0\r\n\r\n",
    "length with a fraction": b"Content-Length: 3.0\r\n\r\nabc",
    "length with NUL": b"Content-Length: 3\0\r\n\r\nabc",
    "length in other digits": "Content-Length: \u0663\r\n\r\nabc".encode(),
    "length behind CR": b"X: y\rContent-Length: 3\r\n\r\nabc",
    "length folded": b"Content-Length:\r\n 3\r\n\r\nabc",
    "chunked with a parameter": b"Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
    "chunked with a comma": b"Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n",
    "comma before chunked": b"Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n",
    "chunked with NUL": b"Transfer-Encoding: chunked\0\r\n\r\n0\r\n\r\n",
    "chunked with CR": b"Transfer-Encoding: chunked\r\r\n\r\n0\r\n\r\n",
    "chunked with a no-break space": b"Transfer-Encoding: \xa0chunked\r\n\r\n0\r\n\r\n",
    "chunked in a list of two": b"Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
    "coding in two fields": b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "coding, then length zero": b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
    "single quotes": b"Transfer-Encoding: 'chunked'\r\n\r\n0\r\n\r\n",
    "tab before colon of the coding": b"Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n",
    "NUL before colon of the coding": b"Transfer-Encoding\0: chunked\r\n\r\n0\r\n\r\n",
    "chunked twice": b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunked in two fields": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "gzip, chunked": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked, identity": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "identity": b"Transfer-Encoding: identity\r\n\r\n",
    "xchunked": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked with VT": b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "empty coding": b"Transfer-Encoding:\r\n\r\n",
    "quoted": b"Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
    "space before colon of the coding": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "LF hides the coding": b"X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "folded coding": b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
}

BAD_CHUNKS = {
    "no size": b"\r\nabc\r\n0\r\n\r\n",
    "letters": b"xyz\r\nabc\r\n0\r\n\r\n",
    "0x": b"0x3\r\nabc\r\n0\r\n\r\n",
    "sign": b"+3\r\nabc\r\n0\r\n\r\n",
    "negative": b"-1\r\nabc\r\n0\r\n\r\n",
    "space before": b" 3\r\nabc\r\n0\r\n\r\n",
    "bare LF": b"3\nabc\n0\n\n",
    "LF after data": b"3\r\nabc\n0\r\n\r\n",
    "too long data": b"3\r\nabcd\r\n0\r\n\r\n",
    "too short data": b"3\r\nab\r\n0\r\n\r\n",
    "overflow": b"10000000000000003\r\nabc\r\n0\r\n\r\n",
    "overflow to zero": b"10000000000000000\r\n\r\n",
    "endless zeros": b"0" * 8000 + b"3\r\nabc\r\n0\r\n\r\n",
    "endless extension": b"3;" + b"a" * 20000 + b"\r\nabc\r\n0\r\n\r\n",
    "CR in extension": b"3;a\rb\r\nabc\r\n0\r\n\r\n",
    "NUL in extension": b"3;a\0b\r\nabc\r\n0\r\n\r\n",
    "size with a space in it": b"1 0\r\nabc\r\n0\r\n\r\n",
    "size with an underscore": b"1_0\r\nabc\r\n0\r\n\r\n",
    "0X": b"0X3\r\nabc\r\n0\r\n\r\n",
    "CR alone after size": b"3\rabc\r\n0\r\n\r\n",
    "CR alone after data": b"3\r\nabc\r0\r\n\r\n",
    "LF in extension": b"3;a\nb\r\nabc\r\n0\r\n\r\n",
    "many extensions": (b"1;" + b"a" * 4000 + b"\r\na\r\n") * 10 + b"0\r\n\r\n",
    "LF after the last chunk": b"0\n\r\n",
    "LF ends the trailers": b"0\r\nX: y\r\n\n",
    "trailer with a space before its colon": b"0\r\nX : y\r\n\r\n",
    "trailer with two lengths": b"0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "endless trailers": b"0\r\n" + b"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n" * 1000 + b"\r\n",
    "folded trailer": b"0\r\nX: y\r\n z\r\n\r\n",
    "trailer without colon": b"0\r\nXy\r\n\r\n",
}


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
