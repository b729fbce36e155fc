# SPDX-License-Identifier: MIT
"""Servers of one's own as providers, by the files of examples/config: vLLM, llama.cpp, Ollama and SGLang in shape, and
the endpoints with OpenAI's API that Anthropic and Google have."""

import json
import pathlib

import pytest
import yaml

from support.event import same
from support.gateway import Factory, new_id
from support.process import ROOT, wait_until
from support.scripted import reply
from support.targets import Targets, ask, ask_for_event, targets

REPLIES = ROOT / "tests/support/replies"
EXAMPLES = {"vllm": "Qwen/Qwen3-32B", "sglang": "Qwen/Qwen3-32B", "llama-cpp": "qwen3", "ollama": "qwen3:8b"}
CREDENTIALS = ("Authorization", "x-api-key", "api-key", "x-goog-api-key")
MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "x", "stop_reason": "end_turn",
           "content": [{"type": "text", "text": "hi"}], "usage": {"input_tokens": 10, "output_tokens": 7}}
OPTION = b',"stream_options":{"include_usage":true}'


def stream(file: str) -> bytes:
    return reply((REPLIES / file).read_bytes()).replace(b"application/json", b"text/event-stream")


def error(file: str, status: int) -> bytes:
    return reply((REPLIES / file).read_bytes(), f"{status} Failed")


def example(upstreams: Targets, name: str, stream_usage: str | None = None) -> dict:
    """The file, with the server's address in it; it is not asked for its models beside all else."""
    content = yaml.safe_load((ROOT / f"examples/config/{name}.yaml").read_text())
    for provider in content["providers"].values():
        provider |= {"base_url": upstreams.servers["server"].url, "discover": False}
    if stream_usage:
        content["providers"][name]["stream_usage"] = stream_usage
    return content


@pytest.fixture
def upstreams():
    with Targets("server") as opened:
        yield opened


@pytest.mark.parametrize("name", EXAMPLES)
def test_chat_and_messages_go_as_they_are(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path, name: str):
    """Nothing is translated, no credentials go along, and both are metered."""
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, example(upstreams, name), collector.url)
    model = "" if EXAMPLES[name] == "qwen3" else f"/{EXAMPLES[name]}"
    given = [(field, "of-client") for field in CREDENTIALS]
    upstreams.answers["server"] = reply((REPLIES / "openai_chat.json").read_bytes())
    for _ in range(4):
        answer, event = ask_for_event(proxy, collector, "qwen3", given)
        assert answer.status == 200 and answer.body == (REPLIES / "openai_chat.json").read_bytes()
        same(event, target=name + model, translated=None, usage_source="upstream", outcome="completed")
    upstreams.answers["server"] = reply(json.dumps(MESSAGE).encode())
    body = b'{"model":"%b", "max_tokens":9,"messages":[{"role":"user","content":"x"}]}'
    request_id = new_id()
    answer = proxy.ask("POST", "/v1/messages?beta=true", given + [
        ("X-LLM-Request-ID", request_id), ("anthropic-version", "2023-06-01"), ("Content-Type", "application/json")],
        body % b"qwen3")
    assert answer.status == 200 and answer.json() == MESSAGE
    [event] = wait_until(lambda: collector.events(request_id), "the event")
    same(event, target=f"{name}-messages{model}", translated=None, prompt_tokens=10, completion_tokens=7, endpoint="/v1/messages")
    *chats, message = upstreams.servers["server"].requests
    assert {each.target for each in chats} == {"/v1/chat/completions"} and message.target == "/v1/messages?beta=true"
    assert {json.loads(each.body)["model"] for each in chats} == {EXAMPLES[name]}
    assert message.body == body % EXAMPLES[name].encode() and message.values("anthropic-version") == ["2023-06-01"]
    for each in upstreams.servers["server"].requests:
        assert not any(each.values(field) for field in CREDENTIALS), each.fields


def test_one_provider_is_enough_where_none_is_anthropics(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    collector = factory.collector()
    upstreams.answers["server"] = reply(json.dumps(MESSAGE).encode())
    proxy = upstreams.open(factory, tmp_path, {"default_provider": "server"}, collector.url)
    body, request_id = b'{"model":"qwen3", "max_tokens":9,"messages":[]}', new_id()
    answer = proxy.ask("POST", "/v1/messages", [("X-LLM-Request-ID", request_id)], body)
    assert answer.json() == MESSAGE and upstreams.servers["server"].requests[0].body == body
    [event] = wait_until(lambda: collector.events(request_id), "the event")
    same(event, prompt_tokens=10, completion_tokens=7, total_tokens=17, usage_source="upstream", translated=None)


@pytest.mark.parametrize("name, file, tokens", [
    ("vllm", "vllm_continuous.sse", (11, 4, 15)), ("llama-cpp", "llamacpp_stream.sse", (12, 3, 15)),
    ("sglang", "vllm_continuous.sse", (11, 4, 15)), ("ollama", "vllm_reasoning.sse", (3, 5, 8))])
def test_streams_are_asked_for_their_usage_unless_told_never(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path, name: str, file: str, tokens: tuple):
    """Usage on one chunk, or on every one: the last counts."""
    collector = factory.collector()
    upstreams.answers["server"] = stream(file)
    for number, (usage, option) in enumerate({"ask": OPTION, "never": b""}.items()):
        (tmp_path / usage).mkdir()
        proxy = upstreams.open(factory, tmp_path / usage, example(upstreams, name, usage), collector.url)
        answer, event = ask_for_event(proxy, collector, "qwen3", stream=True)
        assert answer.status == 200
        same(event, stream=True, outcome="completed", prompt_tokens=tokens[0], completion_tokens=tokens[1],
             total_tokens=tokens[2], usage_source="upstream")
        sent = upstreams.servers["server"].requests[number].body
        assert sent.endswith(option + b"}") and (b"stream_options" in sent) == (usage == "ask")
        if usage == "never":
            assert answer.body == (REPLIES / file).read_bytes()


def test_a_stream_without_usage_is_metered_as_such(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    collector = factory.collector()
    upstreams.answers["server"] = stream("openai_chat_stream.sse")
    proxy = upstreams.open(factory, tmp_path, example(upstreams, "llama-cpp", "never"), collector.url)
    _, event = ask_for_event(proxy, collector, "qwen3", stream=True)
    same(event, usage_source="missing", total_tokens=None, outcome="completed", finish_reason="stop")


ERRORS = {
    "code is a number": (503, (REPLIES / "llamacpp_loading.json").read_bytes()),
    "error is a text": (422, (REPLIES / "tgi_error.json").read_bytes()),
    "error is a text, of a key": (403, b'{"error":"Unauthorized"}'),
    "no member error": (400, b'{"object":"error","message":"bad","type":"BadRequest","param":null,"code":400}'),
    "an array of one": (429, (REPLIES / "gemini_compatible_error.json").read_bytes()),
    "no JSON": (500, b"Internal Server Error"),
}


@pytest.mark.parametrize("what", ERRORS)
def test_errors_are_passed_on_as_they_are(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path, what: str):
    status, body = ERRORS[what]
    collector = factory.collector()
    upstreams.answers["server"] = reply(body, f"{status} Failed")
    content = example(upstreams, "vllm") | {"defaults": {"cooldown": {"failures": 0}}}
    proxy = upstreams.open(factory, tmp_path, content, collector.url)
    answer, event = ask_for_event(proxy, collector, "qwen3", stream=True)
    assert (answer.status, answer.body) == (status, body)
    same(event, status_code=status, outcome="completed", usage_source="missing", total_tokens=None)


@pytest.mark.parametrize("first", [b'{"error":{"message":"x","type":"InternalServerError","code":500}}',
                                   b'{"error":"x","error_type":"overloaded"}', b'[{"error":{"code":503,"message":"x"}}]'],
                         ids=["number", "text", "array"])
@pytest.mark.parametrize("status", [200, 503])
def test_another_follows_on_an_error_of_any_form(
        factory: Factory, tmp_path: pathlib.Path, status: int, first: bytes):
    """As the answer, or as a stream's first event."""
    with Targets("a", "b") as upstreams:
        event = reply(b"data: " + first + b"\n\n").replace(b"application/json", b"text/event-stream")
        upstreams.answers["a"] = event if status == 200 else reply(first, "503 Busy")
        proxy = upstreams.open(factory, tmp_path, {"models": {"m": targets("a") | {"fallback": ["n"]}, "n": targets("b")}})
        answer = ask(proxy, stream=True)
        assert answer.status == 200 and answer.json() == {"from": "b"}, answer


def test_errors_in_the_middle_of_a_stream(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, example(upstreams, "vllm"), collector.url)
    text = b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n'
    for fault in (b'{"error":{"message":"x","code":500}}', b'{"error":"x","error_type":"generation"}',
                  b'[{"error":{"code":503,"message":"x","status":"UNAVAILABLE"}}]'):
        upstreams.answers["server"] = reply(text + b"data: " + fault + b"\n\n").replace(
            b"application/json", b"text/event-stream")
        answer, event = ask_for_event(proxy, collector, "qwen3", stream=True)
        assert answer.status == 200 and fault in answer.body
        same(event, outcome="stream_error", usage_source="missing")


def test_googles_endpoint_with_openais_api(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    """Its path is not /v1, usage stands on every chunk and does not add up; the last counts, as it is."""
    collector = factory.collector()
    upstreams.answers["server"] = stream("gemini_compatible_stream.sse")
    address = upstreams.servers["server"].url + "/v1beta/openai"
    content = {"providers": {"google": {"type": "openai", "base_url": address, "keys": [{"env": "KEY"}]}},
               "default_provider": "google"}
    proxy = upstreams.open(factory, tmp_path, content, collector.url, KEY="sk-own")
    _, event = ask_for_event(proxy, collector, "gemini-2.5-flash", stream=True)
    same(event, prompt_tokens=427, completion_tokens=9, total_tokens=500, outcome="completed", usage_source="upstream")
    [sent] = upstreams.servers["server"].requests
    assert sent.values("Authorization") == ["Bearer sk-own"]
    assert sent.target == "/v1beta/openai/chat/completions"
