# SPDX-License-Identifier: MIT
"""The official Python SDK with usage asked for behind its back: it sees nothing of that, whatever the upstream does."""

import asyncio
from collections.abc import Iterator

import pytest
from openai import AsyncOpenAI, OpenAI

from support.event import same
from support.gateway import APP_KEY, Factory, Gateway, new_id
from support.process import PATIENCE

MODEL = "gpt-4o-mini"
MESSAGES = [{"role": "user", "content": "one two three"}]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    factory = Factory(tmp_path_factory.mktemp("inject"))
    yield factory.gateway(METERING_STREAM_USAGE="inject")
    factory.close()


def client(gateway: Gateway) -> OpenAI:
    return OpenAI(base_url=f"{gateway.proxy.url}/v1", api_key=APP_KEY, max_retries=0)


def headers(mock: str = "") -> dict[str, str]:
    return {"X-LLM-Request-ID": new_id("sdk")} | ({"X-Mock": mock} if mock else {})


def test_stream(gateway: Gateway):
    sent = headers()
    chunks = list(client(gateway).chat.completions.create(model=MODEL, messages=MESSAGES, stream=True, extra_headers=sent))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "echo: one two three"
    assert all("usage" not in chunk.model_fields_set for chunk in chunks)
    same(gateway.event(sent["X-LLM-Request-ID"]), prompt_tokens=6, completion_tokens=4, total_tokens=10,
         usage_source="upstream", outcome="completed")


def test_stream_with_usage_of_its_own(gateway: Gateway):
    sent = headers()
    chunks = list(client(gateway).chat.completions.create(
        model=MODEL, messages=MESSAGES, stream=True, stream_options={"include_usage": True}, extra_headers=sent))
    assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens == 10
    same(gateway.event(sent["X-LLM-Request-ID"]), total_tokens=10)


@pytest.mark.parametrize("whose", ["mistral", "azure", "openai"])
def test_upstream_that_refuses(gateway: Gateway, whose: str):
    model = new_id("model")
    for tries in (2, 1):
        sent = headers(f"refuse={whose}")
        chunks = list(client(gateway).chat.completions.create(model=model, messages=MESSAGES, stream=True,
                                                              extra_headers=sent))
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "echo: one two three"
        same(gateway.event(sent["X-LLM-Request-ID"]), usage_source="missing", outcome="completed", status_code=200)
        # Two workers may each have to learn it.
        assert len(gateway.mock.requests(sent["X-LLM-Request-ID"])) in {tries, 2}


def test_streamed_tools(gateway: Gateway):
    sent = headers("tools=1")
    tool = {"type": "function", "function": {"name": "find_city", "parameters": {"type": "object", "properties": {}}}}
    with client(gateway).chat.completions.stream(model=MODEL, messages=MESSAGES, tools=[tool], extra_headers=sent) as stream:
        answer = stream.get_final_completion()
    assert answer.choices[0].message.tool_calls[0].function.name == "find_city" and answer.usage is None
    same(gateway.event(sent["X-LLM-Request-ID"]), finish_reason="tool_calls", usage_source="upstream")


async def test_a_hundred_streams_at_once(gateway: Gateway):
    ids = [new_id(f"crowd{number}") for number in range(100)]
    async with AsyncOpenAI(base_url=f"{gateway.proxy.url}/v1", api_key=APP_KEY, max_retries=0) as crowd:
        async def ask(number: int) -> None:
            stream = await crowd.chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": f"number {number}"}], stream=True,
                extra_headers={"X-LLM-Request-ID": ids[number]})
            text = ""
            async for chunk in stream:
                text += chunk.choices[0].delta.content or ""
            assert text == f"echo: number {number}"
        await asyncio.wait_for(asyncio.gather(*map(ask, range(100))), PATIENCE * 2)
    for each in ids:
        same(gateway.event(each), usage_source="upstream", prompt_tokens=5, completion_tokens=3, outcome="completed")
