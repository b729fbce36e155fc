# SPDX-License-Identifier: MIT
"""Calls of the OpenAI Agents SDK: an agent without instructions, one turn a call but in `loop`."""

import asyncio
import importlib.metadata
import json
from collections.abc import Awaitable, Callable

import agents
import openai
from agents import Agent, FunctionTool, ModelRetrySettings, ModelSettings, Runner
from agents.models.interface import Model
from lines import Call
from openai import AsyncOpenAI
from openai.types.shared import Reasoning

import given

VERSION = importlib.metadata.version("openai-agents")
agents.set_tracing_disabled(True)  # else each run is reported to a server of OpenAI's


def chat_model(api: AsyncOpenAI, request: dict) -> Model:
    return agents.OpenAIChatCompletionsModel(request["input"]["model"], api)


def responses_model(api: AsyncOpenAI, request: dict) -> Model:
    return agents.OpenAIResponsesModel(request["input"]["model"], api)


def make_agent(model: Model, **more: object) -> Agent:
    return Agent(name="asked", model=model, **more)


def messages(request: dict) -> list[dict]:
    """As the Responses API has them; the SDK translates them for the other one."""
    asked = request["input"]
    if "image" not in asked:
        return [{"role": "user", "content": asked["text"]}]
    return [{"role": "user", "content": [{"type": "input_text", "text": asked["text"]},
                                         {"type": "input_image", "image_url": asked["image"], "detail": "auto"}]}]


async def chat(api: AsyncOpenAI, request: dict) -> dict:
    return chat_result(await Runner.run(make_agent(chat_model(api, request)), messages(request)))


async def stream(api: AsyncOpenAI, request: dict) -> dict:
    settings = ModelSettings(include_usage=request["input"]["include_usage"] or None)
    running = Runner.run_streamed(make_agent(chat_model(api, request), model_settings=settings), messages(request))
    return await pieces(running) | {"model": None, "finish_reason": None}


async def abort(api: AsyncOpenAI, request: dict) -> dict:
    running = Runner.run_streamed(make_agent(chat_model(api, request)), messages(request))
    async for event in running.stream_events():
        if text := delta_of(event):
            running.cancel()
            return {"text_before": text}
    raise AssertionError("no text came")


async def tools(api: AsyncOpenAI, request: dict) -> dict:
    called = []

    async def note(_: object, arguments: str) -> str:
        called.append(json.loads(arguments))
        return "noted"
    tool = request["input"]["tool"]
    offered = FunctionTool(name=tool["name"], description=tool["description"], params_json_schema=tool["parameters"],
                           on_invoke_tool=note, strict_json_schema=False)
    agent = make_agent(chat_model(api, request), tools=[offered], tool_use_behavior="stop_on_first_tool")
    done = await Runner.run(agent, messages(request))
    [call] = [item.raw_item for item in done.new_items if item.type == "tool_call_item"]
    [arguments] = called
    return {"name": call.name, "arguments": arguments, "finish_reason": None, "usage": usage(done),
            "object": whole(done)}


async def structured(api: AsyncOpenAI, request: dict) -> dict:
    done = await Runner.run(make_agent(chat_model(api, request), output_type=given.Echo), messages(request))
    return {"parsed": done.final_output.model_dump(), "usage": usage(done), "object": whole(done)}


async def loop(api: AsyncOpenAI, request: dict) -> dict:
    asked = request["input"]
    used: list[dict] = []

    async def invoke(_: object, arguments: str) -> str:
        return given.use_tool(json.loads(arguments), used)
    tool = asked["tool"]
    offered = FunctionTool(name=tool["name"], description=tool["description"], params_json_schema=tool["parameters"],
                           on_invoke_tool=invoke, strict_json_schema=False)
    settings = ModelSettings(reasoning=Reasoning(effort=asked["effort"]), include_usage=True)
    agent = make_agent(chat_model(api, request), tools=[offered], model_settings=settings)
    if asked["stream"]:
        done = Runner.run_streamed(agent, messages(request))
        async for _ in done.stream_events():
            pass
    else:
        done = await Runner.run(agent, messages(request))
    return {"text": done.final_output, "calls": used, "usage": usage(done)}


async def responses(api: AsyncOpenAI, request: dict) -> dict:
    found = chat_result(await Runner.run(make_agent(responses_model(api, request)), messages(request)))
    return {name: found[name] for name in ("text", "model", "usage", "object")}


async def responses_stream(api: AsyncOpenAI, request: dict) -> dict:
    return await pieces(Runner.run_streamed(make_agent(responses_model(api, request)), messages(request)))


async def error(api: AsyncOpenAI, request: dict) -> dict:
    retry = ModelRetrySettings(**call) if (call := request["input"].get("call")) else None
    agent = make_agent(chat_model(api, request), model_settings=ModelSettings(retry=retry))
    try:
        await Runner.run(agent, messages(request))
    except openai.OpenAIError as fault:
        return given.error_result(fault)
    raise AssertionError("the call succeeded")


async def parallel(api: AsyncOpenAI, request: dict) -> dict:
    model = chat_model(api, request)

    async def ask(call: dict) -> object:
        settings = ModelSettings(extra_headers={"X-LLM-Request-ID": call["request_id"]})
        return await Runner.run(make_agent(model, model_settings=settings), call["text"])
    answers = await asyncio.gather(*map(ask, request["input"]["calls"]))
    return {"texts": [answer.final_output for answer in answers],
            "totals": [usage(answer)["total"] for answer in answers]}


def usage(done: object) -> dict | None:
    """The sum over the run's calls, of which there is one; zeros stand for what nobody told."""
    found = done.context_wrapper.usage
    if found.total_tokens == 0:
        return None
    return {"prompt": found.input_tokens, "completion": found.output_tokens, "total": found.total_tokens}


def plain(value: object) -> object:
    """As JSON, without what the SDK's clock says."""
    found = value.model_dump(mode="json", warnings=False) if hasattr(value, "model_dump") else value
    if isinstance(found, dict):
        return {name: plain(each) for name, each in found.items() if name != "created_at"}
    return [plain(each) for each in found] if isinstance(found, list) else found


def whole(done: object) -> list:
    return [[plain(item) for item in answer.output] for answer in done.raw_responses]


def chat_result(done: object) -> dict:
    return {"text": done.final_output, "model": None, "finish_reason": None, "usage": usage(done),
            "object": whole(done)}


def delta_of(event: object) -> str | None:
    is_text = event.type == "raw_response_event" and event.data.type == "response.output_text.delta"
    return event.data.delta if is_text else None


async def pieces(running: object) -> dict:
    events = [event async for event in running.stream_events()]
    texts = list(filter(None, map(delta_of, events)))
    return {"text": "".join(texts), "chunks": len(texts), "usage": usage(running),
            "object": [plain(event.data) for event in events if event.type == "raw_response_event"]}


def with_client(call: Callable[[AsyncOpenAI, dict], Awaitable[dict]]) -> Call:
    async def ask(request: dict) -> dict:
        settings = {name: value for name, value in given.client_settings(request).items() if name != "model"}
        async with AsyncOpenAI(**settings) as api:
            return await call(api, request)
    return lambda request: asyncio.run(ask(request))


CALLS = {each.__name__: with_client(each) for each in (
    chat, stream, abort, tools, structured, loop, responses, responses_stream, error, parallel)}
