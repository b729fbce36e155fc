# SPDX-License-Identifier: MIT
"""The official Python SDK with nothing changed but its base_url: chat in all its forms, each with its event."""

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


def test_chat(gateway: Gateway):
    sent = headers()
    answer = client(gateway).chat.completions.create(model=MODEL, messages=user("one two"), extra_headers=sent)
    assert answer.choices[0].message.content == "echo: one two"
    assert answer.choices[0].finish_reason == "stop"
    same(event_of(gateway, sent), outcome="completed", status_code=200, stream=False, usage_source="upstream",
         model=answer.model, request_model=MODEL, upstream_request_id=answer._request_id, finish_reason="stop",
         **tokens(answer.usage))


def test_usage_details(gateway: Gateway):
    sent = headers("usage=details")
    usage = client(gateway).chat.completions.create(model=MODEL, messages=user("x"), extra_headers=sent).usage
    same(event_of(gateway, sent), cached_tokens=usage.prompt_tokens_details.cached_tokens,
         reasoning_tokens=usage.completion_tokens_details.reasoning_tokens, **tokens(usage))


def test_request_id_is_visible(gateway: Gateway):
    raw = client(gateway).chat.completions.with_raw_response.create(model=MODEL, messages=user("x"))
    event = gateway.event(raw.headers["X-LLM-Request-ID"])
    assert raw.parse().usage.total_tokens == event["total_tokens"]


def test_stream(gateway: Gateway):
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


def test_stream_with_usage(gateway: Gateway):
    sent = headers()
    chunks = list(client(gateway).chat.completions.create(
        model=MODEL, messages=user("one two three"), stream=True, stream_options={"include_usage": True},
        extra_headers=sent))
    assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == 4
    same(event_of(gateway, sent), outcome="completed", stream=True, usage_source="upstream", **tokens(chunks[-1].usage))


def test_stream_that_is_left(gateway: Gateway):
    sent = headers(f"gate={new_id('never')}")
    with client(gateway).chat.completions.create(model=MODEL, messages=user("x"), stream=True,
                                                 extra_headers=sent) as stream:
        next(iter(stream))
    same(event_of(gateway, sent), outcome="client_aborted", status_code=200, stream=True)


def test_tools(gateway: Gateway):
    sent = headers("tools=1")
    answer = client(gateway).chat.completions.create(model=MODEL, messages=user("Oslo"), tools=[TOOL], extra_headers=sent)
    [call] = answer.choices[0].message.tool_calls
    assert call.function.name == "find_city" and json.loads(call.function.arguments) == {"echo": "Oslo"}
    same(event_of(gateway, sent), finish_reason="tool_calls", outcome="completed", **tokens(answer.usage))


def test_streamed_tools(gateway: Gateway):
    sent = headers("tools=1")
    with client(gateway).chat.completions.stream(model=MODEL, messages=user("Oslo"), tools=[TOOL],
                                                 stream_options={"include_usage": True}, extra_headers=sent) as stream:
        answer = stream.get_final_completion()
    [call] = answer.choices[0].message.tool_calls
    assert call.function.name == "find_city" and json.loads(call.function.arguments) == {"echo": "Oslo"}
    same(event_of(gateway, sent), finish_reason="tool_calls", stream=True, outcome="completed", **tokens(answer.usage))


def test_image_input(gateway: Gateway):
    url = "data:image/png;base64," + "iVBORw0KGgo" * 10_000
    sent = headers()
    answer = client(gateway).chat.completions.create(
        model=MODEL, extra_headers=sent,
        messages=[{"role": "user", "content": [{"type": "text", "text": "what is it"},
                                               {"type": "image_url", "image_url": {"url": url}}]}])
    content = answer.choices[0].message.content
    assert "what is it" in content and "images: 1" in content and str(len(url)) in content
    event = event_of(gateway, sent)
    same(event, outcome="completed", **tokens(answer.usage))
    assert event["request_bytes"] > len(url)


def test_other_endpoints(gateway: Gateway):
    assert [model.id for model in client(gateway).models.list()]
    sent = headers()
    answer = client(gateway).embeddings.create(model="text-embedding-3-small", input=["one", "two"], extra_headers=sent)
    assert len(answer.data) == 2
    same(event_of(gateway, sent), endpoint="/v1/embeddings", prompt_tokens=answer.usage.prompt_tokens,
         total_tokens=answer.usage.total_tokens, outcome="completed", status_code=200)
    sent = headers()
    response = client(gateway).responses.create(model=MODEL, input="one two", extra_headers=sent)
    assert response.output_text == "echo: one two"
    same(event_of(gateway, sent), endpoint="/v1/responses", outcome="completed", status_code=200)
