# SPDX-License-Identifier: MIT
"""The official Python SDK when streams and the gateway itself go wrong, and when there is much at once."""

import asyncio

import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from support.event import same
from support.gateway import APP_KEY, Gateway, new_id
from support.process import PATIENCE

MODEL = "gpt-4o-mini"
MESSAGES = [{"role": "user", "content": "hello there"}]


def client(gateway: Gateway, **more: object) -> OpenAI:
    return OpenAI(base_url=f"{gateway.proxy.url}/v1", api_key=APP_KEY, **more)


def headers(mock: str) -> dict[str, str]:
    return {"X-LLM-Request-ID": new_id("sdk"), "X-Mock": mock}


@pytest.mark.parametrize("status,kind,code", [
    (400, openai.BadRequestError, None), (401, openai.AuthenticationError, "invalid_api_key"),
    (403, openai.PermissionDeniedError, None), (404, openai.NotFoundError, "model_not_found"),
    (422, openai.UnprocessableEntityError, None), (429, openai.RateLimitError, "rate_limit_exceeded"),
    (500, openai.InternalServerError, None), (503, openai.InternalServerError, None),
])
def test_typed_errors_of_streams(gateway: Gateway, status: int, kind: type[openai.APIStatusError], code: str | None):
    sent = headers(f"status={status}")
    with pytest.raises(kind) as raised:
        client(gateway, max_retries=0).chat.completions.create(model=MODEL, messages=MESSAGES, stream=True,
                                                               extra_headers=sent)
    assert raised.value.status_code == status and raised.value.code == code
    assert raised.value.request_id.startswith("req_mock_")
    event = gateway.event(sent["X-LLM-Request-ID"])
    same(event, status_code=status, outcome="completed", usage_source="missing", total_tokens=None,
         upstream_request_id=raised.value.request_id)


def test_stream_that_is_cut(gateway: Gateway):
    sent = headers("chunks=5,cut=2")
    stream = client(gateway, max_retries=0).chat.completions.create(model=MODEL, messages=MESSAGES, stream=True,
                                                                    extra_headers=sent)
    with pytest.raises(Exception, match="(?i)incomplete|closed|connection"):
        list(stream)
    same(gateway.event(sent["X-LLM-Request-ID"]), outcome="upstream_aborted", status_code=200, stream=True)


def test_error_event_in_a_stream(gateway: Gateway):
    sent = headers("chunks=5,error_after=2")
    stream = client(gateway).chat.completions.create(model=MODEL, messages=MESSAGES, stream=True, extra_headers=sent)
    with pytest.raises(openai.APIError, match="mock stream error"):
        list(stream)
    same(gateway.event(sent["X-LLM-Request-ID"]), outcome="stream_error", status_code=200, stream=True)


def test_errors_of_the_gateway_are_typed_too(factory, gateway: Gateway):
    lost = OpenAI(base_url=f"{gateway.proxy.url}/v2", api_key=APP_KEY, max_retries=0)
    with pytest.raises(openai.NotFoundError) as raised:
        lost.chat.completions.create(model=MODEL, messages=MESSAGES)
    assert raised.value.code == "unknown_url" and raised.value.type == "invalid_request_error"

    mock = factory.mock()
    alone = factory.gateway(mock.url)
    mock.daemon.kill()
    with pytest.raises(openai.InternalServerError) as failed:
        client(alone, max_retries=0).chat.completions.create(model=MODEL, messages=MESSAGES)
    assert failed.value.status_code == 502 and failed.value.code == "upstream_unreachable"
    event = alone.event(failed.value.response.headers["X-LLM-Request-ID"])
    same(event, outcome="upstream_unreachable", status_code=502)


async def test_a_hundred_at_once(gateway: Gateway):
    """Plain and streamed by turns; each answer is that of its own question, and so is each event."""
    ids = [new_id(f"crowd{number}") for number in range(100)]
    async with AsyncOpenAI(base_url=f"{gateway.proxy.url}/v1", api_key=APP_KEY, max_retries=0) as crowd:
        async def ask(number: int) -> int:
            named = {"model": MODEL, "messages": [{"role": "user", "content": f"number {number}"}],
                     "extra_headers": {"X-LLM-Request-ID": ids[number], "X-LLM-Tenant": f"tenant-{number}"}}
            if number % 2:
                answer = await crowd.chat.completions.create(**named)
                assert answer.choices[0].message.content == f"echo: number {number}"
                return answer.usage.total_tokens
            text, total = "", 0
            stream = await crowd.chat.completions.create(stream=True, stream_options={"include_usage": True}, **named)
            async for chunk in stream:
                text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
                total = chunk.usage.total_tokens if chunk.usage else total
            assert text == f"echo: number {number}"
            return total
        totals = await asyncio.wait_for(asyncio.gather(*map(ask, range(100))), PATIENCE * 2)
    for number, total in enumerate(totals):
        same(gateway.event(ids[number]), total_tokens=total, tenant=f"tenant-{number}", outcome="completed",
             status_code=200, stream=number % 2 == 0, usage_source="upstream")
