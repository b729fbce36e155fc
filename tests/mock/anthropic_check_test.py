# SPDX-License-Identifier: MIT
"""What the mock refuses as Anthropic would, so that faults of a translation show."""

import pytest

from support import wire
from support.native import ANTHROPIC_FIELDS, CLAUDE_TOOL, PARAMETERS, message

NEWEST = "claude-opus-5-5"
CALL = {"type": "tool_use", "id": "toolu_1", "name": "find_city", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "rain"}


def turns(*contents: object) -> dict:
    """A conversation; users and assistants take turns."""
    return {"messages": [{"role": ("user", "assistant")[number % 2], "content": content}
                         for number, content in enumerate(contents)]}


def image(**source: str) -> dict:
    return turns([{"type": "image", "source": source}])


REFUSED = {
    "max_tokens missing": ({"max_tokens": None}, "max_tokens: Field required"),
    "max_tokens 0": ({"max_tokens": 0}, "greater than or equal to 1"),
    "max_tokens too large": ({"max_tokens": 64001}, "max_tokens: 64001 > 64000, which is the maximum allowed"),
    "unknown member": ({"logprobs": True}, "logprobs: Extra inputs are not permitted"),
    "no messages": ({"messages": []}, "at least one message"),
    "roles": ({"messages": [{"role": "user", "content": "a"}] * 2}, "roles must alternate"),
    "unknown role": ({"messages": [{"role": "tool", "content": "a"}]}, "Input should be 'user' or 'assistant'"),
    "system role": ({"messages": [{"role": "system", "content": "a"}]}, "Input should be 'user' or 'assistant'"),
    "member of a message": ({"messages": [{"role": "user", "content": "a", "name": "b"}]}, "messages.0.name: Extra"),
    "empty text": (turns([{"type": "text", "text": ""}]), "text content blocks must be non-empty"),
    "empty content": (turns(""), "non-empty content"),
    "unknown block": (turns([{"type": "image_url", "image_url": {}}]), "does not match any of the expected tags"),
    "call of a user": (turns([CALL]), "expected tags of role 'user'"),
    "call without a result": (turns("a", [CALL], "b"), "without `tool_result` blocks immediately after: toolu_1"),
    "result without a call": (turns([RESULT]), "unexpected `tool_use_id`"),
    "result twice": (turns("a", [CALL], [RESULT, RESULT]), "single result"),
    "text before the result": (turns("a", [CALL], [{"type": "text", "text": "b"}, RESULT]), "must come first"),
    "id": (turns("a", [CALL | {"id": "call:1"}]), "should match pattern"),
    "input is no object": (turns("a", [CALL | {"input": "{}"}]), "valid dictionary"),
    "prefill ends with a blank": (turns("a", "b "), "trailing whitespace"),
    "prefill": ({"model": NEWEST, **turns("a", "b")}, "does not support assistant message prefill"),
    "foreign signature": (turns("a", [{"type": "thinking", "thinking": "b", "signature": "Zm9v"}], "c"),
                          "Invalid `signature`"),
    "media type": (image(type="base64", media_type="image/bmp", data="AAAA"), "media_type"),
    "base64": (image(type="base64", media_type="image/png", data="A!"), "invalid base64 data"),
    "temperature": ({"temperature": 1.5}, "temperature: range: 0..1"),
    "temperature of a newer model": ({"model": NEWEST, "temperature": 0.5}, "only 1.0 is supported"),
    "stop sequence": ({"stop_sequences": [" "]}, "non-whitespace"),
    "tool without a schema": ({"tools": [{"name": "a"}]}, "tools.0.input_schema: Field required"),
    "schema without a type": ({"tools": [{"name": "a", "input_schema": {}}]}, "Input should be 'object'"),
    "member of a tool": ({"tools": [CLAUDE_TOOL | {"parameters": {}}]}, "tools.0.parameters: Extra inputs"),
    "choice without tools": ({"tool_choice": {"type": "any"}}, "only be specified while providing tools"),
    "choice of an unknown tool": ({"tools": [CLAUDE_TOOL], "tool_choice": {"type": "tool", "name": "b"}}, "not found"),
    "forced choice": ({"model": NEWEST, "tools": [CLAUDE_TOOL], "tool_choice": {"type": "any"}}, "forced tool use"),
    "budget too small": ({"thinking": {"type": "enabled", "budget_tokens": 10}}, "greater than or equal to 1024"),
    "budget above max_tokens": ({"thinking": {"type": "enabled", "budget_tokens": 2000}}, "must be greater than"),
    "budget of a newer model": ({"model": NEWEST, "thinking": {"type": "enabled"}}, "is not supported for this model"),
    "thinking left out": ({"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2000,
                           **turns("a", [CALL], [RESULT])}, "Expected `thinking` or `redacted_thinking`"),
    "effort": ({"output_config": {"effort": "xhigh"}}, "does not support effort level 'xhigh'"),
    "open object": ({"output_config": {"format": {"type": "json_schema", "schema": PARAMETERS}}},
                    "'additionalProperties' must be explicitly set to false"),
    "five marks": ({"system": [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}] * 5},
                   "A maximum of 4 blocks with cache_control may be provided. Found 5."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(asked, name: str):
    members, words = REFUSED[name]
    response = asked.anthropic(message(**members))
    error = response.json()
    assert response.status == 400 and error["type"] == "error" and error["request_id"] == response.get("request-id")
    assert error["error"]["type"] == "invalid_request_error" and words in error["error"]["message"], error
    assert asked.anthropic(message(**members), "check=0").status == 200


TAKEN = {
    "calls and results": turns("a", [CALL], [RESULT, {"type": "text", "text": "b"}], "c", "d"),
    "prefill": turns("a", "b"),
    "image": image(type="base64", media_type="image/png", data="AAAA"),
    "url": image(type="url", url="https://a.test/b.png"),
    "budget": {"max_tokens": 4000, "thinking": {"type": "enabled", "budget_tokens": 1024}},
    "closed object": {"output_config": {"format": {"type": "json_schema", "schema": PARAMETERS | {
        "additionalProperties": False}}}},
    "choice": {"tools": [CLAUDE_TOOL], "tool_choice": {"type": "tool", "name": "find_city"}},
    "system message": {"model": "claude-opus-4-8", "messages": [{"role": "user", "content": "a"},
                                                               {"role": "system", "content": "b"}]},
    "adaptive": {"model": NEWEST, "thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}},
}


@pytest.mark.parametrize("name", TAKEN)
def test_taken(asked, name: str):
    response = asked.anthropic(message(**TAKEN[name]))
    assert response.status == 200, response.body


def test_own_signatures_are_good(asked):
    first = asked.anthropic(message(tools=[CLAUDE_TOOL]), "tools=1,thinking=1").json()["content"]
    results = [{"type": "tool_result", "tool_use_id": first[1]["id"], "content": "rain"}]
    again = message(tools=[CLAUDE_TOOL], **turns("hello there", first, results))
    assert asked.anthropic(again).status == 200
    first[0]["thinking"] += " altered"
    assert asked.anthropic(again).status == 400


def test_every_turn_of_a_loop_needs_its_thinking(asked):
    """Not only the last one; behind a new text of the user none does."""
    history: list = ["hello there"]
    for _ in range(2):
        body = message(tools=[CLAUDE_TOOL], **turns(*history))
        answer = asked.anthropic(body, "tools=1,thinking=1,results=2").json()["content"]
        history += [answer, [{"type": "tool_result", "tool_use_id": answer[1]["id"], "content": "rain"}]]
    thinks = {"tools": [CLAUDE_TOOL], "thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2000}
    assert asked.anthropic(message(**thinks, **turns(*history))).status == 200
    history[1] = history[1][1:]
    assert asked.anthropic(message(**thinks, **turns(*history))).status == 400
    assert asked.anthropic(message(**thinks, **turns(*history, "so", "and?"))).status == 200


def test_calls_go_on_until_there_are_results_enough(asked):
    history: list = ["Oslo"]
    steps = []
    for number in range(2):
        answer = asked.anthropic(message(tools=[CLAUDE_TOOL], **turns(*history)), "tools=1,results=2").json()["content"]
        steps.append(answer[0]["input"]["step"])
        history += [answer, [{"type": "tool_result", "tool_use_id": answer[0]["id"], "content": f"rain-{number}"}]]
    done = asked.anthropic(message(tools=[CLAUDE_TOOL], **turns(*history)), "tools=1,results=2").json()
    assert steps == [1, 2] and done["content"] == [{"type": "text", "text": "echo: Oslo rain-0 rain-1"}]


def test_versions(asked):
    def status(version: str | None, **more: object) -> int:
        fields = [each for each in ANTHROPIC_FIELDS if each[0] != "anthropic-version"]
        fields += [("anthropic-version", version)] if version else []
        return asked.ask("POST", "/v1/messages", fields, message(**more)).status

    assert [status(None), status("2020-01-01"), status("2026-10-21")] == [400, 400, 200]
    assert [status("2026-10-21", temperature=1), status("2023-06-01", temperature=1)] == [400, 200]


def test_hostile_bodies(asked):
    deep = b'{"model":"a","messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    odd = [b"", b"[]", b"{", b'{"messages":1}', b'{"messages":[1,null,[]],"tools":{"a":1},"max_tokens":1e99}', deep]
    for body in odd:
        assert asked.anthropic(body).status == 400, body[:80]
    assert wire.ask(asked.address, "GET", "/healthz").status == 200
