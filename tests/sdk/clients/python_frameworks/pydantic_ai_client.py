# SPDX-License-Identifier: MIT
"""Loops of Pydantic AI, by its model for chat completions."""

import asyncio
import importlib.metadata
from collections.abc import AsyncIterable

from lines import Call
from openai import AsyncOpenAI
from pydantic_ai import Agent, Tool
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIChatModelSettings
from pydantic_ai.providers.openai import OpenAIProvider

import given

VERSION = importlib.metadata.version("pydantic-ai-slim")


async def read_all(_: object, events: AsyncIterable) -> None:
    """A handler of events makes the agent ask for streams."""
    async for _ in events:
        pass


async def run(request: dict) -> dict:
    asked = request["input"]
    used: list[dict] = []

    def find(**arguments: object) -> str:
        return given.use_tool(arguments, used)
    tool = Tool.from_schema(find, asked["tool"]["name"], asked["tool"]["description"], asked["tool"]["parameters"])
    settings = {name: value for name, value in given.client_settings(request).items() if name != "model"}
    async with AsyncOpenAI(**settings) as api:
        model = OpenAIChatModel(asked["model"], provider=OpenAIProvider(openai_client=api))
        agent = Agent(model, tools=[tool], model_settings=OpenAIChatModelSettings(
            openai_reasoning_effort=asked["effort"]))
        done = await agent.run(asked["text"], event_stream_handler=read_all if asked["stream"] else None)
    total = done.usage
    return {"text": done.output, "calls": used,
            "usage": {"prompt": total.input_tokens, "completion": total.output_tokens, "total": total.total_tokens}}


def loop(request: dict) -> dict:
    return asyncio.run(run(request))


CALLS: dict[str, Call] = {"loop": loop}
