# SPDX-License-Identifier: MIT
"""What a provider refuses of a translated request is mended at once and remembered: limits and thought signatures."""

import json
import pathlib
import re

import pytest

from support import wire
from support.gateway import Factory, Proxy, chat
from support.process import wait_until
from support.scripted import Peer, Request, reply
from support.targets import Targets, ask, ask_for_event

MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-real", "stop_reason": "end_turn",
           "content": [{"type": "text", "text": "hi"}], "usage": {"input_tokens": 10, "output_tokens": 7}}
CANDIDATE = {"candidates": [{"content": {"role": "model", "parts": [{"text": "hi"}]}, "finishReason": "STOP"}],
             "usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 2, "totalTokenCount": 6},
             "modelVersion": "gemini-real", "responseId": "r1"}
STAND_IN = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="
PLAIN = "skip_thought_signature_validator"


def refused(text: str) -> bytes:
    return reply(json.dumps({"type": "error", "error": {"type": "invalid_request_error", "message": text, "code": 400,
                                                        "status": "INVALID_ARGUMENT"}}).encode(), "400 Bad Request")


def last(peer: Peer) -> Request:
    return peer.server.requests[-1]


def most(limit: int, after: bytes = reply(json.dumps(MESSAGE).encode())):
    """An Anthropic whose models take no larger max_tokens."""
    def answer(peer: Peer) -> bool:
        asked = json.loads(last(peer).body)["max_tokens"]
        peer.send(after if asked <= limit else refused(
            f"max_tokens: {asked} > {limit}, which is the maximum allowed number of output tokens for claude-x"))
        return True
    return answer


def signatures(request: Request) -> list[str | None]:
    """Of each call in what Gemini was sent."""
    return [part.get("thoughtSignature") for content in json.loads(request.body)["contents"]
            for part in content["parts"] if "functionCall" in part]


def taking(*good: str):
    """A Gemini that takes these signatures alone."""
    def answer(peer: Peer) -> bool:
        found = [each for each in signatures(last(peer)) if each is not None]
        is_good = all(each in good for each in found)
        peer.send(reply(json.dumps(CANDIDATE).encode()) if is_good else refused("Corrupted Thought signature."))
        return True
    return answer


def steps(*signed: str | None) -> list[dict]:
    """A conversation with a step of two calls for each, of which the first is signed so."""
    messages: list[dict] = [{"role": "user", "content": "go"}]
    for number, signature in enumerate(signed):
        ids = [f"c{number}", f"d{number}"]
        calls = [{"id": each, "type": "function", "function": {"name": "look", "arguments": "{}"}} for each in ids]
        if signature:
            calls[0]["extra_content"] = {"google": {"thought_signature": signature}}
        messages.append({"role": "assistant", "content": None, "tool_calls": calls})
        messages += [{"role": "tool", "tool_call_id": each, "content": "r"} for each in ids]
    return messages


@pytest.fixture
def upstreams():
    with Targets("claude", "google", "other") as opened:
        opened.answers |= {"claude": most(64000), "google": taking()}
        yield opened


def config(upstreams: Targets, **more: object) -> dict:
    return {"defaults": {"cooldown": {"failures": 0}},
            "providers": upstreams.providers(claude={"type": "anthropic"}, google={"type": "gemini"}),
            "models": {"claude": {"targets": [{"provider": "claude", "model": "claude-sonnet-4-6"}]} | more,
                       "opus": {"targets": [{"provider": "claude", "model": "claude-opus-4-6"}]} | more,
                       "gemini": {"targets": [{"provider": "google", "model": "gemini-3-pro"}]} | more}}


def asked_tokens(upstreams: Targets) -> list[int]:
    return [json.loads(each.body)["max_tokens"] for each in upstreams.servers["claude"].requests]


def learnt(proxy: Proxy, provider: str, kind: str) -> float:
    return proxy.metrics().get(f'llmgw_learnt_refusals_total{{provider="{provider}",kind="{kind}"}}', 0)


def test_a_server_that_closes_behind_a_refusal_is_asked_on_another_connection(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    refused_on: set[int] = set()

    def closing(peer: Peer) -> bool:
        if peer.number in refused_on:
            return False  # it had closed, and not said so
        refused_on.add(peer.number)
        return most(64000)(peer)

    upstreams.answers["claude"] = closing
    proxy = upstreams.open(factory, tmp_path, config(upstreams))
    assert ask(proxy, "claude").status == 200
    assert asked_tokens(upstreams) == [128000, 64000]


@pytest.mark.parametrize("attempts", [1, 2])
def test_a_limit_of_the_gateways_own_is_mended_and_remembered(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path, attempts: int):
    collector = factory.collector()
    content = config(upstreams, retry={"attempts": attempts})
    proxy = upstreams.open(factory, tmp_path, content, collector.url, PROXY_THREADS="1")
    response, event = ask_for_event(proxy, collector, "claude")
    assert response.status == 200 and response.json()["choices"][0]["message"]["content"] == "hi", response
    assert response.get("X-LLM-Dropped-Params") is None
    assert asked_tokens(upstreams) == [128000, 64000]
    assert [(each["status"], each["cause"]) for each in event["attempts"]] == [(400, None), (200, None)]
    assert len({each["target"] for each in event["attempts"]}) == 1
    assert (event["outcome"], event["status_code"], event["prompt_tokens"]) == ("completed", 200, 10)
    assert learnt(proxy, "claude", "max_tokens") == 1
    _, event = ask_for_event(proxy, collector, "claude")
    assert asked_tokens(upstreams)[2:] == [64000] and len(event["attempts"]) == 1
    # Another model of the same provider has its own limit.
    ask(proxy, "opus")
    assert asked_tokens(upstreams)[3:] == [128000, 64000]
    # And what a client names is the client's.
    response, event = ask_for_event(proxy, collector, "claude", max_tokens=100000)
    assert response.status == 400 and "100000 > 64000" in response.json()["error"]["message"], response
    assert asked_tokens(upstreams)[5:] == [100000] and [each["status"] for each in event["attempts"]] == [400]
    assert learnt(proxy, "claude", "max_tokens") == 2
    states = [value for name, value in proxy.metrics().items() if name.startswith("llmgw_target_state")]
    assert len(states) >= 3 and not any(states)


def test_a_limit_is_mended_once_and_remembered_only_where_that_helped(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    def lower_each_time(peer: Peer) -> bool:
        asked = json.loads(last(peer).body)["max_tokens"]
        peer.send(refused(f"max_tokens: {asked} > {asked - 1000}, which is the maximum"))
        return True

    upstreams.answers["claude"] = lower_each_time
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, config(upstreams), collector.url, PROXY_THREADS="1")
    response, event = ask_for_event(proxy, collector, "claude")
    assert response.status == 400 and "127000 > 126000" in response.json()["error"]["message"], response
    assert asked_tokens(upstreams) == [128000, 127000] and len(event["attempts"]) == 2
    upstreams.answers["claude"] = most(64000, after=reply(b'{"type":"error"}', "529 Busy"))
    assert ask(proxy, "claude").status == 503
    assert asked_tokens(upstreams)[2:] == [128000, 64000]
    upstreams.answers["claude"] = most(64000)
    assert ask(proxy, "claude").status == 200
    assert asked_tokens(upstreams)[4:] == [128000, 64000]


def test_a_text_that_a_client_has_written_teaches_nothing(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    for text in ("tools.0.max_tokens: 128000 > 1, which is the maximum", "max_tokens: 5 > 1, which is the maximum"):
        upstreams.answers["claude"] = lambda peer, text=text: peer.send(refused(text))
        proxy = upstreams.open(factory, tmp_path, config(upstreams), PROXY_THREADS="1")
        before = upstreams.count("claude")
        assert ask(proxy, "claude").status == 400
        assert upstreams.count("claude") == before + 1


def test_a_stream_is_mended_before_its_first_byte(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    body = b"".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode() for each in [
        {"type": "message_start", "message": {"id": "m", "model": "c",
                                              "usage": {"input_tokens": 1, "output_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "hi"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
        {"type": "message_stop"}])
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    upstreams.answers["claude"] = most(64000, after=head + body)
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, config(upstreams), collector.url, PROXY_THREADS="1")
    response, event = ask_for_event(proxy, collector, "claude", stream=True)
    assert response.status == 200 and response.body.endswith(b"data: [DONE]\n\n"), response
    assert b"maximum" not in response.body and len(event["attempts"]) == 2
    ask(proxy, "claude", stream=True)
    assert asked_tokens(upstreams) == [128000, 64000, 64000]


def test_what_was_learnt_survives_a_reload(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    content = config(upstreams)
    proxy = upstreams.open(factory, tmp_path, content, PROXY_THREADS="1")
    ask(proxy, "claude")
    content["models"]["more"] = content["models"]["claude"]
    path = tmp_path / "gateway.yaml"
    whole = json.dumps({"version": 1} | content)
    path.with_suffix(".new").write_text(whole)
    path.with_suffix(".new").replace(path)
    wait_until(lambda: ask(proxy, "more").status == 200, "the new settings")
    assert asked_tokens(upstreams) == [128000, 64000, 64000]


def test_a_client_that_leaves_between_the_two_is_asked_for_no_more(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    left: list[bool] = []

    def silent_when_mended(peer: Peer) -> bool:
        if json.loads(last(peer).body)["max_tokens"] > 64000:
            return most(64000)(peer)
        left.append(peer.receive() == b"")
        return False

    upstreams.answers["claude"] = silent_when_mended
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, config(upstreams), collector.url)
    with proxy.connect() as opened:
        opened.send(wire.request("POST", "/v1/chat/completions", [], chat(model="claude")))
        upstreams.servers["claude"].wait_for_requests(2)
    [event] = wait_until(collector.events, "the event")
    assert event["outcome"] == "client_aborted" and [each["status"] for each in event["attempts"]] == [400, 0]
    wait_until(lambda: left == [True], "the close at the upstream")
    # And one that leaves before the refusal is whole.
    upstreams.answers["claude"] = lambda peer: (peer.send(refused("max_tokens: 128000 > 5, x")[:-2]),
                                                left.append(peer.receive() == b""))
    with proxy.connect() as opened:
        opened.send(wire.request("POST", "/v1/chat/completions", [], chat(model="claude")))
        upstreams.servers["claude"].wait_for_requests(3)
    wait_until(lambda: len(collector.events()) == 2, "the event")
    assert collector.events()[1]["outcome"] == "client_aborted" and upstreams.count("claude") == 3


def test_another_target_is_asked_for_what_follows(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    upstreams.answers["claude"] = most(64000, after=reply(b'{"type":"error"}', "529 Busy"))
    content = config(upstreams, fallback=["gemini"])
    del content["models"]["gemini"]["fallback"]
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, content, collector.url)
    response, event = ask_for_event(proxy, collector, "claude")
    assert response.status == 200 and response.get("X-LLM-Translated") == "gemini", response
    assert [(each["status"], each["cause"]) for each in event["attempts"]] == [
        (400, None), (529, "overloaded"), (200, None)]


def seen(upstreams: Targets) -> list[list[str | None]]:
    return [signatures(each) for each in upstreams.servers["google"].requests]


@pytest.mark.parametrize("attempts", [1, 2])
def test_signatures_of_another_server_are_stood_in_for(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path, attempts: int):
    upstreams.answers["google"] = taking(STAND_IN, PLAIN)
    collector = factory.collector()
    content = config(upstreams, retry={"attempts": attempts})
    proxy = upstreams.open(factory, tmp_path, content, collector.url, PROXY_THREADS="1")
    response, event = ask_for_event(proxy, collector, "gemini", messages=steps("QUJD", "QUJE"))
    assert response.status == 200 and response.get("X-LLM-Dropped-Params") == "thought_signature", response
    assert seen(upstreams) == [["QUJD", None, "QUJE", None], [STAND_IN, None, STAND_IN, None]]
    assert [each["status"] for each in event["attempts"]] == [400, 200]
    assert event["dropped_params"] == ["thought_signature"]
    assert learnt(proxy, "google", "thought_signature") == 1
    # What other clients have kept may be good.
    upstreams.answers["google"] = taking("QUJD")
    response, event = ask_for_event(proxy, collector, "gemini", messages=steps("QUJD"))
    assert response.status == 200 and response.get("X-LLM-Dropped-Params") is None
    assert seen(upstreams)[2:] == [["QUJD", None]] and len(event["attempts"]) == 1


def test_the_plain_word_is_the_last_that_is_tried_and_is_remembered(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    upstreams.answers["google"] = taking(PLAIN)
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, config(upstreams), collector.url, PROXY_THREADS="1")
    response, event = ask_for_event(proxy, collector, "gemini", messages=steps("QUJD"))
    assert response.status == 200 and seen(upstreams) == [["QUJD", None], [STAND_IN, None], [PLAIN, None]]
    assert [each["status"] for each in event["attempts"]] == [400, 400, 200]
    ask(proxy, "gemini", messages=steps(None))
    ask(proxy, "gemini", messages=steps("QUJD"))
    assert seen(upstreams)[3:] == [[PLAIN, None], ["QUJD", None], [PLAIN, None]]
    assert learnt(proxy, "google", "thought_signature") == 3
    # Refused to the end, the client is told what the last answer says.
    upstreams.answers["google"] = taking()
    proxy = upstreams.open(factory, tmp_path, config(upstreams), collector.url, PROXY_THREADS="1")
    before = upstreams.count("google")
    response, event = ask_for_event(proxy, collector, "gemini", messages=steps("QUJD"))
    assert response.status == 400, response
    assert re.search("thought signature", response.json()["error"]["message"], re.I), response
    assert upstreams.count("google") == before + 3 and len(event["attempts"]) == 3


def test_an_error_of_something_else_is_not_mended(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    upstreams.answers["google"] = refused("Invalid value at 'contents'")
    proxy = upstreams.open(factory, tmp_path, config(upstreams))
    assert ask(proxy, "gemini", messages=steps("QUJD")).status == 400 and upstreams.count("google") == 1
    upstreams.answers["google"] = refused("Thought signature is not valid.")
    assert ask(proxy, "gemini").status == 400 and upstreams.count("google") == 2
