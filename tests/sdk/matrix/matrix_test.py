# SPDX-License-Identifier: MIT
"""Every client through every case, judged by what the SDK made of it and by the metering event."""

import json
import re
from collections.abc import Iterator

from sdk.matrix.caller import MODEL, Caller, counted, differences, key_for
from sdk.matrix.registry import CASES, WHOLE, case_of, load
from support.event import same
from support.gateway import APP_KEY, UPSTREAM_KEY, Proxy, new_id
from support.process import wait_until

TEXT = {"text": "one two three"}
ANSWER = "echo: one two three"
SCHEMA = {"type": "object", "properties": {"echo": {"type": "string"}}, "required": ["echo"],
          "additionalProperties": False}
TOOL = {"name": "find_city", "description": "Finds a city.", "parameters": SCHEMA}
CODES = {400: None, 401: "invalid_api_key", 403: None, 404: "model_not_found", 409: None, 422: None,
         429: "rate_limit_exceeded", 500: None}
AT_ONCE = 50


def same_both_ways(sdk: Caller, call: str, given: dict, mock: str = "", stream: bool = False) -> tuple[dict, dict]:
    """The call straight to the upstream and through the gateway makes the same; returns it, and its event."""
    options = ",".join(filter(None, ["number=7", mock]))  # ids would count up otherwise
    direct = sdk.direct(call, given, options)
    through, event = sdk.metered(call, given, options)
    assert differences(direct, through) == []
    same(event, outcome="completed", status_code=200, stream=stream)
    return through, event


def strings(value: object) -> Iterator[str]:
    """All strings in a JSON value."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(each)


def test_version(sdk: Caller):
    """A program found on this machine may be another; in the whole matrix all are as locked."""
    assert not WHOLE or sdk.version()["sdk"] == sdk.client.locked_version()


def test_chat(sdk: Caller):
    result, event = same_both_ways(sdk, "chat", TEXT)
    sdk.shows("chat", result, text=ANSWER, model=event["model"], finish_reason="stop")
    same(event, request_model=MODEL, endpoint="/v1/chat/completions", finish_reason="stop")
    counted(event, result["usage"])


def test_keys(sdk: Caller):
    """The upstream gets its key, and nothing of the client's."""
    request_id = new_id("sdk")
    sdk.through("chat", TEXT, request_id=request_id)
    fields = sdk.gateway.mock.request(request_id)["fields"]
    assert [value for name, value in fields if name.lower() == "authorization"] == [f"Bearer {UPSTREAM_KEY}"]
    assert APP_KEY not in str(fields) and sdk.client.id not in str(fields)
    assert re.fullmatch(r"sha256:[0-9a-f]{12}", sdk.gateway.event(request_id)["app_key"])


def test_stream(sdk: Caller):
    """Nobody asked for usage but the gateway, and the client sees nothing of that."""
    result, event = same_both_ways(sdk, "stream", TEXT | {"include_usage": False}, stream=True)
    sdk.shows("stream", result, text=ANSWER, chunks=4, model=event["model"], finish_reason="stop")
    same(event, usage_source="upstream", completion_tokens=4, finish_reason="stop")
    if result["usage"]:  # some always ask
        counted(event, result["usage"])


def test_stream_usage(sdk: Caller):
    result, event = same_both_ways(sdk, "stream", TEXT | {"include_usage": True}, stream=True)
    sdk.shows("stream", result, text=ANSWER, chunks=4, finish_reason="stop")
    assert result["usage"] is not None
    counted(event, result["usage"])


def test_abort(sdk: Caller):
    result, event = sdk.metered("abort", TEXT, f"gate={new_id('never')}")
    assert result["text_before"] == "echo:"
    same(event, outcome="client_aborted", status_code=200, stream=True)


def test_tools(sdk: Caller):
    result, event = same_both_ways(sdk, "tools", {"text": "Oslo", "tool": TOOL}, "tools=1")
    sdk.shows("tools", result, name="find_city", arguments={"echo": "Oslo"}, finish_reason="tool_calls")
    same(event, finish_reason="tool_calls")
    counted(event, result["usage"])


def test_structured(sdk: Caller):
    result, event = same_both_ways(sdk, "structured", {"text": "Oslo", "schema": {"name": "echo", "schema": SCHEMA}},
                                   "json=1")
    assert result["parsed"] == {"echo": "Oslo"}
    counted(event, result["usage"])


def test_image(sdk: Caller):
    image = "data:image/png;base64," + "iVBORw0KGgo/" * 8_000
    given = {"text": "what is it", "image": image}
    request_id = new_id("sdk")
    result = sdk.through("chat", given, "number=7", request_id)
    assert differences(sdk.direct("chat", given, "number=7"), result) == []
    received = json.loads(sdk.gateway.mock.request(request_id)["body"])
    assert [each for each in strings(received) if each.startswith("data:")] == [image]
    assert "what is it" in result["text"] and f"url lengths: {len(image)}" in result["text"]
    event = sdk.gateway.event(request_id)
    same(event, outcome="completed", status_code=200)
    assert event["request_bytes"] > len(image)
    counted(event, result["usage"])


def test_embeddings(sdk: Caller):
    given = {"model": "text-embedding-3-small", "texts": ["one", "two words"]}
    result, event = same_both_ways(sdk, "embeddings", given)
    sdk.shows("embeddings", result, count=2)
    assert result["dimensions"] == len(result["first"]) > 0 and result["first"][:2] == [-0.5, -0.4375]
    same(event, endpoint="/v1/embeddings")
    counted(event, result["usage"])


def test_responses(sdk: Caller):
    result, event = same_both_ways(sdk, "responses", TEXT)
    sdk.shows("responses", result, text=ANSWER, model=event["model"])
    same(event, endpoint="/v1/responses")
    counted(event, result["usage"])


def test_responses_stream(sdk: Caller):
    result, event = same_both_ways(sdk, "responses_stream", TEXT, stream=True)
    sdk.shows("responses_stream", result, text=ANSWER, chunks=4)
    same(event, endpoint="/v1/responses")
    counted(event, result["usage"])


def test_raw(sdk: Caller):
    request_id = new_id("sdk")
    result = sdk.through("raw", TEXT, "number=7", request_id)
    sdk.shows("raw", result, status=200, text=ANSWER)
    shown = result["headers"]
    assert (shown["x-llm-request-id"], shown["x-request-id"]) == (request_id, "req_mock_7")
    same(sdk.gateway.event(request_id), outcome="completed", upstream_request_id="req_mock_7")


def test_errors(sdk: Caller):
    for status, code in CODES.items():
        result, event = sdk.metered("error", TEXT, f"status={status},number={status}")
        sdk.shows("error", result, **{"class": sdk.client.error(status), "status": status, "code": code,
                                      "request_id": f"req_mock_{status}"})
        assert f"mock status {status}" in result["message"]
        same(event, status_code=status, outcome="completed", usage_source="missing", total_tokens=None)


def test_refusals(sdk: Caller, fenced: Proxy):
    """The gateway's own are those of the upstream, to the SDK: who is not known, what is not allowed, too much."""
    assert sdk.admitted(fenced, key_for(sdk.client, "once"))["text"] == "echo: hello"
    for kind, status, code in (("unknown", 401, "invalid_api_key"), ("model", 403, "model_not_allowed"),
                               ("once", 429, "rate_limit_exceeded"), ("size", 429, "request_too_large")):
        refused = sdk.refused(fenced, key_for(sdk.client, kind))
        sdk.shows("error", refused, **{"class": sdk.client.error(status), "status": status, "code": code})


def test_retries(sdk: Caller):
    """The SDK repeats, the gateway does not: each attempt is one exchange with one event."""
    for status in (429, 500):
        request_id = new_id("sdk")
        result = sdk.through("chat", TEXT, f"status={status},fail_first=2,key={new_id()}", request_id, max_retries=2)
        sdk.shows("chat", result, text=ANSWER)
        check_attempts(sdk, request_id, [status, status, 200])
    request_id = new_id("sdk")
    sdk.through("error", TEXT, "status=429", request_id, max_retries=2)
    check_attempts(sdk, request_id, [429, 429, 429])


def check_attempts(sdk: Caller, request_id: str, statuses: list[int]) -> None:
    wait_until(lambda: len(sdk.gateway.collector.events(request_id)) >= len(statuses), f"{len(statuses)} events")
    assert [event["status_code"] for event in sdk.gateway.collector.events(request_id)] == statuses
    seen = [{name.lower(): value for name, value in each["fields"]} for each in sdk.gateway.mock.requests(request_id)]
    assert len(seen) == len(statuses)
    if sdk.client.counts_retries:
        assert [each["x-stainless-retry-count"] for each in seen] == [str(number) for number in range(len(statuses))]


def test_waits(sdk: Caller, fenced: Proxy):
    """As long as it is told to, which is enough; and what can never pass is not asked for again."""
    for _ in range(2):
        assert sdk.admitted(fenced, key_for(sdk.client, "rate"), max_retries=2)["text"] == "echo: hello"
    before = refusals_by_size(sdk, fenced)
    sdk.refused(fenced, key_for(sdk.client, "size"), max_retries=2)
    wanted = before + (1 if sdk.client.heeds_should_retry else 3)
    wait_until(lambda: refusals_by_size(sdk, fenced) >= wanted, "the count of what was refused")
    assert refusals_by_size(sdk, fenced) == wanted


def refusals_by_size(sdk: Caller, fenced: Proxy) -> int:
    """They are told once a second."""
    number = [each.id for each in load()].index(sdk.client.id)
    name = f'llmgw_limit_decisions_total{{tenant="size{number}",rule="size{number}/size",decision="refused"}}'
    return int(fenced.metrics().get(name, 0))


def test_call_options(sdk: Caller):
    request_id = new_id("sdk")
    sdk.through("error", TEXT | {"call": {"max_retries": 0}}, "status=429", request_id, max_retries=2)
    check_attempts(sdk, request_id, [429])


def test_timeout(sdk: Caller):
    result, event = sdk.metered("error", TEXT, "hang=1", timeout_ms=300)
    assert (result["class"], result["status"]) == (sdk.client.timeout_error, None), result
    same(event, outcome="client_aborted", status_code=0, usage_source="missing")


def test_parallel(sdk: Caller):
    """The upstream answers nobody before it has heard all."""
    prefix, gate = new_id("crowd"), new_id("gate")
    calls = [{"text": " ".join(["many"] * number), "request_id": f"{prefix}-{number}"}
             for number in range(1, AT_ONCE + 1)]
    result_of = sdk.in_background("parallel", {"calls": calls}, f"gate={gate}")

    def arrived() -> bool:
        return sum(prefix in str(each["fields"]) for each in sdk.gateway.mock.requests()) == AT_ONCE
    try:
        wait_until(arrived, f"{AT_ONCE} requests at the upstream")
    finally:
        sdk.gateway.mock.release(gate)
        result = result_of()
    assert result["texts"] == [f"echo: {each['text']}" for each in calls]
    for each, total in zip(calls, result["totals"], strict=True):
        same(sdk.gateway.event(each["request_id"]), total_tokens=total, outcome="completed", status_code=200)
    assert len(set(result["totals"])) == AT_ONCE


def test_the_cases_are_those_of_the_table():
    tests = [case_of(name) for name in globals() if name.startswith("test_")]
    assert tests == ["version", *CASES, "the_cases_are_those_of_the_table"]
