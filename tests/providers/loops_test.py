# SPDX-License-Identifier: MIT
"""Loops of tools with the bare SDK, against providers that want their thinking back: by a client that hands it back,
and by one that forgets it."""

import json

import openai
import pytest

from support.gateway import new_id
from support.loops import ANSWER, ARGUMENTS, MOCK, MODELS, STEPS, TEXT, TOOL, Bill, judge, run_tool


def remembered(turn: dict) -> dict:
    """The whole of it."""
    return {name: value for name, value in turn.items() if name != "parsed"}


def forgotten(turn: dict) -> dict:
    """What the API itself knows, and no more."""
    calls = [{"id": each["id"], "type": each["type"], "function": {"name": each["function"]["name"],
                                                                   "arguments": each["function"]["arguments"]}}
             for each in turn.get("tool_calls", [])]
    return {"role": turn["role"], "content": turn.get("content")} | ({"tool_calls": calls} if calls else {})


class Loop:
    """One conversation; `used` are the arguments that the tool got."""

    def __init__(self, url: str, tenant: str, model: str, stream: bool) -> None:
        self.client = openai.OpenAI(base_url=url + "/v1", api_key="of-client", max_retries=0,
                                    default_headers={"X-LLM-Tenant": tenant, "X-Mock": MOCK})
        self.model, self.stream = model, stream
        self.messages: list[dict] = []
        self.used: list[dict] = []
        self.tokens = {"prompt_tokens": 0, "completion_tokens": 0}

    def complete(self) -> dict:
        asked = {"model": self.model, "messages": self.messages, "tools": [{"type": "function", "function": TOOL}],
                 "reasoning_effort": "medium"}
        if self.stream:
            with self.client.chat.completions.stream(**asked, stream_options={"include_usage": True}) as stream:
                made = stream.get_final_completion()
        else:
            made = self.client.chat.completions.create(**asked)
        for name in self.tokens:
            self.tokens[name] += getattr(made.usage, name)
        return made.choices[0].message.model_dump(exclude_none=True)

    def say(self, text: str, keep) -> str:
        self.messages.append({"role": "user", "content": text})
        for _ in range(STEPS + 1):
            turn = self.complete()
            self.messages.append(keep(turn))
            if not turn.get("tool_calls"):
                return turn["content"]
            for call in turn["tool_calls"]:
                result = run_tool(json.loads(call["function"]["arguments"]), self.used)
                self.messages.append({"role": "tool", "tool_call_id": call["id"], "content": result})
        raise AssertionError("the loop goes on")


@pytest.mark.parametrize("keep", [remembered, forgotten])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("model", MODELS)
def test_loop(providers, model: str, stream: bool, keep):
    tenant, bill = new_id("loop"), Bill(providers)
    loop = Loop(providers.proxy.url, tenant, model, stream)
    assert loop.say(TEXT, keep) == ANSWER
    assert loop.used == ARGUMENTS
    assert loop.say(TEXT, keep) == ANSWER  # the second turn, with all of the first before it
    assert loop.used == ARGUMENTS * 2
    judge(bill, tenant, model, loop.tokens, returns_thinking=keep is remembered, turns=2)
