# SPDX-License-Identifier: MIT
"""A mock of OpenAI that others wrote, behind the gateway: what its clients see is what they see of it directly."""

import json

import openai
import pytest

from real_server.ways import Way, Ways, chunks, tokens
from support.event import same

CHAT = "/v1/chat/completions"
MODEL = "gpt-4o-mini"
TOOLS = [{"type": "function", "function": {"name": "find_weather", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}}}}]
USAGE = {"colours": {"prompt_tokens": 11, "completion_tokens": 13, "total_tokens": 24},
         "weather": {"prompt_tokens": 21, "completion_tokens": 5, "total_tokens": 26}}
REASON = {"colours": "stop", "weather": "tool_calls"}


def question(about: str, **more: object) -> dict:
    tools = {"tools": TOOLS} if about == "weather" else {}
    return {"model": MODEL, "messages": [{"role": "user", "content": about}]} | tools | more


@pytest.mark.parametrize("about", USAGE)
def test_chat(foreign_mock: Ways, about: str):
    text, event = foreign_mock.same(CHAT, question(about))
    assert tokens(json.loads(text)["usage"]) == USAGE[about]
    same(event, **USAGE[about], usage_source="upstream", outcome="completed", finish_reason=REASON[about], stream=False)


@pytest.mark.parametrize("about", USAGE)
def test_stream_that_asked(foreign_mock: Ways, about: str):
    text, event = foreign_mock.same(CHAT, question(about, stream=True, stream_options={"include_usage": True}))
    assert chunks(text)[-1]["usage"] == USAGE[about]
    same(event, **USAGE[about], usage_source="upstream", outcome="completed", finish_reason=REASON[about], stream=True)


@pytest.mark.parametrize("about", USAGE)
def test_stream_that_did_not_ask(foreign_mock: Ways, about: str):
    text, event = foreign_mock.same(CHAT, question(about, stream=True))
    assert not any("usage" in chunk for chunk in chunks(text))
    same(event, **USAGE[about], usage_source="upstream", outcome="completed", finish_reason=REASON[about], stream=True)


def test_responses(foreign_mock: Ways):
    for stream in (False, True):
        _, event = foreign_mock.same("/v1/responses", {"model": MODEL, "input": "colours", "stream": stream})
        same(event, **USAGE["colours"], endpoint="/v1/responses", stream=stream, outcome="completed")


@pytest.mark.parametrize("about,kind,status", [("too much", openai.RateLimitError, 429),
                                               ("something unknown", openai.InternalServerError, 503)])
def test_errors(foreign_mock: Ways, about: str, kind: type[openai.APIStatusError], status: int):
    for stream in (False, True):
        _, event = foreign_mock.same(CHAT, question(about, stream=stream))
        same(event, status_code=status, outcome="completed", usage_source="missing", total_tokens=None)

    def raised(way: Way) -> tuple:
        with pytest.raises(kind) as fault:
            way.sdk().chat.completions.create(**question(about))
        return str(fault.value), fault.value.status_code, fault.value.code, fault.value.body
    assert raised(foreign_mock.through) == raised(foreign_mock.direct)
