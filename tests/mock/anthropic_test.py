# SPDX-License-Identifier: MIT
"""The mock as Anthropic: messages, streams, counts, models."""

import json

import pytest

from support.native import ANTHROPIC_FIELDS, CLAUDE, CLAUDE_TOOL, anthropic_events, message


def streamed(asked, behaviour: str = "", **more: object) -> list[dict]:
    response = asked.anthropic(message(stream=True, **more), behaviour)
    assert response.status == 200 and response.get("content-type").startswith("text/event-stream")
    return anthropic_events(response.body)


def assembled(events: list[dict]) -> list[dict]:
    """The content blocks that a client makes of a stream."""
    blocks, partial = [], ""
    for event in events:
        if event["type"] == "content_block_start":
            assert event["index"] == len(blocks)
            blocks.append(dict(event["content_block"]))
            partial = ""
        elif event["type"] == "content_block_delta":
            delta = event["delta"]
            if delta["type"] == "input_json_delta":
                partial += delta["partial_json"]
            else:
                key = delta["type"].removesuffix("_delta")
                blocks[-1][key] += delta[key]
        elif event["type"] == "content_block_stop" and partial:
            blocks[-1]["input"] = json.loads(partial)
    return blocks


def test_message(asked):
    response = asked.anthropic(message("one two", system="be brief"), "number=7")
    body = response.json()
    assert response.get("request-id") == "req_mock_7" and response.get("retry-after") == "3"
    assert body["id"] == "msg_mock-7" and body["model"] == CLAUDE and body["stop_reason"] == "end_turn"
    assert body["content"] == [{"type": "text", "text": "echo: one two"}]
    assert body["usage"] == {"input_tokens": 7, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
                             "output_tokens": 3, "service_tier": "standard"}


def test_stream_has_the_order_of_events(asked):
    events = streamed(asked)
    assert [event["type"] for event in events] == [
        "message_start", "ping", "content_block_start", *["content_block_delta"] * 3, "content_block_stop",
        "message_delta", "message_stop"]
    assert events[0]["message"]["content"] == [] and events[0]["message"]["usage"]["input_tokens"] == 5
    assert events[-2] == {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None},
                          "usage": {"output_tokens": 3}}


@pytest.mark.parametrize("behaviour", ["", "thinking=1", "thinking=empty", "thinking=redacted", "tools=1",
                                       "tools=1,calls=3,thinking=1,preface=1", "tools=1,no_arguments=1"])
def test_stream_adds_up_to_the_message(asked, behaviour: str):
    whole = asked.anthropic(message(tools=[CLAUDE_TOOL]), f"number=7,{behaviour}").json()
    events = streamed(asked, f"number=7,{behaviour}", tools=[CLAUDE_TOOL])
    assert assembled(events) == whole["content"]
    assert events[-2]["delta"]["stop_reason"] == whole["stop_reason"]
    assert events[-2]["usage"]["output_tokens"] == whole["usage"]["output_tokens"]


def test_calls_begin_with_an_empty_piece(asked):
    events = streamed(asked, "tools=1,no_arguments=1", tools=[CLAUDE_TOOL])
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
    assert deltas == [{"type": "input_json_delta", "partial_json": ""}]


def test_usage_that_differs_from_start_to_end(asked):
    def usages(behaviour: str) -> tuple[dict, dict]:
        events = streamed(asked, behaviour)
        return events[0]["message"]["usage"], events[-2]["usage"]

    first, last = usages("usage=details")
    assert (first["input_tokens"], first["cache_read_input_tokens"], first["cache_creation_input_tokens"]) == (2, 2, 1)
    assert last["input_tokens"] == 2
    first, last = usages("usage=late")
    assert first["input_tokens"] == 5 and "cache_read_input_tokens" not in first
    assert (last["input_tokens"], last["cache_read_input_tokens"]) == (2, 2)
    first, last = usages("usage=grows")
    assert (first["input_tokens"], last["input_tokens"]) == (1, 5)
    first, last = usages("usage=iterations")
    assert [(step["input_tokens"], step["output_tokens"]) for step in last["iterations"]] == [(5, 5), (2, 3)]
    assert (first["input_tokens"], last["input_tokens"], last["output_tokens"]) == (5, 2, 3)


def test_finish_in_the_providers_word(asked):
    assert asked.anthropic(message(), "finish=max_tokens").json()["stop_reason"] == "max_tokens"
    refused = asked.anthropic(message(), "finish=refusal").json()
    assert refused["stop_details"]["explanation"] == "mock refusal"


def test_counts(asked):
    response = asked.anthropic(message(max_tokens=None), target="/v1/messages/count_tokens")
    assert response.json() == {"input_tokens": 5}


def test_models(asked):
    found = asked.ask("GET", "/v1/models", ANTHROPIC_FIELDS).json()
    assert found["data"][0]["type"] == "model" and found["first_id"] == found["data"][0]["id"]
    one = asked.ask("GET", "/v1/models/claude-haiku-4-5", ANTHROPIC_FIELDS).json()
    assert one["max_tokens"] == 64000 and one["capabilities"]["thinking"]["types"]["adaptive"] == {"supported": False}
    assert asked.ask("GET", "/v1/models", []).json()["object"] == "list"


def test_models_come_in_pages(asked):
    names, last = [], ""
    for _ in range(len(asked.ask("GET", "/v1/models", ANTHROPIC_FIELDS).json()["data"])):
        target = "/v1/models?limit=1" + (f"&after_id={last}" if last else "")
        page = asked.ask("GET", target, ANTHROPIC_FIELDS).json()
        names += [each["id"] for each in page["data"]]
        last = page["last_id"]
    assert len(set(names)) == len(names) == 3 and not page["has_more"]
    whole = asked.ask("GET", "/v1/models?limit=1000", [*ANTHROPIC_FIELDS, ("X-Mock", "page=2")]).json()
    assert len(whole["data"]) == 2 and whole["has_more"]


def test_behaviour_in_the_model(asked):
    assert asked.anthropic(message(model="mock:status=529")).status == 529
    body = asked.anthropic(message(model=f"{CLAUDE}-mock:finish=refusal")).json()
    assert (body["model"], body["stop_reason"]) == (CLAUDE, "refusal")


def test_prefix_of_the_path(asked):
    assert asked.anthropic(message(), target="/some/where/v1/messages").status == 200
