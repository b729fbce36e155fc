# SPDX-License-Identifier: MIT
"""Calls of the official SDK, AsyncOpenAI."""

import asyncio

import openai
from lines import Call
from openai import AsyncOpenAI

import shapes


async def chat(api: AsyncOpenAI, given: dict) -> dict:
    return shapes.chat_result(await api.chat.completions.create(**shapes.chat_arguments(given)))


async def stream(api: AsyncOpenAI, given: dict) -> dict:
    chunks = await api.chat.completions.create(**shapes.stream_arguments(given))
    return shapes.stream_result([chunk async for chunk in chunks])


async def abort(api: AsyncOpenAI, given: dict) -> dict:
    async with await api.chat.completions.create(**shapes.stream_arguments(given)) as chunks:
        async for chunk in chunks:
            if text := shapes.text_of(chunk):
                return {"text_before": text}
    raise AssertionError("no text came")


async def tools(api: AsyncOpenAI, given: dict) -> dict:
    return shapes.tools_result(await api.chat.completions.create(**shapes.tools_arguments(given)))


async def structured(api: AsyncOpenAI, given: dict) -> dict:
    arguments = shapes.chat_arguments(given, response_format=shapes.Echo)
    return shapes.structured_result(await api.chat.completions.parse(**arguments))


async def embeddings(api: AsyncOpenAI, given: dict) -> dict:
    return shapes.embeddings_result(await api.embeddings.create(model=given["model"], input=given["texts"]))


async def responses(api: AsyncOpenAI, given: dict) -> dict:
    return shapes.responses_result(await api.responses.create(model=given["model"], input=given["text"]))


async def responses_stream(api: AsyncOpenAI, given: dict) -> dict:
    events = await api.responses.create(model=given["model"], input=given["text"], stream=True)
    return shapes.responses_stream_result([event async for event in events])


async def raw(api: AsyncOpenAI, given: dict) -> dict:
    answer = await api.chat.completions.with_raw_response.create(**shapes.chat_arguments(given))
    return shapes.raw_result(answer, answer.parse())


async def error(api: AsyncOpenAI, given: dict) -> dict:
    try:
        await api.with_options(**given.get("call", {})).chat.completions.create(**shapes.chat_arguments(given))
    except openai.OpenAIError as fault:
        return shapes.error_result(fault)
    raise AssertionError("the call succeeded")


async def parallel(api: AsyncOpenAI, given: dict) -> dict:
    return shapes.parallel_result(await asyncio.gather(*(
        api.chat.completions.create(**shapes.chat_arguments(given | call),
                                    extra_headers={"X-LLM-Request-ID": call["request_id"]})
        for call in given["calls"])))


def with_client(call: object) -> Call:
    async def ask(request: dict) -> dict:
        async with AsyncOpenAI(**shapes.settings(request)) as api:
            return await call(api, request["input"])
    return lambda request: asyncio.run(ask(request))


CALLS = {each.__name__: with_client(each) for each in (
    chat, stream, abort, tools, structured, embeddings, responses, responses_stream, raw, error, parallel)}
