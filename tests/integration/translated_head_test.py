# SPDX-License-Identifier: MIT
"""What surrounds a translated answer: its head, the bounds of what is read, content codings, and what is told of it."""

import datetime
import gzip
import json
import pathlib

import pytest

from support import wire
from support.gateway import Factory, Proxy
from support.process import wait_until
from support.scripted import reply
from support.targets import Targets, ask, ask_for_event
from support.translated import ANTHROPIC, CANDIDATE, GEMINI, MESSAGE, both, events, stream

LIMITS = [("anthropic-ratelimit-requests-limit", "50"), ("anthropic-ratelimit-requests-remaining", "49"),
          ("anthropic-ratelimit-input-tokens-limit", "40000"), ("anthropic-ratelimit-input-tokens-remaining", "39000"),
          ("anthropic-ratelimit-output-tokens-limit", "8000"), ("anthropic-ratelimit-output-tokens-remaining", "80"),
          ("retry-after", "7"), ("x-should-retry", "true"), ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
          ("set-cookie", "a=b"), ("anthropic-organization-id", "org"), ("request-id", "req_up")]
SHOWN = {"x-ratelimit-limit-requests": "50", "x-ratelimit-remaining-requests": "49",
         "x-ratelimit-limit-tokens": "8000", "x-ratelimit-remaining-tokens": "80",
         "x-ratelimit-remaining-input-tokens": "39000", "x-ratelimit-remaining-output-tokens": "80",
         "x-should-retry": "true", "date": "Sun, 06 Nov 1994 08:49:37 GMT", "x-request-id": "req_up",
         "set-cookie": None, "anthropic-organization-id": None, "anthropic-ratelimit-requests-limit": None}
OVERLOADED = json.dumps({"type": "error", "error": {"type": "overloaded_error", "message": "Busy"}}).encode()


@pytest.fixture
def upstreams():
    with Targets("claude", "google", "other") as opened:
        opened.answers |= {"claude": reply(json.dumps(MESSAGE).encode()), "google": reply(json.dumps(CANDIDATE).encode())}
        yield opened


def with_fields(answer: bytes, fields: wire.Fields) -> bytes:
    head, body = answer.split(b"\r\n\r\n", 1)
    return head + b"".join(f"\r\n{name}: {value}".encode() for name, value in fields) + b"\r\n\r\n" + body


def never_cooling(upstreams: Targets, **more: object) -> dict:
    return both(upstreams, **more) | {"defaults": {"cooldown": {"failures": 0}}}


def fields_of(response: wire.Response, names: dict) -> dict:
    return {name: response.get(name) for name in names}


def test_heads_tell_what_the_upstreams_did(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    answers = {200: reply(json.dumps(MESSAGE).encode()), 503: reply(OVERLOADED, "529 Overloaded"),
               500: reply(b"{}", "500 No"), 400: reply(b"{}", "400 Bad"), 429: reply(b'{"type":"error"}', "429 Slow")}
    proxy = upstreams.open(factory, tmp_path, never_cooling(upstreams), KEY="sk-own")
    for status, answer in answers.items():
        upstreams.answers["claude"] = with_fields(answer, LIMITS)
        response = ask(proxy, "claude")
        assert response.status == status and fields_of(response, SHOWN) == SHOWN, response
        assert response.get("Retry-After") == ("7" if status in (429, 503) else None), response
    proxy = upstreams.open(factory, tmp_path, never_cooling(upstreams), KEY="sk-own")
    upstreams.answers["claude"] = with_fields(stream(ANTHROPIC), LIMITS)
    response = ask(proxy, "claude", stream=True)
    assert b"[DONE]" in response.body and fields_of(response, SHOWN) == SHOWN
    assert response.get("Retry-After") is None
    upstreams.answers["claude"] = with_fields(stream(events({"type": "error", "error": {"type": "rate_limit_error"}})), LIMITS)
    response = ask(proxy, "claude", stream=True)
    assert response.status == 429 and fields_of(response, SHOWN) == SHOWN
    assert response.get("Retry-After") is None  # it stood on a 200


def test_resets_are_told_as_durations(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    proxy = upstreams.open(factory, tmp_path, both(upstreams), KEY="sk-own")
    reset = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=30)
    upstreams.answers["claude"] = with_fields(reply(json.dumps(MESSAGE).encode()), [
        ("anthropic-ratelimit-tokens-reset", reset.strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("anthropic-ratelimit-requests-reset", "1994-11-06T08:49:37Z"),
        ("anthropic-ratelimit-input-tokens-reset", "soon")])
    response = ask(proxy, "claude")
    minutes, seconds = response.get("x-ratelimit-reset-tokens").removesuffix("s").split("m")
    assert 28 <= int(minutes) <= 30 and 0 <= int(seconds) < 60
    assert response.get("x-ratelimit-reset-requests") == "0s"
    assert response.get("x-ratelimit-reset-input-tokens") is None


def test_waits_of_a_body_are_told_to_the_millisecond(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    proxy = upstreams.open(factory, tmp_path, never_cooling(upstreams), KEY="sk-own")
    error = {"code": 429, "message": "no", "status": "RESOURCE_EXHAUSTED", "details": [{"retryDelay": "34.4s"}]}
    upstreams.answers["google"] = reply(json.dumps({"error": error}).encode(), "429 No")
    response = ask(proxy, "gemini")
    assert (response.status, response.get("Retry-After"), response.get("Retry-After-Ms")) == (429, "35", "34400")


def test_waits_that_come_as_a_first_event_are_kept_to(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    proxy = upstreams.open(factory, tmp_path, both(upstreams), KEY="sk-own")
    error = {"code": 429, "message": "no", "status": "RESOURCE_EXHAUSTED", "details": [{"retryDelay": "60s"}]}
    upstreams.answers["google"] = stream(events({"error": error}))
    response = ask(proxy, "gemini", stream=True)
    assert (response.status, response.get("Retry-After"), response.get("Retry-After-Ms")) == (429, "60", "60000")
    response = ask(proxy, "gemini", stream=True)
    assert (response.status, response.json()["error"]["code"]) == (429, "rate_limited")
    assert 30 < int(response.get("Retry-After")) <= 60  # without a wait it would be ten seconds


def test_an_answer_that_was_kept_has_the_head_of_its_own_upstream(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    content = never_cooling(upstreams)
    content["models"]["claude"]["fallback"] = ["gemini"]
    proxy = upstreams.open(factory, tmp_path, content, KEY="sk-own")
    upstreams.answers |= {"claude": with_fields(reply(OVERLOADED, "529 Overloaded"), LIMITS),
                          "google": with_fields(reply(b"{}", "503 No"), [("retry-after", "99")])}
    response = ask(proxy, "claude", seed=1, parallel_tool_calls=False)  # of which each can honour one
    assert upstreams.count("google") == 1 and response.get("X-LLM-Provider") == "claude"
    assert response.get("X-LLM-Dropped-Params") == "seed"
    assert response.status == 503 and response.get("Retry-After") == "7" and fields_of(response, SHOWN) == SHOWN


def test_a_wait_on_a_good_answer_is_no_instruction(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    content = both(upstreams)
    content["models"]["claude"]["fallback"] = ["gemini"]
    proxy = upstreams.open(factory, tmp_path, content, KEY="sk-own")
    upstreams.answers["claude"] = with_fields(reply(json.dumps(MESSAGE).encode()), [("retry-after", "53")])
    for _ in range(3):
        assert ask(proxy, "claude").get("X-LLM-Provider") == "claude"
    assert upstreams.counts() == {"claude": 3, "google": 0, "other": 0}
    states = {series: value for series, value in proxy.metrics().items() if series.startswith("llmgw_target_state{")}
    assert states and set(states.values()) == {0}, states


def test_what_is_left_of_limits_is_a_metric(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    content = never_cooling(upstreams)
    content["models"]["plain"] = {"targets": [{"provider": "other"}]}
    content["models"]["claude"]["fallback"] = ["plain"]
    proxy = upstreams.open(factory, tmp_path, content, KEY="sk-own", PROXY_THREADS="1")

    def remaining() -> dict:
        name = "llmgw_upstream_ratelimit_remaining{"
        return {series.removeprefix(name): value for series, value in proxy.metrics().items() if series.startswith(name)}

    assert remaining() == {}
    upstreams.answers["claude"] = with_fields(reply(json.dumps(MESSAGE).encode()), LIMITS)
    ask(proxy, "claude")
    ask(proxy, "gemini")
    seen = {'provider="claude",kind="requests"}': 49, 'provider="claude",kind="input_tokens"}': 39000,
            'provider="claude",kind="output_tokens"}': 80}
    assert remaining() == seen
    # Passed through: of the answer that made way, and of the one that came in its place.
    upstreams.answers |= {
        "claude": with_fields(reply(b"{}", "429 Slow"), [("anthropic-ratelimit-requests-remaining", "0")]),
        "other": with_fields(reply(b"{}"), [("X-RateLimit-Remaining-Requests", "7"), ("x-ratelimit-remaining-tokens", "x")])}
    ask(proxy, "claude")
    seen['provider="claude",kind="requests"}'] = 0
    assert remaining() == seen | {'provider="other",kind="requests"}': 7}


def test_without_a_file_no_limit_is_looked_at(factory: Factory, upstreams: Targets):
    upstreams.answers["other"] = with_fields(reply(b"{}"), [("x-ratelimit-remaining-requests", "7")])
    proxy = factory.proxy(upstreams.servers["other"].url, None)
    assert ask(proxy).get("x-ratelimit-remaining-requests") == "7"
    assert not [each for each in proxy.metrics() if each.startswith("llmgw_upstream_ratelimit")]


def test_what_is_left_out_of_answers_is_counted_by_kind(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    proxy = upstreams.open(factory, tmp_path, both(upstreams), KEY="sk-own")
    content = MESSAGE["content"] + [{"type": "server_tool_use"}, {"type": "novel"}]
    upstreams.answers["claude"] = reply(json.dumps(MESSAGE | {"content": content}).encode())
    ask(proxy, "claude")
    grounded = {"candidates": [{"content": {"parts": [{"executableCode": {"code": "1"}}]}, "finishReason": "STOP",
                                "groundingMetadata": {"webSearchQueries": ["q"]}}]}
    upstreams.answers["google"] = stream(events(grounded))
    ask(proxy, "gemini", stream=True)

    def skipped() -> dict:
        name = "llmgw_translation_skipped_total{"
        return {series.removeprefix(name): value for series, value in proxy.metrics().items()
                if series.startswith(name) and value > 0}

    expected = {'provider="claude",kind="server_tool"}': 1, 'provider="claude",kind="other"}': 1,
                'provider="google",kind="code_execution"}': 1, 'provider="google",kind="grounding"}': 1}
    wait_until(lambda: len(skipped()) >= len(expected), "the counts of the stream")  # they come behind its last byte
    assert skipped() == expected


def test_events_tell_why_models_stopped_in_both_words(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, both(upstreams), collector.url, KEY="sk-own")
    words = ("finish_reason", "native_finish_reason", "max_tokens_defaulted", "usage_source")

    def told(model: str, **more: object) -> tuple:
        event = ask_for_event(proxy, collector, model, **more)[1]
        return tuple(event[each] for each in words)

    assert told("claude") == ("tool_calls", "tool_use", False, "upstream")
    assert told("gemini") == ("stop", "STOP", False, "upstream")
    upstreams.answers |= {"claude": stream(ANTHROPIC), "google": stream(GEMINI)}
    assert told("claude", stream=True) == ("tool_calls", "tool_use", False, "upstream")
    assert told("gemini", stream=True) == ("stop", "STOP", False, "upstream")
    usage = {"input_tokens": 1, "output_tokens": 2, "cache_creation": {"ephemeral_1h_input_tokens": 5},
             "server_tool_use": {"web_search_requests": 3},
             "iterations": [{"input_tokens": 1, "output_tokens": 2, "cache_creation": {"ephemeral_1h_input_tokens": 5}}]}
    upstreams.answers["claude"] = reply(json.dumps(MESSAGE | {"stop_reason": "max_tokens", "usage": usage}).encode())
    assert told("claude") == ("length", "max_tokens", True, "upstream_iterations")
    assert told("claude", max_tokens=5) == ("length", "max_tokens", False, "upstream_iterations")
    event = ask_for_event(proxy, collector, "claude")[1]
    assert (event["cache_write_1h_tokens"], event["server_tool_requests"]) == (5, 3)


def test_events_of_native_answers_have_the_providers_word(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    collector = factory.collector()
    content = both(upstreams)
    content["models"]["plain"] = {"targets": [{"provider": "other"}]}
    proxy = upstreams.open(factory, tmp_path, content, collector.url, KEY="sk-own")
    proxy.ask("POST", "/v1/messages", [("X-LLM-Request-ID", "native")], b'{"model":"claude"}')
    [event] = wait_until(lambda: collector.events("native"), "the event")
    assert (event["finish_reason"], event["native_finish_reason"], event["translated"]) == ("tool_use", "tool_use", None)
    upstreams.answers["other"] = reply(b'{"choices":[{"index":0,"finish_reason":"stop"}]}')
    event = ask_for_event(proxy, collector, "plain")[1]
    assert (event["finish_reason"], event["native_finish_reason"]) == ("stop", None)


def message_of(size: int) -> bytes:
    frame = len(json.dumps(MESSAGE | {"content": [{"type": "text", "text": ""}]}).encode())
    return json.dumps(MESSAGE | {"content": [{"type": "text", "text": "x" * (size - frame)}]}).encode()


@pytest.mark.parametrize("is_coded", [False, True], ids=["plain", "gzip"])
def test_answers_are_read_up_to_their_bound(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path, is_coded: bool):
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, both(upstreams), collector.url, KEY="sk-own", MAX_TRANSLATED_RESPONSE="64KB")
    for size, status in ((65536, 200), (65537, 502)):
        body = message_of(size)
        assert len(body) == size
        fields = [("content-encoding", "gzip")] if is_coded else []
        upstreams.answers["claude"] = reply(gzip.compress(body) if is_coded else body, fields=fields)
        response, event = ask_for_event(proxy, collector, "claude")
        assert response.status == status and response.get("Content-Encoding") is None
        if status == 200:
            assert response.json()["choices"][0]["message"]["content"].startswith("xxx")
        else:
            assert response.json()["error"]["code"] == "upstream_invalid_response"
            assert "too large" in response.json()["error"]["message"]
            assert event["outcome"] == "upstream_invalid"


def test_events_of_streams_are_read_up_to_their_bound(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, both(upstreams), collector.url, KEY="sk-own", MAX_STREAM_EVENT="4KB")

    def delta(size: int) -> bytes:
        data = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": ""}}
        data["delta"]["text"] = "x" * (size - len(json.dumps(data)))
        assert len(json.dumps(data)) == size
        return events(data)[0]

    upstreams.answers["claude"] = stream(ANTHROPIC[:3] + [delta(4096)] + ANTHROPIC[5:])
    response, event = ask_for_event(proxy, collector, "claude", stream=True)
    assert b"[DONE]" in response.body and event["outcome"] == "completed"
    upstreams.answers["claude"] = stream(ANTHROPIC[:3] + [delta(4097)] + ANTHROPIC[5:])
    with pytest.raises(wire.Cut) as broken:
        ask(proxy, "claude", stream=True)
    assert b"upstream_invalid_response" in broken.value.body and b"[DONE]" not in broken.value.body
    assert wait_until(lambda: len(collector.events()) == 2 and collector.events(), "both")[1]["outcome"] == "upstream_invalid"


CODED = {"gzip": (gzip.compress(json.dumps(MESSAGE).encode()), "gzip", 200),
         "twice": (gzip.compress(gzip.compress(json.dumps(MESSAGE).encode())), "gzip, gzip", 200),
         "identity": (json.dumps(MESSAGE).encode(), "identity", 200),
         "none": (b"no gzip", "gzip", 502), "cut": (gzip.compress(json.dumps(MESSAGE).encode())[:-20], "gzip", 502),
         "unknown": (json.dumps(MESSAGE).encode(), "rot13", 502),
         "bomb": (gzip.compress(b'{"content":[' + b" " * (200 << 20), 6), "gzip", 502)}


@pytest.mark.parametrize("case", CODED.values(), ids=CODED)
def test_codings_are_taken_off_answers(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path, case: tuple):
    body, coding, status = case
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, both(upstreams), collector.url, KEY="sk-own")
    upstreams.answers["claude"] = reply(body, fields=[("Content-Encoding", coding)])
    response, event = ask_for_event(proxy, collector, "claude", [("Accept-Encoding", "br, deflate")])
    assert upstreams.servers["claude"].requests[0].values("Accept-Encoding") == ["gzip"]
    assert response.status == status and response.get("Content-Encoding") is None
    if status == 200:
        assert response.json()["usage"]["prompt_tokens"] == event["prompt_tokens"] == 15
    else:
        assert response.json()["error"]["code"] == "upstream_invalid_response"
        assert event["outcome"] == "upstream_invalid"


def test_streams_are_asked_for_without_coding(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    proxy = upstreams.open(factory, tmp_path, both(upstreams), KEY="sk-own")
    coded = stream([gzip.compress(b"".join(ANTHROPIC))])
    upstreams.answers["claude"] = with_fields(coded, [("Content-Encoding", "gzip")])
    response = ask(proxy, "claude", [("Accept-Encoding", "gzip")], stream=True)
    assert upstreams.servers["claude"].requests[0].values("Accept-Encoding") == ["identity"]
    assert (response.status, response.json()["error"]["code"]) == (502, "upstream_invalid_response")


@pytest.mark.parametrize("model, body, status, code", [
    ("claude", OVERLOADED, 503, "overloaded"),
    ("claude", b'{"type":"error","error":{"type":"authentication_error","message":"sk-own"}}', 502, "upstream_auth_failed"),
    ("gemini", b'{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT"}}', 400, None),
    ("gemini", b'[{"error":{"code":503,"message":"m","status":"UNAVAILABLE"}}]', 503, "overloaded")],
    ids=["anthropic", "key", "gemini", "list"])
def test_errors_with_a_good_status_are_errors(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path, model: str, body: bytes, status: int, code: str | None):
    collector = factory.collector()
    proxy: Proxy = upstreams.open(factory, tmp_path, both(upstreams), collector.url, KEY="sk-own")
    upstreams.answers |= {"claude": reply(body), "google": reply(body)}
    response, event = ask_for_event(proxy, collector, model)
    assert (response.status, response.json()["error"]["code"]) == (status, code), response
    assert event["status_code"] == status and b"sk-own" not in response.body
    assert event["outcome"] == ("upstream_invalid" if status == 502 else "completed")
    assert response.json()["upstream"]["provider"] == ("claude" if model == "claude" else "google")


def test_ids_of_errors_are_those_of_the_head_where_the_body_has_none(
        factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, both(upstreams), collector.url, KEY="sk-own")
    upstreams.answers["claude"] = with_fields(reply(b"{}", "400 Bad"), [("request-id", "req_head")])
    response, event = ask_for_event(proxy, collector, "claude")
    assert response.get("X-Request-ID") == event["upstream_request_id"] == "req_head"
    assert response.json()["upstream"]["request_id"] == "req_head"
