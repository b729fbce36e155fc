# SPDX-License-Identifier: MIT
"""Calls that the matrix does not have, made straight to the upstream and through the gateway: the same objects."""

import json
from collections.abc import Callable

import pytest
from openai import OpenAI

from support.gateway import APP_KEY, UPSTREAM_KEY, Gateway

MODEL = "gpt-4o-mini"
PARAMETERS = {"type": "object", "properties": {"echo": {"type": "string"}}}
CHAT_TOOL = {"type": "function", "function": {"name": "find_city", "parameters": PARAMETERS}}
RESPONSES_TOOL = {"type": "function", "name": "find_city", "parameters": PARAMETERS, "strict": False}
MESSAGES = [{"role": "user", "content": "Oslo"}]
RETURNED = {"type": "function_call_output", "call_id": "call_mock-7", "output": "rain"}

CALLS: dict[str, tuple[str, Callable[[OpenAI], list]]] = {
    "chat tools stream": ("tools=1", lambda api: list(api.chat.completions.create(
        model=MODEL, messages=MESSAGES, tools=[CHAT_TOOL], stream=True))),
    "responses tools": ("tools=1", lambda api: [api.responses.create(
        model=MODEL, input=MESSAGES, tools=[RESPONSES_TOOL])]),
    "responses tools stream": ("tools=1", lambda api: list(api.responses.create(
        model=MODEL, input=MESSAGES, tools=[RESPONSES_TOOL], stream=True))),
    "responses after a tool": ("tools=1", lambda api: [api.responses.create(
        model=MODEL, input=[*MESSAGES, RETURNED], tools=[RESPONSES_TOOL])]),
    "models": ("", lambda api: list(api.models.list())),
}


def answers(base: str, key: str, name: str) -> list[dict]:
    """What the SDK made of the answer, field for field; the mock's ids would count up otherwise."""
    behaviour, call = CALLS[name]
    options = ",".join(filter(None, ["number=7", behaviour]))
    api = OpenAI(base_url=f"{base}/v1", api_key=key, max_retries=0, default_headers={"X-Mock": options})
    return [each.model_dump(warnings=False) for each in call(api)]


@pytest.mark.parametrize("name", CALLS)
def test_same_objects(gateway: Gateway, name: str):
    direct = answers(gateway.mock.url, UPSTREAM_KEY, name)
    assert direct and answers(gateway.proxy.url, APP_KEY, name) == direct


def test_the_calls_are_what_they_are_called(gateway: Gateway):
    """A mock that ignored its options would make all of them the same."""
    tool, = answers(gateway.proxy.url, APP_KEY, "responses tools")[0]["output"]
    assert tool["type"] == "function_call" and tool["name"] == "find_city"
    assert json.loads(tool["arguments"]) == {"echo": "Oslo"} and tool["call_id"] == "call_mock-7"
    streamed = answers(gateway.proxy.url, APP_KEY, "responses tools stream")
    deltas = [each["delta"] for each in streamed if each["type"] == "response.function_call_arguments.delta"]
    assert len(deltas) > 1 and "".join(deltas) == tool["arguments"]
    assert streamed[-1]["response"]["output"] == [tool]
    assert answers(gateway.proxy.url, APP_KEY, "responses after a tool")[0]["output"][0]["type"] == "message"
