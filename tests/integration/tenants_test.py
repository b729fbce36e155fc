# SPDX-License-Identifier: MIT
"""Tenants beside each other: what one does changes nothing of how another is metered, or whether it is."""

import gzip
import json
import pathlib
import subprocess
import threading
from collections.abc import Iterator

import pytest

from support.event import same
from support.gateway import Factory, Gateway, chat, new_id
from support.scripted import Peer, ScriptedServer, reply
from support.process import wait_until
from support.wire import Cut, chunk, request

ROOT = pathlib.Path(__file__).parents[2]
REPLIES = ROOT / "tests/support/replies"
USAGE = {"prompt_tokens": 14, "completion_tokens": 9, "total_tokens": 23}
KNOWN = USAGE | {"usage_source": "upstream", "stream": True}
OPTION = b',"stream_options":{"include_usage":true}'


def event_of(document: object) -> bytes:
    return b"data: " + json.dumps(document, separators=(",", ":")).encode() + b"\n\n"


def part(*choices: str, **more: object) -> bytes:
    found = [{"index": 0, "delta": {"content": each}, "finish_reason": None if each else "stop"} for each in choices]
    return event_of({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "m", "choices": found} | more)


TEXT, STOP, USED, DONE = part("a"), part(""), part(usage=USAGE), b"data: [DONE]\n\n"
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"


def stream(*events: bytes, fields: bytes = b"") -> bytes:
    return EVENTS + fields + b"\r\n" + b"".join(map(chunk, events)) + b"0\r\n\r\n"


class Upstream(ScriptedServer):
    """Calls `answer` with the peer and the request; what it returns is sent."""

    def __init__(self) -> None:
        self.answer = lambda peer, seen: stream(TEXT, STOP, USED, DONE)
        super().__init__(self._answer)

    def _answer(self, peer: Peer) -> None:
        while (seen := peer.read_request()) is not None:
            answer = self.answer(peer, seen)
            if answer is None:
                return
            peer.send(answer)


@pytest.fixture
def pair(factory: Factory) -> Iterator[tuple[Upstream, Gateway]]:
    with Upstream() as upstream:
        yield upstream, factory.gateway(upstream.url, METERING_STREAM_USAGE="inject", PROXY_THREADS="1")
        factory.close()


def tenant(name: str) -> list[tuple[str, str]]:
    return [("X-LLM-Tenant", name)]


def is_asked(body: bytes) -> bool:
    return OPTION in body


def others_are_asked(upstream: Upstream, gateway: Gateway, model: str) -> None:
    response, event = gateway.post(chat(model=model, stream=True), tenant("victim"))
    assert is_asked(upstream.requests[-1].body) and response.body == TEXT + STOP + DONE
    same(event, **KNOWN, outcome="completed", tenant="victim")


# Refusals.

def refusing(text: bytes, status: str = "400 Bad Request"):
    """An upstream that knows the option, and no other member that begins with `stream_options`."""
    def answer(peer: Peer, seen) -> bytes:
        return reply(text, status) if b"stream_options_" in seen.body else stream(TEXT, STOP, USED, DONE)
    return answer


@pytest.mark.parametrize("text,tries", [
    (b'{"error":{"message":"Unrecognized request argument supplied: stream_options_","param":null}}', 1),
    (b'{"error":{"message":"Unknown parameter: \'stream_options_\'.","param":"stream_options_"}}', 1),
    (b'{"error":{"message":"extraneous key [x], and also stream_options","param":null}}', 1),
    (b'{"detail":[{"loc":["body","stream_options_"],"input":"stream_options"}]}', 1),
    # Even one that is worded as a refusal: the request as the client meant it fails as well.
    (b'{"error":{"message":"Unrecognized request arguments supplied: stream_options_, stream_options"}}', 2),
    (b'{"error":{"message":"Unknown parameter: \'stream_options\'.","param":"stream_options"}}', 2),
])
@pytest.mark.parametrize("status", ["400 Bad Request", "422 Unprocessable Entity"])
def test_an_unknown_argument_of_one_tenant_is_no_refusal(pair, text: bytes, tries: int, status: str):
    upstream, gateway = pair
    upstream.answer = refusing(text, status)
    body = chat(model="shared", stream=True, stream_options_=1)
    for _ in range(3):
        upstream.requests.clear()
        response, event = gateway.post(body, tenant("attacker"))
        assert (response.status, response.body) == (int(status[:3]), text)
        same(event, status_code=response.status, outcome="completed", response_bytes=len(text))
        assert [is_asked(each.body) for each in upstream.requests] == [True, False][:tries]
        others_are_asked(upstream, gateway, "shared")


def test_the_client_gets_the_answer_to_its_own_request(pair):
    """The original fails too, otherwise: nothing is remembered."""
    upstream, gateway = pair
    refusal = (REPLIES / "azure_refuses_stream_options.json").read_bytes()
    own = b'{"error":{"message":"context_length_exceeded"}}'
    for status in ("400 Bad Request", "429 Too Many Requests", "500 Internal Server Error"):
        upstream.answer = lambda peer, seen: reply(refusal, "400 Bad Request") if is_asked(seen.body) else reply(own, status)
        upstream.requests.clear()
        for _ in range(2):
            response, _ = gateway.post(chat(model="shared", stream=True))
            assert (response.status, response.body) == (int(status[:3]), own)
        assert [is_asked(each.body) for each in upstream.requests] == [True, False] * 2


@pytest.mark.parametrize("file", sorted(each.name for each in REPLIES.glob("*_refuses_stream_options.*")))
@pytest.mark.parametrize("status", ["400 Bad Request", "422 Unprocessable Entity"])
def test_known_refusals(pair, file: str, status: str):
    upstream, gateway = pair
    refusal = (REPLIES / file).read_bytes()
    unasked = stream(TEXT, STOP, DONE)
    upstream.answer = lambda peer, seen: reply(refusal, status) if is_asked(seen.body) else unasked
    for _ in range(2):
        response, event = gateway.post(chat(model="shared", stream=True))
        assert (response.status, response.body) == (200, TEXT + STOP + DONE)
        same(event, outcome="completed", usage_source="missing")
    assert [is_asked(each.body) for each in upstream.requests] == [True, False, False]


# Content codings.

def coding(peer: Peer, seen) -> bytes:
    """Codes wherever a client takes it."""
    if not any("gzip" in each for each in seen.values("Accept-Encoding")):
        return stream(TEXT, STOP, *([USED] if is_asked(seen.body) else []), DONE)
    return stream(gzip.compress(TEXT + STOP + DONE), fields=b"Content-Encoding: gzip\r\n")


def test_a_coding_that_one_client_takes(pair):
    """What is asked is asked without; so the stream can be edited, and other clients' are asked too."""
    upstream, gateway = pair
    upstream.answer = coding
    for codings in (["gzip"], ["gzip, br", "zstd"], [""], []):
        upstream.requests.clear()
        response, event = gateway.post(chat(model="shared", stream=True),
                                       [("Accept-Encoding", each) for each in codings] + tenant("attacker"))
        assert response.body == TEXT + STOP + DONE and response.get("Content-Encoding") is None
        assert upstream.requests[0].values("Accept-Encoding") == (["identity"] if codings else [])
        same(event, **KNOWN)
        others_are_asked(upstream, gateway, "shared")
    for body in (chat(stream=False), chat(stream=True, stream_options={"include_usage": True})):
        upstream.requests.clear()
        gateway.post(body, [("Accept-Encoding", "gzip")])
        assert upstream.requests[0].values("Accept-Encoding") == ["gzip"]  # what is not edited keeps it


def test_a_coding_that_nobody_asked_for(pair):
    upstream, gateway = pair
    coded = gzip.compress(TEXT + STOP + USED + DONE)
    upstream.answer = lambda peer, seen: stream(coded, fields=b"Content-Encoding: gzip\r\n")
    for _ in range(2):
        upstream.requests.clear()
        response, event = gateway.post(chat(model="shared", stream=True), tenant("attacker"))
        assert response.body == coded and is_asked(upstream.requests[0].body)
        same(event, **KNOWN, outcome="completed")
    upstream.answer = coding
    others_are_asked(upstream, gateway, "shared")


# Ways out of metering.

@pytest.mark.parametrize("fields", [
    [("Cache-Control", "no-transform")], [("Cache-Control", "no-cache, no-transform")],
    [("Content-Type", "text/plain")], [("Content-Type", "application/x-ndjson")], [("Content-Type", "multipart/form-data")],
])
def test_fields_that_do_not_keep_from_metering(pair, fields: list[tuple[str, str]]):
    upstream, gateway = pair
    request_id = new_id()
    base = [("X-LLM-Request-ID", request_id)] + ([] if fields[0][0] == "Content-Type" else
                                                 [("Content-Type", "application/json")])
    body = chat(stream=True)
    response = gateway.proxy.ask("POST", "/v1/chat/completions", base + fields, body)
    seen = upstream.requests[0]
    assert is_asked(seen.body) and seen.values(fields[0][0]) == [fields[0][1]]
    assert response.body == TEXT + STOP + DONE  # what it would have got
    same(gateway.event(request_id), **KNOWN, outcome="completed")


def leave(gateway: Gateway, upstream: Upstream, body: bytes, how: str, behind: bytes = STOP) -> str:
    """A client that leaves once it has seen that piece; the upstream is told when it has."""
    request_id = new_id()
    with gateway.proxy.connect() as connection:
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id), body))
        connection.read_head()
        seen = b""
        while behind not in seen:
            seen += connection.read_chunk()
        if how == "reset":
            connection.reset()
    return request_id


def leaving(rest: list[bytes], left: threading.Event):
    def answer(peer: Peer, seen) -> None:
        peer.send(EVENTS + b"\r\n" + chunk(TEXT), chunk(STOP))
        left.wait(10)
        for each in rest:
            peer.send(each)
        peer.receive()  # until the gateway closes
    return answer


@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("asks", [False, True])
@pytest.mark.parametrize("rest", ["at once", "byte by byte"])
def test_leaving_behind_the_last_text_is_metered(pair, how: str, asks: bool, rest: str):
    """Whoever asked for the usage, it is waited for; the event says that the client left."""
    upstream, gateway = pair
    left = threading.Event()
    behind = chunk(USED)
    upstream.answer = leaving([behind] if rest == "at once" else [behind[at:at + 1] for at in range(len(behind))], left)
    body = chat(stream=True, stream_options={"include_usage": True}) if asks else chat(stream=True)
    request_id = leave(gateway, upstream, body, how)
    wait_until(lambda: gateway.proxy.metrics()["llmgw_proxy_open_requests"] == 1, "the exchange that waits")
    left.set()
    same(gateway.event(request_id), **KNOWN, outcome="client_aborted", status_code=200, finish_reason="stop")
    wait_until(lambda: gateway.proxy.metrics()["llmgw_proxy_open_requests"] == 0, "the end of the exchange")


@pytest.mark.parametrize("rest", ["silence", "comments", "flood"])
def test_usage_is_not_waited_for_without_end(pair, rest: str):
    upstream, gateway = pair
    left = threading.Event()
    left.set()
    pieces = {"silence": [], "comments": [chunk(b": a\n\n")] * 10, "flood": [chunk(b":" + b" " * 60_000 + b"\n\n")] * 50}
    upstream.answer = leaving(pieces[rest], left)
    request_id = leave(gateway, upstream, chat(stream=True), "close")
    same(gateway.event(request_id, 5), outcome="client_aborted", usage_source="missing", finish_reason="stop")


def test_leaving_before_the_end_of_the_text_ends_the_upstream_at_once(pair):
    upstream, gateway = pair
    ended = threading.Event()

    def answer(peer: Peer, seen) -> None:
        peer.send(EVENTS + b"\r\n" + chunk(TEXT))
        assert peer.receive() == b""
        ended.set()
    upstream.answer = answer
    request_id = leave(gateway, upstream, chat(stream=True), "close", TEXT)
    assert ended.wait(0.9)
    same(gateway.event(request_id), outcome="client_aborted", usage_source="missing")


def test_a_drain_does_not_wait_for_usage(pair):
    upstream, gateway = pair
    left = threading.Event()
    left.set()
    upstream.answer = leaving([], left)
    request_id = leave(gateway, upstream, chat(stream=True), "close")
    gateway.proxy.daemon.stop()
    same(gateway.event(request_id), outcome="client_aborted")


# Labels and ids.

def test_a_model_that_is_no_text_does_not_spoil_the_metrics(pair):
    upstream, gateway = pair
    names = [b"gpt-\xff\xfe", b"gpt-\xfe\xff", b"\xc3", b"a\x01b", b"\xed\xa0\x80", b"x" * 127 + b"\xe2\x82\xac", b"\x7f\r"]
    for name in names:
        upstream.answer = lambda peer, seen: reply(
            b'{"model":"' + name + b'","choices":[],"usage":' + json.dumps(USAGE).encode() + b"}")
        gateway.post(chat(model="asked"), tenant("attacker"))
    upstream.answer = lambda peer, seen: reply(b'{"model":"good","choices":[],"usage":' + json.dumps(USAGE).encode() + b"}")
    gateway.post(chat(), tenant("victim"))
    text = gateway.proxy.scrape()  # decodes it as UTF-8
    done = subprocess.run([ROOT / "tools/promtool", "check", "metrics"], input=text.encode(), capture_output=True, timeout=100)
    assert done.returncode == 0 and not done.stdout and not done.stderr, (done.stdout + done.stderr).decode()
    metrics = gateway.proxy.metrics()
    tokens = 'llmgw_proxy_tokens_total{{tenant="{}",model="{}",kind="prompt",provider="openai"}}'
    assert metrics[tokens.format("victim", "good")] == USAGE["prompt_tokens"]
    assert metrics[tokens.format("attacker", "gpt-\ufffd\ufffd")] == 2 * 14


def test_a_thousand_made_up_tenants_hide_none_that_comes_later(pair):
    upstream, gateway = pair
    upstream.answer = lambda peer, seen: reply(b'{"model":"m","choices":[],"usage":{"prompt_tokens":1}}')
    name = 'llmgw_proxy_tokens_total{{tenant="{}",model="{}",kind="prompt",provider="openai"}}'
    with gateway.proxy.connect() as connection:
        for number in range(1005):
            connection.send(request("POST", "/v1/chat/completions", tenant(f"made-up-{number}"), chat()))
            assert connection.read_response().status == 200
        # An exchange is counted behind its answer, and before the next one on its connection: who looks before that sees
        # 1,004 of them, of which four had to make way.
        connection.send(request("GET", "/healthz"))
        assert connection.read_response().status == 200
        assert len(gateway.proxy.metrics()) > 1000
        for _ in range(3):
            connection.send(request("POST", "/v1/chat/completions", tenant("real"), chat()))
            assert connection.read_response().status == 200
    wait_until(lambda: gateway.proxy.metrics().get(name.format("real", "m")) == 3, "the tokens of the real tenant")
    metrics = gateway.proxy.metrics()
    assert metrics[name.format("other", "other")] == 5  # of those that never had a series
    assert sum(value for series, value in metrics.items() if series.startswith("llmgw_proxy_tokens_total")) == 1007


def test_event_ids_do_not_follow_from_request_ids(pair):
    """Both were once one generator's output: the id of an event came next behind that of its request."""
    upstream, gateway = pair
    upstream.answer = lambda peer, seen: reply(b"{}")
    shown = [gateway.proxy.ask("POST", "/v1/chat/completions", [], chat()).request_id for _ in range(50)]
    events = gateway.wait_for_events(50)
    low = lambda digits: int(digits[-16:], 16) & ((1 << 62) - 1)
    for event in events:
        assert event["request_id"] in shown
        distance = (low(event["event_id"].replace("-", "")) - low(event["request_id"])) % (1 << 62)
        assert 1 << 40 < distance < (1 << 62) - (1 << 40)


# What the event says where the answer says nothing.

@pytest.mark.parametrize("answer,model", [
    (reply(b'{"choices":[]}'), "asked"), (reply(b'{"model":"","choices":[]}'), "asked"), (reply(b"", "500 X"), "asked"),
    (reply(b'{"model":"given"}'), "given"),
])
def test_the_model_is_the_one_asked_for_where_none_is_named(pair, answer: bytes, model: str):
    upstream, gateway = pair
    upstream.answer = lambda peer, seen: answer
    _, event = gateway.post(chat(model="asked"))
    same(event, model=model, request_model="asked")


def test_the_usage_of_the_document_goes_before_that_of_a_choice(pair):
    upstream, gateway = pair
    in_choice = {"choices": [{"index": 0, "usage": {"prompt_tokens": 1, "completion_tokens": 1, "cached_tokens": 1}}]}
    for document in (in_choice | {"usage": USAGE}, {"usage": USAGE} | in_choice):
        upstream.answer = lambda peer, seen: reply(json.dumps(document).encode())
        same(gateway.post(chat())[1], **USAGE, cached_tokens=None)
    upstream.answer = lambda peer, seen: reply(json.dumps(in_choice).encode())
    same(gateway.post(chat())[1], prompt_tokens=1, completion_tokens=1)


# Streams that are cut within what was asked for.

@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
def test_no_piece_of_the_usage_chunk_reaches_the_client(pair, framing: str):
    upstream, gateway = pair
    whole = part("a", usage=None) + part("", usage=None) + USED + DONE
    seen_whole = TEXT + STOP + DONE
    heads = {"chunked": EVENTS + b"\r\n",
             "length": b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n" % len(whole),
             "close": b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"}
    begin = len(part("a", usage=None))
    for size in [*range(begin, len(whole) - len(DONE), 7)]:
        cut = whole[:size]

        def answer(peer: Peer, seen) -> None:
            peer.send(heads[framing] + (chunk(cut) if framing == "chunked" else cut))
        upstream.answer = answer
        request_id = new_id()
        with gateway.proxy.connect() as connection:
            connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id), chat(stream=True)))
            connection.read_head()
            got = b""
            try:
                while piece := connection.read_chunk():
                    got += piece
            except Cut as cut_off:
                got += cut_off.body
        assert seen_whole.startswith(got) and len(got) >= len(TEXT), (size, got)
        same(gateway.event(request_id), outcome="completed" if framing == "close" else "upstream_aborted")


# 1xx.

@pytest.mark.parametrize("interim", [1, 3, 2000])
def test_interim_responses_without_an_answer(pair, interim: int):
    upstream, gateway = pair
    upstream.answer = lambda peer, seen: peer.send(b"HTTP/1.1 102 Processing\r\n\r\n" * interim)
    response, event = gateway.post(chat())
    assert response.status == 502 and response.error["code"] == "upstream_invalid_response"
    same(event, outcome="upstream_invalid", status_code=502)
