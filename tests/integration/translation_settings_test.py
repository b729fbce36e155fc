# SPDX-License-Identifier: MIT
"""What the configuration file says of translation, seen at the providers, in answers and in events."""

import json
import pathlib

import pytest

from support import wire
from support.gateway import Factory, Proxy, new_id
from support.process import wait_until
from support.scripted import reply
from support.targets import Targets, ask, ask_for_event

TOOL = {"type": "function", "function": {"name": "look", "parameters": {
    "type": "object", "properties": {"a": {"type": ["string", "null"]}}}}}
MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-real", "stop_reason": "end_turn",
           "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": "hi"}],
           "usage": {"input_tokens": 20, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 3,
                     "output_tokens": 7}}
CALL = {"candidates": [{"content": {"role": "model", "parts": [
    {"functionCall": {"id": "call-1", "name": "look", "args": {}}, "thoughtSignature": "U0lHTkVE"}]},
    "finishReason": "STOP"}], "usageMetadata": {"promptTokenCount": 4, "totalTokenCount": 6}, "modelVersion": "g"}
STAND_IN = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="


@pytest.fixture
def upstreams():
    with Targets("claude", "google", "other") as opened:
        opened.answers |= {"claude": reply(json.dumps(MESSAGE).encode()), "google": reply(json.dumps(CALL).encode())}
        yield opened


def config(upstreams: Targets, **more: dict) -> dict:
    """`more`: what the providers of these names have."""
    providers = upstreams.providers(claude={"type": "anthropic"} | more.get("claude", {}),
                                    google={"type": "gemini"} | more.get("google", {}))
    return {"providers": providers,
            "models": {"claude": {"targets": [{"provider": "claude", "model": "claude-sonnet-4-6"}]},
                       "gemini": {"targets": [{"provider": "google", "model": "gemini-3-pro"}]}}}


def sent(upstreams: Targets, name: str) -> dict:
    return json.loads(upstreams.servers[name].requests[-1].body)


def test_a_provider_speaks_for_its_targets(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    content = config(upstreams, claude={"beta": ["b-1", "b-2"], "prompt_cache": "auto", "default_max_tokens": 77,
                                        "mid_system": True, "reasoning_output": "none"},
                     google={"api_version": "v1", "schema": "openapi"})
    content["models"]["own"] = {"targets": [
        {"provider": "claude", "model": "claude-sonnet-4-6", "prompt_cache": "none", "mid_system": False}],
        "reasoning_output": "content"}
    proxy = upstreams.open(factory, tmp_path, content)
    messages = [{"role": "user", "content": "a"}, {"role": "system", "content": "s"}]
    answer = ask(proxy, "claude", messages=messages).json()["choices"][0]["message"]
    assert answer["content"] == "hi" and "reasoning_content" not in answer
    assert upstreams.servers["claude"].requests[-1].values("anthropic-beta") == ["b-1,b-2"]
    body = sent(upstreams, "claude")
    assert body["max_tokens"] == 77 and body["cache_control"] == {"type": "ephemeral"}
    assert [each["role"] for each in body["messages"]] == ["user", "system"]
    # Where nothing but the provider is named.
    assert "reasoning_content" not in ask(proxy, "claude/claude-x").json()["choices"][0]["message"]
    assert sent(upstreams, "claude")["max_tokens"] == 77
    # The target and its model say otherwise.
    answer = ask(proxy, "own", messages=messages).json()["choices"][0]["message"]
    assert answer["reasoning_content"] == "hm"
    body = sent(upstreams, "claude")
    assert "cache_control" not in body and [each["role"] for each in body["messages"]] == ["user"]
    ask(proxy, "gemini", tools=[TOOL])
    assert upstreams.servers["google"].requests[-1].target == "/v1/models/gemini-3-pro:generateContent"
    declaration = sent(upstreams, "google")["tools"][0]["functionDeclarations"][0]
    assert declaration["parameters"]["properties"]["a"] == {"type": "STRING", "nullable": True}


def test_betas_are_for_translated_requests_alone(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    proxy = upstreams.open(factory, tmp_path, config(upstreams, claude={"beta": ["b-1"]}))
    proxy.ask("POST", "/v1/messages", [("anthropic-beta", "own")], json.dumps({"model": "claude"}).encode())
    assert upstreams.servers["claude"].requests[-1].values("anthropic-beta") == ["own"]


@pytest.mark.parametrize("usage, prompt", [("standard", 28), ("input_includes_cache", 20)])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
def test_S14_cache_is_counted_once(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path,
                                   usage: str, prompt: int, path: str):
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, config(upstreams, claude={"usage": usage}), collector.url)
    body = {"model": "claude", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]}
    answer = proxy.ask("POST", path, [], json.dumps(body).encode())
    [event] = wait_until(collector.events, "the event")
    assert (event["prompt_tokens"], event["cached_tokens"], event["cache_write_tokens"]) == (prompt, 5, 3)
    if path == "/v1/chat/completions":
        assert answer.json()["usage"]["prompt_tokens"] == prompt
        assert answer.json()["usage"]["prompt_tokens_details"] == {"cached_tokens": 5, "cache_write_tokens": 3}


def test_native_targets_are_preferred_where_that_is_said(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    content = config(upstreams)
    both = [{"provider": "claude", "weight": 100}, {"provider": "other"}]
    content["models"] |= {"native": {"targets": both, "prefer": "native"}, "weight": {"targets": both}}
    content["routes"] = [{"name": "r", "match": {"model": "routed"}, "targets": both, "prefer": "native"}]
    proxy = upstreams.open(factory, tmp_path, content, PROXY_THREADS="1")
    for model in ("native", "routed"):
        before = upstreams.counts()
        for _ in range(3):
            assert ask(proxy, model).json() == {"from": "other"}
        # Of a path that is passed on to either, none comes behind.
        proxy.ask("POST", "/v1/messages", [], json.dumps({"model": model}).encode())
        assert upstreams.count("claude") == before["claude"] + 1
        upstreams.answers["other"] = reply(b"{}", "503 Busy")
        assert ask(proxy, model).get("X-LLM-Translated") == "anthropic"
        upstreams.answers["other"] = reply(b'{"from": "other"}')
        if model == "native":
            proxy = upstreams.open(factory, tmp_path, content, PROXY_THREADS="1")  # where nothing cools
    assert ask(proxy, "weight").get("X-LLM-Translated") == "anthropic"


def follow_up(call_id: str) -> list[dict]:
    """The second turn of a client that has lost the signature of its call."""
    return [{"role": "user", "content": "x"},
            {"role": "assistant", "content": None, "tool_calls": [
                {"id": call_id, "type": "function", "function": {"name": "look", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": call_id, "content": "r"}]


def signature(upstreams: Targets) -> str:
    return sent(upstreams, "google")["contents"][1]["parts"][0]["thoughtSignature"]


def streamed(upstreams: Targets) -> None:
    body = f"data: {json.dumps(CALL)}\r\n\r\n".encode()
    upstreams.answers["google"] = (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n"
                                   % len(body)) + body


@pytest.mark.parametrize("stream", [False, True], ids=["json", "stream"])
def test_lost_signatures_are_filled_in_for_the_tenant_alone(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path, stream: bool):
    if stream:
        streamed(upstreams)
    content = config(upstreams) | {"defaults": {"signatures": "remember"}}
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, content, collector.url, PROXY_THREADS="1")

    def told(tenant: str) -> wire.Response:
        return ask(proxy, "gemini", [("X-LLM-Tenant", tenant)], messages=follow_up("call-1"), stream=stream)

    told("a")
    assert signature(upstreams) == STAND_IN  # the first answer is yet to come then
    assert told("a").get("X-LLM-Dropped-Params") is None
    assert signature(upstreams) == "U0lHTkVE"
    assert told("b").get("X-LLM-Dropped-Params") == "thought_signature" and signature(upstreams) == STAND_IN
    assert ask(proxy, "gemini", messages=follow_up("call-1")).status == 200 and signature(upstreams) == STAND_IN
    assert told("a").status == 200 and signature(upstreams) == "U0lHTkVE"


def test_nothing_is_remembered_unless_that_is_said(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    proxy = upstreams.open(factory, tmp_path, config(upstreams), PROXY_THREADS="1")
    for _ in range(2):
        assert ask(proxy, "gemini", messages=follow_up("call-1")).status == 200
        assert signature(upstreams) == STAND_IN


def test_the_oldest_signatures_make_way(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    content = config(upstreams) | {"defaults": {"signatures": "remember"}}
    proxy = upstreams.open(factory, tmp_path, content, PROXY_THREADS="1")
    long = "QUJD" * (1 << 18)  # a megabyte

    def called(number: int) -> bytes:
        answer = json.loads(json.dumps(CALL))
        part = answer["candidates"][0]["content"]["parts"][0]
        part["functionCall"]["id"], part["thoughtSignature"] = f"call-{number}", long
        return reply(json.dumps(answer).encode())

    for number in range(9):
        upstreams.answers["google"] = called(number)
        assert ask(proxy, "gemini").status == 200
    for number, found in ((0, STAND_IN), (1, STAND_IN), (2, long), (8, long)):
        assert ask(proxy, "gemini", messages=follow_up(f"call-{number}")).status in (200, 413)
        assert signature(upstreams) == found, number
