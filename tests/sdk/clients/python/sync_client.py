# SPDX-License-Identifier: MIT
"""Calls of the official SDK, OpenAI."""

import concurrent.futures

import openai
from lines import Call
from openai import OpenAI

import shapes


def chat(api: OpenAI, given: dict) -> dict:
    return shapes.chat_result(api.chat.completions.create(**shapes.chat_arguments(given)))


def stream(api: OpenAI, given: dict) -> dict:
    return shapes.stream_result(list(api.chat.completions.create(**shapes.stream_arguments(given))))


def abort(api: OpenAI, given: dict) -> dict:
    with api.chat.completions.create(**shapes.stream_arguments(given)) as chunks:
        return {"text_before": next(filter(None, map(shapes.text_of, chunks)))}


def tools(api: OpenAI, given: dict) -> dict:
    return shapes.tools_result(api.chat.completions.create(**shapes.tools_arguments(given)))


def structured(api: OpenAI, given: dict) -> dict:
    arguments = shapes.chat_arguments(given, response_format=shapes.Echo)
    return shapes.structured_result(api.chat.completions.parse(**arguments))


def embeddings(api: OpenAI, given: dict) -> dict:
    return shapes.embeddings_result(api.embeddings.create(model=given["model"], input=given["texts"]))


def responses(api: OpenAI, given: dict) -> dict:
    return shapes.responses_result(api.responses.create(model=given["model"], input=given["text"]))


def responses_stream(api: OpenAI, given: dict) -> dict:
    events = api.responses.create(model=given["model"], input=given["text"], stream=True)
    return shapes.responses_stream_result(list(events))


def raw(api: OpenAI, given: dict) -> dict:
    answer = api.chat.completions.with_raw_response.create(**shapes.chat_arguments(given))
    return shapes.raw_result(answer, answer.parse())


def error(api: OpenAI, given: dict) -> dict:
    try:
        api.with_options(**given.get("call", {})).chat.completions.create(**shapes.chat_arguments(given))
    except openai.OpenAIError as fault:
        return shapes.error_result(fault)
    raise AssertionError("the call succeeded")


def parallel(api: OpenAI, given: dict) -> dict:
    def ask(call: dict) -> object:
        return api.chat.completions.create(**shapes.chat_arguments(given | call),
                                           extra_headers={"X-LLM-Request-ID": call["request_id"]})
    with concurrent.futures.ThreadPoolExecutor(len(given["calls"])) as pool:
        return shapes.parallel_result(list(pool.map(ask, given["calls"])))


def with_client(call: object) -> Call:
    def answer(request: dict) -> dict:
        with OpenAI(**shapes.settings(request)) as api:
            return call(api, request["input"])
    return answer


CALLS = {each.__name__: with_client(each) for each in (
    chat, stream, abort, tools, structured, embeddings, responses, responses_stream, raw, error, parallel)}
