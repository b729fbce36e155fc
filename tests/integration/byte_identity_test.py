# SPDX-License-Identifier: MIT
"""What the upstream answers reaches the client byte by byte, whatever its framing."""

import re
from collections.abc import Callable, Iterator

import pytest

from support.event import same
from support.gateway import Factory, Gateway, chat, new_id
from support.scripted import AnsweringServer, Peer, ScriptedServer, answering
from support.wire import Connection, Fields, Response, ask, request

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "x-llm-request-id"}


def end_to_end(response: Response) -> tuple[int, str, Fields, bytes, Fields]:
    """All that must be the same on both sides of the gateway."""
    fields = [(name, value) for name, value in response.fields if name.lower() not in HOP_BY_HOP]
    return response.status, response.reason, fields, response.body, response.trailers


def without_numbers(response: Response) -> tuple:
    """The mock numbers its answers; these are the only bytes that may differ between two of them."""
    status, reason, fields, body, trailers = end_to_end(response)
    plain = re.compile(rb"mock[-_]\d{3}")
    return status, reason, re.sub(r"mock_\d{3}", "mock_N", str(fields)), plain.sub(b"mock-N", body), trailers


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway whose upstream has given a hundred answers, so that the next numbers are of one length."""
    factory = Factory(tmp_path_factory.mktemp("ends"))
    gateway = factory.gateway()
    with Connection(gateway.mock.address) as connection:
        for _ in range(100):
            connection.send(request("POST", "/v1/embeddings", [], b'{"model":"m","input":"x","dimensions":1}'))
            connection.read_response()
    yield gateway
    factory.close()


@pytest.mark.parametrize("method,target,mock,body", [
    ("POST", "/v1/chat/completions", "", chat()),
    ("POST", "/v1/chat/completions", "framing=chunked", chat()),
    ("POST", "/v1/chat/completions", "framing=chunked,trailers=1", chat()),
    ("POST", "/v1/chat/completions", "framing=close", chat()),
    ("POST", "/v1/chat/completions", "", chat(stream=True)),
    ("POST", "/v1/chat/completions", "framing=close", chat(stream=True)),
    ("POST", "/v1/chat/completions", "trailers=1", chat(stream=True)),
    ("POST", "/v1/chat/completions", "usage=top,chunks=50,size=1000", chat(stream=True)),
    ("POST", "/v1/chat/completions", "error_after=1", chat(stream=True)),
    ("POST", "/v1/chat/completions", "status=429", chat()),
    ("POST", "/v1/chat/completions", "status=500,framing=chunked", chat()),
    ("POST", "/v1/chat/completions", "size=300000", chat()),
    ("POST", "/v1/responses", "", b'{"model":"m","input":"one","stream":true}'),
    ("POST", "/v1/embeddings", "", b'{"model":"m","input":["one","two"]}'),
    ("GET", "/v1/models", "", None),
    ("HEAD", "/v1/models", "", None),
    ("GET", "/v1/models/unknown", "status=404", None),
], ids=str)
def test_mock_answers_are_the_same_direct_and_through_the_gateway(ends: Gateway, method, target, mock, body):
    fields = [("X-Mock", mock)] if mock else []
    direct = ask(ends.mock.address, method, target, fields, body)
    through = ends.proxy.ask(method, target, fields, body)
    assert without_numbers(through) == without_numbers(direct)
    assert direct.chunks is None or through.chunks is not None


ANSWERS = {
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "length zero": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "no reason": b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
    "own reason": b"HTTP/1.1 299 Rather Fine (really)\r\nContent-Length: 2\r\n\r\nok",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
    "chunked and empty": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunk extensions": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b;c=\"d\"\r\nhello\r\n0;x\r\n\r\n",
    "upper-case hex": b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n00A\r\n0123456789\r\n000\r\n\r\n",
    "trailers": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                b"2\r\nok\r\n0\r\nX-Sum: 42\r\nX-Sum: 43\r\n\r\n",
    "duplicate fields": b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nx-first: 1\r\nSet-Cookie: b=2; Path=/\r\n"
                        b"Content-Length: 2\r\nSet-Cookie: a=3\r\nX-Empty:\r\n\r\nok",
    "odd but good fields": b"HTTP/1.1 200 OK\r\n!#$%&'*+-.^_`|~: x\r\nX-Tabs:\t a \t b \t\r\nX-Bytes: \xff\xfe\r\n"
                           b"Content-Length: 2\r\n\r\nok",
    "binary": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 256\r\n\r\n" + bytes(range(256)),
    "204": b"HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n",
    "304": b"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 500\r\n\r\n",
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: https://other.test/v1/x\r\nContent-Length: 0\r\n\r\n",
    "interim": b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
               b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "two interim": b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <b>\r\n\r\n"
                   b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
}


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AnsweringServer, Gateway]]:
    factory = Factory(tmp_path_factory.mktemp("scripted"))
    with AnsweringServer() as upstream:
        yield upstream, factory.gateway(upstream.url, PROXY_THREADS="1")
        factory.close()


def read_direct(answer: bytes, method: str) -> Response:
    """The answer as the test's own client reads it from the upstream itself."""
    with ScriptedServer(answering(answer)) as server, Connection(server.address) as connection:
        connection.send(request(method, "/"))
        connection.half_close()
        return connection.read_response(method)


@pytest.mark.parametrize("pace", ["at once", "byte by byte"])
@pytest.mark.parametrize("name", ANSWERS)
def test_scripted_answers(scripted, name: str, pace: str):
    upstream, gateway = scripted
    answer = ANSWERS[name]
    upstream.answer = answer if pace == "at once" else byte_by_byte(answer)
    request_id = new_id()
    response = gateway.proxy.ask("GET", "/v1/x", [("X-LLM-Request-ID", request_id)])
    direct = read_direct(answer, "GET")
    assert end_to_end(response) == end_to_end(direct)
    assert [(each.status, each.reason, each.fields) for each in response.interim] == \
        [(each.status, each.reason, each.fields) for each in direct.interim]
    assert response.request_id == request_id
    same(gateway.event(request_id), outcome="completed", status_code=direct.status, response_bytes=len(direct.body))


def byte_by_byte(answer: bytes) -> Callable[[Peer], bool]:
    def send(peer: Peer) -> bool:
        peer.send(*(answer[at:at + 1] for at in range(len(answer))))
        return True
    return send


@pytest.mark.parametrize("framing", ["Content-Length: 1000\r\n", "Transfer-Encoding: chunked\r\n", ""])
def test_head(scripted, framing: str):
    upstream, gateway = scripted
    upstream.answer = b"HTTP/1.1 200 OK\r\nX-A: b\r\n" + framing.encode() + b"\r\n"
    with gateway.proxy.connect() as connection:
        for _ in range(2):  # nothing of a body stands between the two
            request_id = new_id()
            connection.send(request("HEAD", "/v1/x", [("X-LLM-Request-ID", request_id)]))
            response = connection.read_response("HEAD")
            assert response.status == 200 and response.get("X-A") == "b"
            assert response.get("Content-Length") == ("1000" if "1000" in framing else None)
            same(gateway.event(request_id), outcome="completed", response_bytes=0, status_code=200, ttft_ms=None)


@pytest.mark.parametrize("name", ["length", "chunked", "trailers", "204", "interim", "binary"])
def test_http_1_0_client(scripted, name: str):
    upstream, gateway = scripted
    upstream.answer = ANSWERS[name]
    direct = read_direct(ANSWERS[name], "GET")
    with gateway.proxy.connect() as connection:
        connection.send(request("GET", "/v1/x", version="1.0"))
        head = connection.read_head()  # no interim response: 1.0 does not know them
        body = connection.read_to_close()
    assert (head.status, body) == (direct.status, direct.body)
    assert head.get("Transfer-Encoding") is None and head.request_id


def test_http_1_0_client_that_keeps_its_connection(scripted):
    upstream, gateway = scripted
    upstream.answer = ANSWERS["length"]
    with gateway.proxy.connect() as connection:
        for _ in range(2):
            connection.send(request("GET", "/v1/x", [("Connection", "keep-alive")], version="1.0"))
            response = connection.read_response()
            assert response.body == b"hello" and response.get("Connection").lower() == "keep-alive"


def test_until_close_answer_arrives_whole(scripted):
    upstream, gateway = scripted
    body = bytes(range(256)) * 1000

    upstream.answer = lambda peer: peer.send(b"HTTP/1.1 200 OK\r\n\r\n", body)  # and closes
    response = gateway.proxy.ask("GET", "/v1/x")
    assert response.body == body and response.chunks is not None


def test_pipelined_requests_are_answered_in_order(gateway: Gateway):
    ids = [new_id(f"pipe{number}") for number in range(8)]
    with gateway.proxy.connect() as connection:
        connection.send(b"".join(request("POST", "/v1/chat/completions", [("X-LLM-Request-ID", each)], chat(each),
                                         chunks=[chat(each)] if number % 2 else None)
                                 for number, each in enumerate(ids)))
        for each in ids:
            response = connection.read_response()
            assert response.request_id == each
            assert response.json()["choices"][0]["message"]["content"] == f"echo: {each}"
    for each in ids:
        same(gateway.event(each), outcome="completed")
