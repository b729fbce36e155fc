# SPDX-License-Identifier: MIT
"""METERING_STREAM_USAGE=inject: the upstream is asked for usage, the event has it, and the client sees nothing of it."""

import gzip
import json
import zlib
from collections.abc import Iterator

import pytest

from support.event import same
from support.gateway import Factory, Gateway, chat, new_id
from support.scripted import Peer, ScriptedServer, reply
from support.wire import Connection, Response, ask, chunk, request

OPTION = b',"stream_options":{"include_usage":true}'
USAGE = {"prompt_tokens": 14, "completion_tokens": 9, "total_tokens": 23}
KNOWN = USAGE | {"usage_source": "upstream", "outcome": "completed", "stream": True, "status_code": 200}
STREAM = chat(stream=True)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    factory = Factory(tmp_path_factory.mktemp("inject"))
    yield factory.gateway(METERING_STREAM_USAGE="inject", PROXY_THREADS="1")
    factory.close()


def edited(body: bytes) -> str:
    at = body.rstrip().rindex(b"}")
    return (body[:at].rstrip() + OPTION + body[len(body[:at].rstrip()):]).decode()


def plain(body: bytes) -> bytes:
    """The mock numbers its answers."""
    return body.replace(b"mock-1", b"mock-").translate(None, b"0123456789")


# Requests.

@pytest.mark.parametrize("mock", ["", "framing=close", "trailers=1", "tools=1", "chunks=300,size=700", "usage=details"])
def test_client_sees_the_stream_it_would_have_seen(gateway: Gateway, mock: str):
    request_id = new_id()
    response, event = gateway.post(STREAM, mock=mock, request_id=request_id)
    asked = gateway.mock.request(request_id)
    assert asked["body"] == edited(STREAM)
    assert ["Content-Length", str(len(STREAM) + len(OPTION))] in asked["fields"]
    fields = [("X-Mock", mock.replace("usage=details", ""))] if mock else []
    direct = ask(gateway.mock.address, "POST", "/v1/chat/completions", fields, STREAM)
    assert plain(response.body) == plain(direct.body) and b"usage" not in response.body
    assert response.body.endswith(b"data: [DONE]\n\n") and all(response.chunks)
    assert response.trailers == direct.trailers
    assert event["usage_source"] == "upstream" and event["prompt_tokens"] == 5, event
    same(event, outcome="completed", stream=True, request_bytes=len(STREAM), finish_reason="tool_calls" if
         mock == "tools=1" else "stop")
    assert event["response_bytes"] > len(response.body)  # what the upstream sent


BODIES = [
    b'{"stream":true,"messages":[],"n":1.0e0,"x":"\\u00e4\xc3\xa4"}',
    b'{ "messages" : [ {"role":"user","content":"\\"stream\\":false, {\\"stream_options\\":1}"} ] ,\r\n "stream" : true }\n',
    b'{"str\\u0065am":true,"messages":[{"stream":false,"stream_options":{}}]}',
]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("way", ["whole", "byte by byte", "in chunks", "after the head"])
def test_every_other_byte_of_the_body_stays(gateway: Gateway, body: bytes, way: str):
    request_id = new_id()
    chunks = [body[:1], body[1:9], body[9:]] if way == "in chunks" else None
    sent = request("POST", "/v1/chat/completions", gateway.fields(request_id), body, chunks)
    head_size = sent.index(b"\r\n\r\n") + 4
    with gateway.proxy.connect() as connection:
        if way == "byte by byte":
            connection.send(*(sent[at:at + 1] for at in range(len(sent))))
        elif way == "after the head":
            connection.send(sent[:head_size])
            connection.send(sent[head_size:])
        else:
            connection.send(sent)
        response = connection.read_response()
    assert response.status == 200 and b"usage" not in response.body
    assert gateway.mock.request(request_id)["body"] == edited(body)
    same(gateway.event(request_id), usage_source="upstream", request_bytes=len(body))


def with_chat(**more: object) -> bytes:
    return chat(stream=True, **more)


@pytest.mark.parametrize("target,body,fields", [
    ("/v1/chat/completions", with_chat(stream_options={"include_usage": True}), []),
    ("/v1/chat/completions", with_chat(stream_options={"include_usage": False}), []),
    ("/v1/chat/completions", with_chat(stream_options={"include_usage": None}), []),
    ("/v1/chat/completions", with_chat(stream_options={"include_obfuscation": False}), []),
    ("/v1/chat/completions", with_chat(stream_options=None), []),
    ("/v1/chat/completions", chat(stream=False), []),
    ("/v1/chat/completions", chat(), []),
    ("/v1/chat/completions", chat() + b",", []),
    ("/v1/chat/completions", b'{"model":"m","messages":[],"stream":true,"stream":false}', []),
    ("/v1/chat/completions", STREAM, [("Content-MD5", "x")]),
    ("/v1/completions", b'{"model":"m","prompt":"x","stream":true}', []),
    ("/v1/responses", b'{"model":"m","input":"x","stream":true}', []),
    ("/v1/embeddings", b'{"model":"m","input":"x","stream":true}', []),
])
@pytest.mark.parametrize("chunked", [False, True])
def test_what_is_not_edited(gateway: Gateway, target: str, body: bytes, fields: list, chunked: bool):
    request_id = new_id()
    response, _ = gateway.post(body, fields, target=target, request_id=request_id, chunks=[body] if chunked else None)
    assert gateway.mock.request(request_id)["body"] == body.decode()
    direct = ask(gateway.mock.address, "POST", target, [], body)
    assert plain(response.body) == plain(direct.body)


def ask_for_much(gateway: Gateway, size: int, chunked: bool) -> tuple[bytes, str, dict]:
    """The body of a large request, what came of it upstream, and its event."""
    body = with_chat(image="x" * (size - len(with_chat(image=""))))
    request_id = new_id()
    chunks = [body[at:at + 50_000] for at in range(0, len(body), 50_000)] if chunked else None
    response, event = gateway.post(body, request_id=request_id, chunks=chunks)
    assert response.status == 200 and b"usage" not in response.body
    same(event, request_bytes=len(body))
    return body, gateway.mock.request(request_id)["body"], event


@pytest.mark.parametrize("size", [1024 * 1024 - 200, 1_100_000, 5_000_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_large_bodies(gateway: Gateway, size: int, chunked: bool):
    body, upstream, event = ask_for_much(gateway, size, chunked)
    assert upstream == edited(body)
    same(event, usage_source="upstream")


@pytest.mark.parametrize("chunked", [False, True])
def test_bodies_beyond_what_may_be_held(factory: Factory, chunked: bool):
    """They leave as they are; and what was held is given back."""
    gateway = factory.gateway(METERING_STREAM_USAGE="inject", HELD_REQUESTS_MEMORY="4MB", MAX_REQUEST_BODY="20MB")
    for _ in range(2):
        body, upstream, event = ask_for_much(gateway, 6_000_000, chunked)
        assert upstream == body.decode()
        same(event, usage_source="missing")
        for _ in range(3):
            body, upstream, _ = ask_for_much(gateway, 500_000, chunked)
            assert upstream == edited(body)


@pytest.mark.parametrize("chunked", [False, True])
def test_client_that_waits_for_100(gateway: Gateway, chunked: bool):
    request_id = new_id()
    fields = gateway.fields(request_id) + [("Expect", "100-continue")]
    sent = request("POST", "/v1/chat/completions", fields, STREAM, [STREAM] if chunked else None)
    size = sent.index(b"\r\n\r\n") + 4
    with gateway.proxy.connect() as connection:
        connection.send(sent[:size])
        assert connection.read_head().status == 100
        connection.send(sent[size:])
        response = connection.read_response()
        assert response.status == 200 and not response.interim and b"usage" not in response.body
    same(gateway.event(request_id), usage_source="upstream", outcome="completed")
    asked = gateway.mock.request(request_id)
    assert asked["body"] == edited(STREAM) and ["Expect", "100-continue"] in asked["fields"]


def test_client_that_leaves_before_its_body_is_there(gateway: Gateway):
    request_id = new_id()
    sent = request("POST", "/v1/chat/completions", gateway.fields(request_id), STREAM)
    with gateway.proxy.connect() as connection:
        connection.send(sent[:-5])
    same(gateway.event(request_id), outcome="client_aborted", status_code=0, usage_source="missing")
    assert gateway.mock.requests(request_id) == []


def test_malformed_chunks(gateway: Gateway):
    request_id = new_id()
    sent = request("POST", "/v1/chat/completions", gateway.fields(request_id), chunks=[STREAM])
    with gateway.proxy.connect() as connection:
        connection.send(sent[:-5], b"zz\r\n")
        response = connection.read_response()
        assert response.status == 400 and response.error["code"] == "malformed_request"
        assert connection.at_end()
    assert gateway.mock.requests(request_id) == []


def test_body_over_the_limit_of_requests(factory: Factory):
    gateway = factory.gateway(METERING_STREAM_USAGE="inject", MAX_REQUEST_BODY="10KB")
    body = with_chat(image="x" * 20_000)
    request_id = new_id()
    with gateway.proxy.connect() as connection:
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id),
                                chunks=[body[at:at + 500] for at in range(0, len(body), 500)]))
        assert connection.read_response().status == 413
    assert gateway.mock.requests(request_id) == []


def test_metering_that_looks_at_no_body_asks_for_nothing(factory: Factory):
    gateway = factory.gateway(METERING_STREAM_USAGE="inject", METERING_CAPTURE_BYTES="0")
    request_id = new_id()
    gateway.post(STREAM, request_id=request_id)
    assert gateway.mock.request(request_id)["body"] == STREAM.decode()


# Connections.

def test_filtered_streams_on_one_connection(gateway: Gateway):
    ids = [new_id(f"kept{number}") for number in range(6)]
    with gateway.proxy.connect() as connection:
        connection.send(b"".join(request("POST", "/v1/chat/completions", gateway.fields(each),
                                         chat(each, stream=number % 3 != 2),
                                         [chat(each, stream=True)] if number % 3 == 1 else None)
                                 for number, each in enumerate(ids)))
        for each in ids:
            response = connection.read_response()
            assert response.request_id == each and each.encode() in response.body
    for each in ids:
        same(gateway.event(each), outcome="completed", usage_source="upstream")
    assert len({gateway.mock.request(each)["connection"] for each in ids}) == 1


def test_http_1_0_client(gateway: Gateway):
    request_id = new_id()
    with gateway.proxy.connect() as connection:
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id), STREAM, version="1.0"))
        head, body = connection.read_head(), connection.read_to_close()
    assert head.get("Transfer-Encoding") is None and head.get("Content-Length") is None
    assert body.endswith(b"data: [DONE]\n\n") and b"usage" not in body
    same(gateway.event(request_id), usage_source="upstream", outcome="completed")


def test_chunks_arrive_as_they_are_sent(gateway: Gateway):
    gate, request_id = new_id("gate"), new_id()
    with gateway.proxy.connect() as connection:
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id, f"gate={gate}"), STREAM))
        connection.read_head()
        received = b""
        while b"echo:" not in received:  # the upstream waits for the gate
            received += connection.read_chunk()
        gateway.mock.release(gate)
        while piece := connection.read_chunk():
            received += piece
    assert b"usage" not in received


def test_client_that_leaves_the_stream(gateway: Gateway):
    request_id = new_id()
    with gateway.proxy.connect() as connection:
        fields = gateway.fields(request_id, f"usage=first,gate={new_id('never')}")
        connection.send(request("POST", "/v1/chat/completions", fields, STREAM))
        connection.read_head()
        connection.read_chunk()
    same(gateway.event(request_id), outcome="client_aborted", status_code=200, usage_source="upstream")
    gateway.mock.wait_for_close(gateway.mock.request(request_id)["connection"])


def test_stream_that_is_cut(gateway: Gateway):
    request_id = new_id()
    with gateway.proxy.connect() as connection:
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id, "chunks=5,cut=2"), STREAM))
        connection.read_head()
        body = connection.read_to_close()
    assert not body.endswith(b"0\r\n\r\n") and b"usage" not in body
    same(gateway.event(request_id), outcome="upstream_aborted", status_code=200)


# Refusals.

@pytest.mark.parametrize("whose", ["mistral", "azure", "openai"])
@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
@pytest.mark.parametrize("upload", ["length", "chunked"])
def test_refused_request_is_sent_as_it_was(gateway: Gateway, whose: str, framing: str, upload: str):
    model = new_id("model")
    body = chat(model=model, stream=True)
    mock = f"refuse={whose}" + ("" if framing == "length" else f",framing={framing}")
    with gateway.proxy.connect() as connection:
        for bodies in ([edited(body), body.decode()], [body.decode()]):  # then the model is not asked again
            request_id = new_id()
            connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id, mock), body,
                                    [body] if upload == "chunked" else None))
            response = connection.read_response()
            assert response.status == 200 and response.body.endswith(b"data: [DONE]\n\n") and b"usage" not in response.body
            same(gateway.event(request_id), outcome="completed", status_code=200, usage_source="missing", stream=True,
                 request_bytes=len(body), response_bytes=len(response.body), request_model=model)
            seen = gateway.mock.requests(request_id)
            assert [each["body"] for each in seen] == bodies
            assert len({each["connection"] for each in seen}) == len(bodies)  # a server may close behind a refusal
    request_id = new_id()
    gateway.post(STREAM, request_id=request_id)
    assert gateway.mock.request(request_id)["body"] == edited(STREAM)  # others are asked


@pytest.mark.parametrize("status", [400, 401, 422, 429, 500])
def test_other_errors_are_passed_on(gateway: Gateway, status: int):
    request_id = new_id()
    response, event = gateway.post(STREAM, mock=f"status={status}", request_id=request_id)
    assert response.status == status and response.json()["error"]["message"] == f"mock status {status}"
    assert response.get("Content-Length") == str(len(response.body))
    same(event, status_code=status, outcome="completed", response_bytes=len(response.body))
    assert gateway.mock.request(request_id)["body"] == edited(STREAM)


class Upstream(ScriptedServer):
    """Answers those that ask for usage with `asked`, others with `unasked`; a function is called with the peer."""

    def __init__(self) -> None:
        self.asked = self.unasked = b""
        super().__init__(self._answer)

    def _answer(self, peer: Peer) -> None:
        while (seen := peer.read_request()) is not None:
            pieces = self.asked if b"include_usage" in seen.body else self.unasked
            peer.send(*(pieces if isinstance(pieces, list) else [pieces]))
            if b"\nConnection: close\r" in b"".join(pieces if isinstance(pieces, list) else [pieces]):
                return


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Upstream, Gateway]]:
    factory = Factory(tmp_path_factory.mktemp("scripted"))
    with Upstream() as upstream:
        yield upstream, factory.gateway(upstream.url, METERING_STREAM_USAGE="inject", PROXY_THREADS="1")
        factory.close()


GOOD = reply(b'{"ok":true}')
REFUSAL = b'{"error":{"message":"extraneous key [stream_options] is not permitted"}}'


@pytest.mark.parametrize("answer,is_refusal", [
    (reply(REFUSAL, "400 Bad Request"), True),
    (reply(REFUSAL, "422 Unprocessable Entity"), True),
    (reply(gzip.compress(REFUSAL), "400 Bad Request", [("Content-Encoding", "gzip")]), True),
    (reply(zlib.compress(REFUSAL), "422 Unprocessable Entity", [("Content-Encoding", "deflate")]), True),
    (reply(gzip.compress(REFUSAL)[:-9], "400 Bad Request", [("Content-Encoding", "gzip")]), True),
    (reply(REFUSAL + b" " * 100_000, "400 Bad Request"), True),
    (b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" + REFUSAL, True),
    (b"HTTP/1.1 103 Early Hints\r\n\r\n" + reply(REFUSAL, "400 Bad Request"), True),
    (reply(b" " * 40_000 + REFUSAL, "400 Bad Request"), False),
    (reply(REFUSAL, "404 Not Found"), False),
    (reply(REFUSAL, "500 Internal Server Error"), False),
    (reply(b'{"error":{"param":"stream"}}', "400 Bad Request"), False),
    (reply(b"", "400 Bad Request"), False),
    (reply(gzip.compress(b"{}"), "400 Bad Request", [("Content-Encoding", "gzip")]), False),
    (reply(REFUSAL, "400 Bad Request", [("Content-Encoding", "gzip")]), False),
    (reply(REFUSAL, "400 Bad Request", [("Content-Encoding", "odd")]), False),
])
@pytest.mark.parametrize("pace", ["at once", "byte by byte"])
def test_refusals(scripted, answer: bytes, is_refusal: bool, pace: str):
    upstream, gateway = scripted
    steps = [answer[at:at + 1] for at in range(300)] + [answer[300:]]
    upstream.asked, upstream.unasked = answer if pace == "at once" else steps, GOOD
    upstream.requests.clear()
    body = chat(model=new_id("model"), stream=True)
    request_id = new_id()
    before = gateway.proxy.metrics()
    response, event = gateway.post(body, request_id=request_id)
    metrics = gateway.proxy.metrics()
    assert [metrics[name] - before[name] for name in ("llmgw_proxy_usage_asked_total",
                                                      "llmgw_proxy_usage_refused_total")] == [1, is_refusal]
    assert [each.body for each in upstream.requests] == [edited(body).encode()] + [body] * is_refusal
    if is_refusal:
        assert (response.status, response.body) == (200, b'{"ok":true}')
    else:
        head, _, content = answer.partition(b"\r\n\r\n")
        assert (response.status, response.body) == (int(head[9:12]), content)
    same(event, outcome="completed", status_code=response.status, response_bytes=len(response.body))


def test_refusal_that_is_cut_is_passed_on(scripted):
    upstream, gateway = scripted
    upstream.asked = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 100\r\n\r\n{\"error\":"
    request_id = new_id()
    with gateway.proxy.connect() as connection:
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id), STREAM))
        head, body = connection.read_head(), connection.read_to_close()
    assert (head.status, body) == (400, b'{"error":')
    same(gateway.event(request_id), outcome="upstream_aborted", status_code=400)


def test_refusal_of_both(scripted):
    """The answer to the original request is passed on whatever it is; latency covers both tries."""
    upstream, gateway = scripted
    upstream.asked, upstream.unasked = reply(REFUSAL, "400 Bad Request"), reply(REFUSAL, "400 Bad Request")
    upstream.requests.clear()
    response, event = gateway.post(chat(model=new_id("model"), stream=True))
    assert response.status == 400 and response.body == REFUSAL and len(upstream.requests) == 2
    same(event, status_code=400, outcome="completed", response_bytes=len(REFUSAL))


def test_client_that_leaves_while_a_refusal_is_read(scripted):
    upstream, gateway = scripted
    upstream.requests.clear()
    upstream.asked = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 100\r\n\r\n{"
    request_id = new_id()
    with gateway.proxy.connect() as connection:
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id), STREAM))
        upstream.wait_for_requests(1)
    same(gateway.event(request_id), outcome="client_aborted", status_code=0)


# Streams as the providers send them, asked and unasked.

def event_of(document: object) -> bytes:
    return b"data: " + json.dumps(document, separators=(",", ":")).encode() + b"\n\n"


def part(*choices: str, **more: object) -> bytes:
    found = [{"index": 0, "delta": {"content": each}, "finish_reason": None if each else "stop"} for each in choices]
    return event_of({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "m", "choices": found} | more)


DONE = b"data: [DONE]\n\n"
TEXT = 'say "usage":null {"usage":{}} \u00e4'
FORMS = {
    "OpenAI": (part(TEXT, usage=None) + part("", usage=None) + part(usage=USAGE) + DONE, part(TEXT) + part("") + DONE, []),
    "obfuscated": (part(TEXT, usage=None, obfuscation="xy") + part("", usage=None) + part(usage=USAGE, obfuscation="z") + DONE,
                   part(TEXT, obfuscation="xy") + part("") + DONE, []),
    "moderated": (part(TEXT, usage=None) + part(usage=USAGE) + part(moderation={"flagged": False}, usage=None) + DONE,
                  part(TEXT) + part(moderation={"flagged": False}) + DONE, []),
    "Azure": (part(prompt_filter_results=[{"prompt_index": 0}], usage=None) + part(TEXT, usage=None) + part(usage=USAGE) + DONE,
              part(prompt_filter_results=[{"prompt_index": 0}]) + part(TEXT) + DONE, []),
    "vLLM": (part(TEXT) + part("") + part(usage=USAGE) + DONE, part(TEXT) + part("") + DONE, []),
    "vLLM, forced": (part(TEXT, usage=USAGE) + part(usage=USAGE) + DONE, part(TEXT, usage=USAGE) + part(usage=USAGE) + DONE, []),
    "DeepSeek": (b": keep-alive\n\n" + part(TEXT) + part("", usage=USAGE) + DONE,
                 b": keep-alive\n\n" + part(TEXT) + part("", usage=USAGE) + DONE, []),
    "TGI": (part(TEXT) + part("", usage=USAGE) + DONE, part(TEXT) + part("") + DONE, [b"X-Compute-Type: gpu+optimized"]),
    "Groq": (part(TEXT) + part("", x_groq={"id": "r", "usage": USAGE}) + part(usage=USAGE) + DONE,
             part(TEXT) + part("", x_groq={"id": "r", "usage": USAGE}) + DONE, []),
}


def framed(body: bytes, framing: str, fields: list[bytes]) -> list[bytes]:
    head = [b"HTTP/1.1 200 OK", b"Content-Type: text/event-stream", *fields]
    events = [each + b"\n\n" for each in body.split(b"\n\n")[:-1]]
    match framing:
        case "length":
            return [b"\r\n".join([*head, b"Content-Length: %d" % len(body)]) + b"\r\n\r\n" + body]
        case "close":
            return [b"\r\n".join([*head, b"Connection: close"]) + b"\r\n\r\n", *events]
        case "chunk a byte":
            events = [body[at:at + 1] for at in range(len(body))]
        case "byte by byte" | "at once":
            pass
    whole = b"\r\n".join([*head, b"Transfer-Encoding: chunked"]) + b"\r\n\r\n" + b"".join(map(chunk, events)) + b"0\r\n\r\n"
    return [whole[at:at + 1] for at in range(len(whole))] if framing == "byte by byte" else [whole]


@pytest.mark.parametrize("framing", ["at once", "byte by byte", "chunk a byte", "length", "close"])
@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_seen_as_if_nobody_had_asked(scripted, name: str, framing: str):
    upstream, gateway = scripted
    asked, unasked, fields = FORMS[name]
    upstream.asked = framed(asked, framing, fields)
    response, event = gateway.post(STREAM)
    assert response.body == unasked and all(response.chunks)
    same(event, **KNOWN, response_bytes=len(asked))


def test_held_bytes_of_a_cut_stream_are_passed_on(scripted):
    upstream, gateway = scripted
    begun = part("a") + b'data: {"choices":[{"delta":{"content":"b"'
    upstream.asked = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9999\r\n" \
                     b"Connection: close\r\n\r\n" + begun
    request_id = new_id()
    with gateway.proxy.connect() as connection:
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id), STREAM))
        connection.read_head()
        body = b""
        with pytest.raises(AssertionError):
            while True:
                body += connection.read_chunk()
    assert body == begun
    same(gateway.event(request_id), outcome="upstream_aborted", response_bytes=len(begun))


def test_stream_with_a_coding_is_left_alone(scripted):
    upstream, gateway = scripted
    upstream.requests.clear()
    coded = gzip.compress(FORMS["OpenAI"][0])
    upstream.asked = upstream.unasked = framed(coded, "length", [b"Content-Encoding: gzip"])
    body = chat(model=new_id("model"), stream=True)
    for _ in range(2):
        response, _ = gateway.post(body)
        assert response.body == coded and response.chunks is None
    assert [each.body for each in upstream.requests] == [edited(body).encode()] * 2  # it says nothing of the next one


def test_error_with_a_coding_changes_nothing(scripted):
    upstream, gateway = scripted
    upstream.requests.clear()
    upstream.asked = reply(gzip.compress(b"{}"), "429 Too Many Requests", [("Content-Encoding", "gzip")])
    body = chat(model=new_id("model"), stream=True)
    for _ in range(2):
        assert gateway.post(body)[0].status == 429
    assert [each.body for each in upstream.requests] == [edited(body).encode()] * 2


def test_answer_that_is_no_stream_is_left_alone(scripted):
    upstream, gateway = scripted
    upstream.asked = reply(b'{"choices":[],"usage":null}')
    response, _ = gateway.post(STREAM)
    assert response.body == b'{"choices":[],"usage":null}' and response.chunks is None
