# SPDX-License-Identifier: MIT
"""The mock as Azure: both forms of its paths, and what the content filter says."""

import json

from support.gateway import chat

MESSAGES = {"messages": [{"role": "user", "content": "one two"}]}
V1 = "/openai/v1/chat/completions"
SAFE = {"filtered": False, "severity": "safe"}


def chunks(body: bytes) -> list[dict]:
    *events, done, end = body.split(b"\n\n")
    assert (done, end) == (b"data: [DONE]", b"")
    return [json.loads(event.removeprefix(b"data: ")) for event in events]


def test_model_is_the_deployment(asked):
    response = asked.azure(MESSAGES)
    body = response.json()
    assert body["model"].startswith("gpt-4o-") and body["choices"][0]["message"]["content"] == "echo: one two"
    assert body["choices"][0]["content_filter_results"]["hate"] == SAFE
    assert body["prompt_filter_results"][0]["content_filter_results"]["violence"] == SAFE
    assert response.get("apim-request-id") and response.get("x-ratelimit-reset-requests") == "6"
    assert asked.azure(MESSAGES | {"model": "gpt-5"}, target=V1).json()["model"].startswith("gpt-5-")


def test_stream_begins_with_the_filter(asked):
    found = chunks(asked.azure(MESSAGES | {"stream": True, "stream_options": {"include_usage": True}}).body)
    assert found[0]["choices"] == [] and found[0]["prompt_filter_results"][0]["prompt_index"] == 0
    assert found[0]["id"] == found[0]["model"] == found[0]["object"] == ""
    assert [chunk["choices"][0]["content_filter_results"] != {} for chunk in found[1:-1]] == [True] * 4 + [False]
    assert found[-1]["usage"]["completion_tokens"] == 3


def test_tools_are_filtered_too(asked):
    tools = {"tools": [{"type": "function", "function": {"name": "find_city", "parameters": {}}}]}
    found = chunks(asked.azure(MESSAGES | tools | {"stream": True}, "tools=1").body)
    assert found[0]["choices"] == [] and found[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_filtered_prompt(asked):
    response = asked.azure(MESSAGES, "block=hate")
    error = response.json()["error"]
    assert (response.status, error["code"], error["param"]) == (400, "content_filter", "prompt")
    assert error["innererror"]["content_filter_result"]["hate"] == {"filtered": True, "severity": "high"}


def test_version_is_needed_in_the_classic_form(asked):
    assert asked.azure(MESSAGES, target="/openai/deployments/gpt-4o/chat/completions").status == 404
    assert asked.azure(MESSAGES, target=V1).status == 200


def test_others_are_not_filtered(asked):
    for target in ("/v1/chat/completions", "/v1beta/openai/chat/completions"):
        body = asked.ask("POST", target, [], chat(stream=True)).body
        assert b"filter" not in body
