# SPDX-License-Identifier: MIT
"""Anthropic's, Gemini's and Azure's own APIs through the gateway: every byte, whose key, which model, errors in their form."""

import json
import pathlib

import pytest

from support.gateway import Factory, new_id
from support.process import wait_until
from support.scripted import reply
from support.targets import Targets, targets

MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "stop_reason": "end_turn",
           "content": [{"type": "text", "text": "hi"}],
           "usage": {"input_tokens": 10, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 3, "output_tokens": 7}}
CANDIDATE = {"candidates": [{"content": {"role": "model", "parts": [{"text": "hi"}]}, "finishReason": "STOP"}],
             "usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 2, "thoughtsTokenCount": 3,
                               "totalTokenCount": 9}, "modelVersion": "gemini-x"}


def four(upstreams: Targets) -> dict:
    key = {"keys": [{"env": "KEY"}]}
    providers = upstreams.providers(
        claude={"type": "anthropic"} | key, google={"type": "gemini"} | key,
        azure={"type": "azure", "api": "deployments", "api_version": "2024-10-21"} | key, openai=key)
    for name in ("claude", "google", "azure"):
        providers[name]["base_url"] = upstreams.servers[name].url
    return {"providers": providers, "default_provider": "openai"}


@pytest.fixture
def upstreams():
    with Targets("openai", "claude", "google", "azure") as opened:
        opened.answers |= {"claude": reply(json.dumps(MESSAGE).encode()), "google": reply(json.dumps(CANDIDATE).encode())}
        yield opened


def event_of(collector, request_id: str) -> dict:
    [event] = wait_until(lambda: collector.events(request_id), f"the event of {request_id}")
    return event


def test_messages_are_passed_to_anthropic_byte_by_byte(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, four(upstreams), collector.url, KEY="sk-own")
    body = b'{"model" : "claude-x","max_tokens":10,"unknown":{"a":1.0},"messages":[{"role":"user","content":"x"}] }'
    for field in ("X-Api-Key", "Authorization"):
        request_id = new_id()
        answer = proxy.ask("POST", "/v1/messages?beta=true",
                           [("X-LLM-Request-ID", request_id), (field, "Bearer of-client"), ("Anthropic-Beta", "b")], body)
        assert answer.status == 200 and json.loads(answer.body) == MESSAGE
        seen = upstreams.servers["claude"].requests[-1]
        assert (seen.target, seen.body) == ("/v1/messages?beta=true", body)
        assert (seen.values("X-Api-Key"), seen.values("Authorization")) == (["sk-own"], [])
        assert (seen.values("Anthropic-Version"), seen.values("Anthropic-Beta")) == (["2023-06-01"], ["b"])
        event = event_of(collector, request_id)
        assert (event["provider"], event["prompt_tokens"], event["completion_tokens"], event["cached_tokens"],
                event["cache_write_tokens"]) == ("anthropic", 18, 7, 5, 3), event
    proxy.ask("POST", "/v1/messages", [("Anthropic-Version", "2026-10-21")], body)
    assert upstreams.servers["claude"].requests[-1].values("Anthropic-Version") == ["2026-10-21"]
    assert upstreams.counts() == {"openai": 0, "claude": 3, "google": 0, "azure": 0}


@pytest.mark.parametrize("version", ["v1", "v1beta"])
def test_geminis_verbs_are_passed_on(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path, version: str):
    collector = factory.collector()
    content = four(upstreams) | {"models": {"fast": {"targets": [{"provider": "google", "model": "gemini-3-x"}]},
                                            "gemini-*": targets("google")}}
    proxy = upstreams.open(factory, tmp_path, content, collector.url, KEY="sk-own")
    body, request_id = b'{"contents":[{"parts":[{"text":"x"}]}]}', new_id()
    path = f"/{version}/models/gemini-2.5-x:generateContent"
    answer = proxy.ask("POST", path + "?key=of-client&alt=json",
                       [("X-LLM-Request-ID", request_id), ("X-Goog-Api-Key", "of-client")], body)
    assert answer.status == 200 and json.loads(answer.body) == CANDIDATE
    seen = upstreams.servers["google"].requests[-1]
    assert (seen.target, seen.body) == (path + "?alt=json", body)
    assert seen.values("X-Goog-Api-Key") == ["sk-own"] and b"of-client" not in seen.raw_head
    event = event_of(collector, request_id)
    assert (event["provider"], event["request_model"], event["prompt_tokens"], event["completion_tokens"],
            event["reasoning_tokens"]) == ("gemini", "gemini-2.5-x", 4, 5, 3), event
    proxy.ask("POST", f"/{version}/models/fast:streamGenerateContent?alt=sse", [], body)
    assert upstreams.servers["google"].requests[-1].target == f"/{version}/models/gemini-3-x:streamGenerateContent?alt=sse"


def test_azure_in_both_directions(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    content = four(upstreams) | {"models": {"gpt-4o": {"targets": [{"provider": "azure", "model": "dep-1"}]}}}
    proxy = upstreams.open(factory, tmp_path, content, KEY="sk-own")
    body = b'{"model":"gpt-4o","messages":[]}'
    assert proxy.ask("POST", "/v1/chat/completions", [("Authorization", "Bearer c")], body).status == 200
    seen = upstreams.servers["azure"].requests[-1]
    assert seen.target == "/openai/deployments/dep-1/chat/completions?api-version=2024-10-21"
    assert (seen.values("api-key"), seen.values("Authorization"), seen.body) == (["sk-own"], [], body)
    answer = proxy.ask("POST", "/openai/deployments/gpt-4o/chat/completions?api-version=2025-01-01",
                       [("api-key", "of-client")], body)
    assert answer.status == 200
    seen = upstreams.servers["azure"].requests[-1]
    assert (seen.target, seen.body) == ("/openai/deployments/dep-1/chat/completions?api-version=2025-01-01", body)
    assert seen.values("api-key") == ["sk-own"]


def test_errors_of_our_own_have_the_clients_form(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    content = four(upstreams) | {"models": {"m": targets("openai"), "claude-x": targets("claude"), "g": targets("google")}}
    del content["default_provider"]
    proxy = upstreams.open(factory, tmp_path, content, KEY="sk-own")
    missing = proxy.ask("POST", "/v1/messages", [], b'{"model":"none"}')
    document = missing.json()
    assert missing.status == 404 and document["type"] == "error" and document["error"]["type"] == "not_found_error"
    assert document["request_id"] == missing.get("request-id") == missing.get("X-LLM-Request-ID")
    foreign = proxy.ask("POST", "/v1/messages", [], b'{"model":"m"}')
    assert foreign.status == 400 and foreign.json()["error"]["type"] == "invalid_request_error"
    missing = proxy.ask("POST", "/v1beta/models/none:generateContent", [], b"{}")
    assert missing.status == 404 and missing.json()["error"]["status"] == "NOT_FOUND"
    upstreams.answers["claude"] = reply(b'{"type":"error"}', "401 No")
    refused = proxy.ask("POST", "/v1/messages", [], b'{"model":"claude-x"}')
    assert refused.status == 502 and refused.json()["error"]["type"] == "api_error"
    assert refused.get("X-Should-Retry") == "false"


def test_native_paths_are_there_beside_the_allowed_ones_only_with_their_provider(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    content = four(upstreams)
    proxy = upstreams.open(factory, tmp_path, content, KEY="sk-own", ALLOWED_ENDPOINTS="/v1/chat/")
    assert proxy.ask("POST", "/v1/messages", [], b'{"model":"m"}').status == 200
    assert proxy.ask("POST", "/v1beta/models/m:generateContent", [], b"{}").status == 200
    assert proxy.ask("POST", "/v1/embeddings", [], b'{"model":"m"}').status == 404
    del content["providers"]["google"], content["providers"]["azure"]
    proxy = upstreams.open(factory, tmp_path, content, KEY="sk-own")
    assert proxy.ask("POST", "/v1beta/models/m:generateContent", [], b"{}").status == 404
    assert proxy.ask("POST", "/openai/v1/chat/completions", [], b"{}").status == 404
