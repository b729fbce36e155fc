# SPDX-License-Identifier: MIT
"""The same call of the official SDK, made straight to the upstream and through the gateway: the same objects."""

import json
from collections.abc import Callable

import pytest
from openai import OpenAI
from pydantic import BaseModel

from support.gateway import APP_KEY, UPSTREAM_KEY, Gateway

MODEL = "gpt-4o-mini"
PARAMETERS = {"type": "object", "properties": {"echo": {"type": "string"}}}
CHAT_TOOL = {"type": "function", "function": {"name": "find_city", "parameters": PARAMETERS}}
RESPONSES_TOOL = {"type": "function", "name": "find_city", "parameters": PARAMETERS, "strict": False}
MESSAGES = [{"role": "user", "content": "Oslo"}]
RETURNED = {"type": "function_call_output", "call_id": "call_mock-7", "output": "rain"}


class Echo(BaseModel):
    echo: str


def chat(api: OpenAI, **more: object) -> list:
    return [api.chat.completions.create(model=MODEL, messages=MESSAGES, **more)]


def chat_stream(api: OpenAI, **more: object) -> list:
    return list(api.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True, **more))


def responses(api: OpenAI, **more: object) -> list:
    return [api.responses.create(model=MODEL, input=MESSAGES, **more)]


def responses_stream(api: OpenAI, **more: object) -> list:
    return list(api.responses.create(model=MODEL, input=MESSAGES, stream=True, **more))


CALLS: dict[str, tuple[str, Callable[[OpenAI], list]]] = {
    "chat": ("", chat),
    "chat stream": ("", chat_stream),
    "chat stream with usage": ("", lambda api: chat_stream(api, stream_options={"include_usage": True})),
    "chat tools": ("tools=1", lambda api: chat(api, tools=[CHAT_TOOL])),
    "chat tools stream": ("tools=1", lambda api: chat_stream(api, tools=[CHAT_TOOL])),
    "chat structured": ("json=1", lambda api: [api.chat.completions.parse(model=MODEL, messages=MESSAGES,
                                                                           response_format=Echo)]),
    "responses": ("", responses),
    "responses stream": ("", responses_stream),
    "responses tools": ("tools=1", lambda api: responses(api, tools=[RESPONSES_TOOL])),
    "responses tools stream": ("tools=1", lambda api: responses_stream(api, tools=[RESPONSES_TOOL])),
    "responses after a tool": ("tools=1", lambda api: [api.responses.create(
        model=MODEL, input=[*MESSAGES, RETURNED], tools=[RESPONSES_TOOL])]),
    "embeddings": ("", lambda api: [api.embeddings.create(model="text-embedding-3-small", input=["one", "two"])]),
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
    parsed = answers(gateway.proxy.url, APP_KEY, "chat structured")[0]["choices"][0]["message"]["parsed"]
    assert parsed == {"echo": "Oslo"}
