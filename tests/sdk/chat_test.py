# SPDX-License-Identifier: MIT
"""The official Python SDK where neither request nor stream is touched, and what its matrix does not ask."""

import json

from openai import OpenAI

from support.event import same
from support.gateway import APP_KEY, Gateway, new_id

MODEL = "gpt-4o-mini"
TOOL = {"type": "function", "function": {"name": "find_city", "parameters": {
    "type": "object", "properties": {"echo": {"type": "string"}}}}}


def client(gateway: Gateway, **more: object) -> OpenAI:
    return OpenAI(base_url=f"{gateway.proxy.url}/v1", api_key=APP_KEY, **more)


def user(text: str) -> list:
    return [{"role": "user", "content": text}]


def headers(mock: str = "") -> dict[str, str]:
    """An id to find the event by, and what the mock upstream is to do."""
    return {"X-LLM-Request-ID": new_id("sdk")} | ({"X-Mock": mock} if mock else {})


def event_of(gateway: Gateway, sent: dict[str, str]) -> dict:
    return gateway.event(sent["X-LLM-Request-ID"])


def tokens(usage: object) -> dict[str, int]:
    return {name: getattr(usage, name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")}


def test_usage_details(gateway: Gateway):
    sent = headers("usage=details")
    usage = client(gateway).chat.completions.create(model=MODEL, messages=user("x"), extra_headers=sent).usage
    same(event_of(gateway, sent), cached_tokens=usage.prompt_tokens_details.cached_tokens,
         reasoning_tokens=usage.completion_tokens_details.reasoning_tokens, **tokens(usage))


def test_request_id_is_visible(gateway: Gateway):
    raw = client(gateway).chat.completions.with_raw_response.create(model=MODEL, messages=user("x"))
    event = gateway.event(raw.headers["X-LLM-Request-ID"])
    assert raw.parse().usage.total_tokens == event["total_tokens"]


def test_stream_that_nobody_asks_for_usage(gateway: Gateway):
    sent = headers()
    chunks = list(client(gateway).chat.completions.create(model=MODEL, messages=user("one two three"), stream=True,
                                                          extra_headers=sent))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == "echo: one two three"
    assert [chunk.usage for chunk in chunks] == [None] * len(chunks)
    same(event_of(gateway, sent), outcome="completed", status_code=200, stream=True, model=chunks[0].model,
         finish_reason="stop", usage_source="missing", total_tokens=None)


def test_stream_arrives_as_it_is_made(gateway: Gateway):
    gate = new_id("gate")
    stream = client(gateway).chat.completions.create(model=MODEL, messages=user("one two"), stream=True,
                                                     extra_headers=headers(f"gate={gate}"))
    received = ""
    for chunk in stream:
        received += chunk.choices[0].delta.content or ""
        if received == "echo:":
            gateway.mock.release(gate)
    assert received == "echo: one two"


def test_streamed_tools(gateway: Gateway):
    sent = headers("tools=1")
    with client(gateway).chat.completions.stream(model=MODEL, messages=user("Oslo"), tools=[TOOL],
                                                 stream_options={"include_usage": True}, extra_headers=sent) as stream:
        answer = stream.get_final_completion()
    [call] = answer.choices[0].message.tool_calls
    assert call.function.name == "find_city" and json.loads(call.function.arguments) == {"echo": "Oslo"}
    same(event_of(gateway, sent), finish_reason="tool_calls", stream=True, outcome="completed", **tokens(answer.usage))
