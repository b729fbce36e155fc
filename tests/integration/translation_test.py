# SPDX-License-Identifier: MIT
"""Chat completions answered by Anthropic and Gemini: through the official OpenAI client, strictly read, faults included."""

import json
import pathlib
import re

import httpx
import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from support import wire
from support.gateway import Factory, Proxy, chat, new_id
from support.process import wait_until
from support.scripted import Peer, reply
from support.targets import Targets, ask, ask_for_event, targets
from support.translated import ANTHROPIC, CANDIDATE, GEMINI, MESSAGE, both, events, stream

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}


def cut(pieces: list[bytes]):
    def answer(peer: Peer) -> None:
        peer.send(stream(pieces, end=False))
        peer.socket.close()
    return answer


@pytest.fixture
def upstreams():
    with Targets("claude", "google", "other") as opened:
        opened.answers |= {"claude": reply(json.dumps(MESSAGE).encode(), fields=[("request-id", "req_up")]),
                           "google": reply(json.dumps(CANDIDATE).encode())}
        yield opened


def client(proxy: Proxy) -> openai.OpenAI:
    return openai.OpenAI(base_url=proxy.url + "/v1", api_key="of-client", max_retries=0)


def test_requests_go_where_the_provider_has_them(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    proxy = upstreams.open(factory, tmp_path, both(upstreams), KEY="sk-own")
    ask(proxy, "claude")
    ask(proxy, "gemini")
    ask(proxy, "gemini", stream=True)
    seen = upstreams.servers["claude"].requests[0]
    assert (seen.target, seen.values("x-api-key"), seen.values("authorization")) == ("/v1/messages", ["sk-own"], [])
    assert seen.values("anthropic-version") == ["2023-06-01"] and seen.values("content-type") == ["application/json"]
    body = json.loads(seen.body)
    assert body["model"] == "claude-sonnet-4-5" and body["max_tokens"] > 0
    assert body["messages"][0]["role"] == "user"
    plain, streamed = upstreams.servers["google"].requests
    assert plain.target == "/v1beta/models/gemini-2.5-flash:generateContent"
    assert streamed.target == "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"
    assert plain.values("x-goog-api-key") == ["sk-own"] and "model" not in json.loads(plain.body)


def test_answers_are_chat_completions(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, both(upstreams), collector.url, KEY="sk-own")
    response, event = ask_for_event(proxy, collector, "claude", tools=[TOOL], seed=7)
    ChatCompletion.model_validate(response.json(), strict=False)
    choice = response.json()["choices"][0]
    assert (choice["finish_reason"], choice["native_finish_reason"]) == ("tool_calls", "tool_use")
    assert choice["message"]["content"] == "h\u00e9"
    assert choice["message"]["tool_calls"][0]["function"] == {"name": "look", "arguments": '{"n": 9007199254740993}'}
    assert response.json()["usage"]["prompt_tokens"] == 15
    assert (response.get("X-LLM-Translated"), response.get("X-LLM-Provider")) == ("anthropic", "claude")
    assert (response.get("X-LLM-Dropped-Params"), response.get("X-Request-ID")) == ("seed", "req_up")
    assert (event["provider"], event["prompt_tokens"], event["completion_tokens"]) == ("anthropic", 15, 7)
    assert (event["model"], event["request_model"], event["outcome"]) == ("claude-real", "claude", "completed")
    assert (event["translated"], event["dropped_params"]) == ("anthropic", ["seed"])
    response, event = ask_for_event(proxy, collector, "gemini")
    ChatCompletion.model_validate(response.json(), strict=False)
    assert response.json()["choices"][0]["message"]["content"] == "hi"
    assert (event["provider"], event["total_tokens"]) == ("gemini", 6)


@pytest.mark.parametrize("model, pieces", [("claude", ANTHROPIC), ("gemini", GEMINI)], ids=["anthropic", "gemini"])
def test_streams_are_read_by_the_official_client(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path, model: str, pieces: list[bytes]):
    upstreams.answers |= {"claude": stream(ANTHROPIC), "google": stream(GEMINI)}
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, both(upstreams), collector.url, KEY="sk-own")
    with client(proxy).chat.completions.stream(
            model=model, messages=[{"role": "user", "content": "x"}], stream_options={"include_usage": True}) as read:
        final = read.get_final_completion()
    assert final.choices[0].message.content == "Hello \U0001f600"
    assert final.choices[0].finish_reason == ("tool_calls" if model == "claude" else "stop")
    if model == "claude":
        assert final.choices[0].message.tool_calls[0].function.arguments == "{}"
    assert final.usage.total_tokens == (19 if model == "claude" else 6)
    raw = ask(proxy, model, stream=True)
    data = [line[6:] for line in raw.body.decode().splitlines() if line.startswith("data: ")]
    assert data[-1] == "[DONE]" and '"usage"' not in "".join(data)  # it was not asked for
    for each in data[:-1]:
        ChatCompletionChunk.model_validate_json(each)
    [event, _] = wait_until(lambda: len(collector.events()) == 2 and collector.events(), "both events")
    assert event["total_tokens"] == final.usage.total_tokens and event["stream"] is True


@pytest.mark.parametrize("model, pieces", [("claude", ANTHROPIC), ("gemini", GEMINI)], ids=["anthropic", "gemini"])
def test_S9_a_cut_stream_never_looks_complete(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path, model: str, pieces: list[bytes]):
    collector = factory.collector()
    content = both(upstreams) | {"defaults": {"cooldown": {"failures": 0}}}
    proxy = upstreams.open(factory, tmp_path, content, collector.url, KEY="sk-own")
    name = "claude" if model == "claude" else "google"
    for count in range(len(pieces)):
        for answer in (cut(pieces[:count]), stream(pieces[:count])):
            upstreams.answers[name] = answer
            request_id = new_id()
            with pytest.raises((openai.APIError, openai.APIConnectionError, httpx.RemoteProtocolError)) as raised:
                for chunk in client(proxy).chat.completions.create(
                        model=model, messages=[{"role": "user", "content": "x"}], stream=True,
                        extra_headers={"X-LLM-Request-ID": request_id}):
                    assert chunk.id
            assert "DONE" not in str(raised.value)
            [event] = wait_until(lambda: collector.events(request_id), "the event")
            assert event["outcome"] == "upstream_aborted", (count, event)


JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
STREAM_TO_CLOSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
NO_STREAM = [b"data: {]\n\n"]
# What comes, whether the connection then stays, and what is told of it.
UNFINISHED = {
    "json-cut": (JSON_HEAD, False, 502, "upstream_invalid_response", "upstream_aborted"),
    "json-silent": (JSON_HEAD, True, 504, "upstream_timeout", "upstream_timeout"),
    "no-json": (reply(b"<html>"), True, 502, "upstream_invalid_response", "upstream_invalid"),
    "nothing": (stream([], end=False), False, 502, "upstream_invalid_response", "upstream_aborted"),
    "ended": (stream([]), True, 502, "upstream_aborted", "upstream_aborted"),
    "closed": (STREAM_TO_CLOSE + ANTHROPIC[1], False, 502, "upstream_aborted", "upstream_aborted"),
    "pings": (stream(ANTHROPIC[1:2]), True, 502, "upstream_aborted", "upstream_aborted"),
    "chunks": (stream([], end=False) + b"zz\r\n", True, 502, "upstream_invalid_response", "upstream_invalid"),
    "silent": (stream(ANTHROPIC[:4], end=False), True, 200, "upstream_timeout", "upstream_timeout"),
    "no-events": (stream(ANTHROPIC[:4] + NO_STREAM, end=False), True, 200, "upstream_invalid_response", "upstream_invalid"),
    "broken": (stream(ANTHROPIC[:4], end=False) + b"zz\r\n", True, 200, "upstream_invalid_response", "upstream_invalid"),
}


@pytest.mark.parametrize("case", UNFINISHED.values(), ids=UNFINISHED)
def test_what_breaks_off_is_told_by_its_cause(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path, case: tuple):
    answer, stays, status, code, outcome = case

    def serve(peer: Peer) -> bool:
        peer.send(answer)
        return stays

    upstreams.answers["claude"] = serve
    collector = factory.collector()
    content = both(upstreams)
    content["providers"]["claude"]["timeouts"] = {"idle": "300ms"}
    proxy = upstreams.open(factory, tmp_path, content, collector.url, KEY="sk-own")
    try:
        response = ask(proxy, "claude", stream=b"event-stream" in answer)
        body, seen = response.body, response.status
    except wire.Cut as broken:
        body, seen = broken.body.rsplit(b"data: ", 1)[1], 200
    assert (seen, json.loads(body)["error"]["code"]) == (status, code), body
    [event] = wait_until(collector.events, "the event")
    assert (event["outcome"], event["status_code"]) == (outcome, status)


def test_a_stream_cut_before_it_said_anything_is_asked_of_another_target(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    content = both(upstreams)
    content["models"]["claude"] |= {"fallback": ["gemini"], "retry": {"causes": ["reset", "server_error"]}}
    upstreams.answers |= {"claude": cut([]), "google": stream(GEMINI)}
    proxy = upstreams.open(factory, tmp_path, content, KEY="sk-own")
    for answer in (cut([]), cut(ANTHROPIC[1:2]), stream(ANTHROPIC[1:2])):
        upstreams.answers["claude"] = answer
        response = ask(proxy, "claude", stream=True)
        assert response.status == 200 and b"[DONE]" in response.body, response


def test_a_refused_key_is_not_asked_again(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    proxy = upstreams.open(factory, tmp_path, both(upstreams), KEY="sk-own")
    upstreams.answers |= {
        "claude": reply(b'{"type":"error","error":{"type":"authentication_error","message":"sk-own"}}', "401 No"),
        "google": reply(b'{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}', "400 Bad")}
    for model in ("claude", "gemini"):
        response = ask(proxy, model)
        assert (response.status, response.json()["error"]["code"]) == (502, "upstream_auth_failed")
        assert response.get("X-Should-Retry") == "false" and b"sk-own" not in response.body


def test_S17_errors_have_their_status(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    proxy = upstreams.open(factory, tmp_path, both(upstreams) | {"defaults": {"cooldown": {"failures": 0}}}, KEY="sk-own")
    upstreams.answers["claude"] = reply(b'{"type":"error","error":{"type":"overloaded_error","message":"Busy"},'
                                        b'"request_id":"req_9"}', "529 Overloaded")
    with pytest.raises(openai.InternalServerError) as raised:
        client(proxy).chat.completions.create(model="claude", messages=[{"role": "user", "content": "x"}])
    assert (raised.value.status_code, raised.value.code) == (503, "overloaded")
    upstreams.answers["claude"] = stream(events({"type": "error", "error": {"type": "overloaded_error", "message": "Busy"}}))
    answer = ask(proxy, "claude", stream=True)
    assert answer.status == 503 and answer.json()["error"]["code"] == "overloaded", answer
    upstreams.answers["google"] = reply(b'{"error":{"code":400,"message":"Bad","status":"INVALID_ARGUMENT"}}', "400 Bad")
    with pytest.raises(openai.BadRequestError):
        client(proxy).chat.completions.create(model="gemini", messages=[{"role": "user", "content": "x"}])


def test_what_binds_is_refused_or_dropped_and_named(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, both(upstreams), collector.url, KEY="sk-own")
    response, event = ask_for_event(proxy, collector, "claude", n=2, logit_bias={"1": 2})
    error = response.json()["error"]
    assert (response.status, error["code"], error["param"]) == (400, "unsupported_parameter", "n"), response
    assert "logit_bias" in error["message"]
    assert event["outcome"] == "refused" and upstreams.count("claude") == 0
    proxy = upstreams.open(factory, tmp_path, both(upstreams, on_unsupported="drop"), KEY="sk-own")
    response = ask(proxy, "claude", n=2, logit_bias={"1": 2})
    assert response.status == 200 and sorted(response.get("X-LLM-Dropped-Params").split(",")) == ["logit_bias", "n"]
    hostile = ask(proxy, "claude", **{"a\r\nX-Evil: 1": 1, "b,c": 2})
    assert hostile.status == 200 and hostile.get("X-Evil") is None, hostile


def test_S12_fallback_across_dialects(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    collector = factory.collector()
    content = both(upstreams)
    content["models"]["claude"]["fallback"] = ["gemini"]
    content["models"]["gemini"]["fallback"] = ["plain"]
    content["models"]["plain"] = targets("other")
    for entry in content["models"].values():
        entry["retry"] = {"attempts": 3}
    proxy = upstreams.open(factory, tmp_path, content, collector.url, KEY="sk-own")
    overloaded = stream(events({"type": "error", "error": {"type": "overloaded_error", "message": "Busy"}}))
    upstreams.answers |= {"claude": overloaded, "google": stream(GEMINI)}
    response, event = ask_for_event(proxy, collector, "claude", stream=True)
    assert response.status == 200 and b"[DONE]" in response.body and response.get("X-LLM-Translated") == "gemini"
    assert [each["cause"] for each in event["attempts"]] == ["overloaded", None]
    upstreams.answers["google"] = reply(b'{"error":{"code":503,"message":"no","status":"UNAVAILABLE"}}', "503 No")
    response, event = ask_for_event(proxy, collector, "claude")
    assert response.json() == {"from": "other"} and response.get("X-LLM-Translated") is None
    assert json.loads(upstreams.servers["other"].requests[-1].body)["model"] == "plain"
    upstreams.answers["other"] = reply(b"{}", "503 No")
    response, event = ask_for_event(proxy, collector, "claude")
    assert (response.status, response.json()["error"]["code"]) == (503, "overloaded")
    assert response.json()["upstream"]["provider"] == "claude" and event["target"].startswith("claude/")


def test_R14_no_url_of_a_request_is_fetched(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    proxy = upstreams.open(factory, tmp_path, both(upstreams), KEY="sk-own")
    url = upstreams.servers["other"].url + "/image.png"
    body = json.dumps({"model": "claude", "messages": [{"role": "user", "content": [
        {"type": "text", "text": "x"}, {"type": "image_url", "image_url": {"url": url}}]}]}).encode()
    for model in (b"claude", b"gemini"):
        proxy.ask("POST", "/v1/chat/completions", [], body.replace(b'"claude"', b'"%b"' % model))
    assert upstreams.count("other") == 0 and upstreams.servers["other"].connections == 0
    assert url in upstreams.servers["claude"].requests[0].body.decode()


def test_client_that_leaves_a_translated_stream_closes_the_upstream(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    left: list[bool] = []

    def endless(peer: Peer) -> None:
        peer.send(stream(ANTHROPIC[:4], end=False))
        left.append(peer.receive() == b"")

    upstreams.answers["claude"] = endless
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, both(upstreams), collector.url, KEY="sk-own")
    with proxy.connect() as opened:
        opened.send(wire.request("POST", "/v1/chat/completions", [], chat(model="claude", stream=True)))
        opened.read_head()
    [event] = wait_until(collector.events, "the event")
    assert event["outcome"] == "client_aborted"
    wait_until(lambda: left == [True], "the close at the upstream")
