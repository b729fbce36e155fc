# SPDX-License-Identifier: MIT
"""Calls of LlamaIndex, by llama-index-llms-openai and llama-index-embeddings-openai."""

import concurrent.futures
import gc
import importlib.metadata

import openai
from lines import Call
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, ImageBlock, TextBlock
from llama_index.core.prompts import PromptTemplate
from llama_index.core.tools import FunctionTool
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI, OpenAIResponses

import given

VERSION = importlib.metadata.version("llama-index-llms-openai")


def settings(request: dict) -> dict:
    """LlamaIndex repeats calls that the SDK below has repeated already; only one of them is to, and it is the SDK."""
    told = given.client_settings(request)
    found = {"model": told["model"], "api_base": told["base_url"], "api_key": told["api_key"], "max_retries": 0,
             "default_headers": told["default_headers"], "timeout": told["timeout"]}
    if told["max_retries"]:
        found["openai_client"] = openai.OpenAI(**{name: value for name, value in told.items() if name != "model"})
    return found


def messages(request: dict) -> list[ChatMessage]:
    asked = request["input"]
    blocks = [TextBlock(text=asked["text"])]
    if "image" in asked:
        blocks.append(ImageBlock(url=asked["image"], image_mimetype="image/png"))
    return [ChatMessage(role="user", blocks=blocks)]


def chat(request: dict) -> dict:
    return chat_result(OpenAI(**settings(request)).chat(messages(request)))


def stream(request: dict) -> dict:
    asked = {"stream_options": {"include_usage": True}} if request["input"]["include_usage"] else {}
    chunks = list(OpenAI(**settings(request)).stream_chat(messages(request), **asked))
    texts = [chunk.delta for chunk in chunks if chunk.delta]
    choices = [choice for chunk in chunks for choice in chunk.raw.choices]
    return {"text": "".join(texts), "chunks": len(texts), "model": chunks[0].raw.model,
            "finish_reason": choices[-1].finish_reason, "usage": usage(chunks[-1].raw.usage),
            "object": [whole(chunk) for chunk in chunks]}


def abort(request: dict) -> dict:
    chunks = OpenAI(**settings(request)).stream_chat(messages(request))
    text = next(chunk.delta for chunk in chunks if chunk.delta)
    chunks.close()
    gc.collect()  # without it the connection stays open for as long as the collector likes
    return {"text_before": text}


def tools(request: dict) -> dict:
    def find_city(echo: str) -> str:
        return echo
    tool = request["input"]["tool"]
    offered = FunctionTool.from_defaults(find_city, name=tool["name"], description=tool["description"])
    api = OpenAI(**settings(request))
    answer = api.chat_with_tools([offered], user_msg=request["input"]["text"])
    [call] = api.get_tool_calls_from_response(answer)
    return {"name": call.tool_name, "arguments": call.tool_kwargs, "finish_reason": answer.raw.choices[0].finish_reason,
            "usage": usage(answer.raw.usage), "object": whole(answer)}


def structured(request: dict) -> dict:
    parsed = OpenAI(**settings(request)).structured_predict(given.Echo, PromptTemplate(request["input"]["text"]))
    return {"parsed": parsed.model_dump(), "usage": None, "object": parsed.model_dump()}


def embeddings(request: dict) -> dict:
    api = OpenAIEmbedding(**settings(request))
    return given.vectors_result(api.get_text_embedding_batch(request["input"]["texts"]))


def responses(request: dict) -> dict:
    answer = OpenAIResponses(**settings(request)).chat(messages(request))
    return {"text": answer.message.content, "model": answer.raw.model, "usage": usage(answer.raw.usage),
            "object": whole(answer)}


def responses_stream(request: dict) -> dict:
    chunks = list(OpenAIResponses(**settings(request)).stream_chat(messages(request)))
    texts = [chunk.delta for chunk in chunks if chunk.delta]
    return {"text": "".join(texts), "chunks": len(texts), "usage": usage(chunks[-1].raw.response.usage),
            "object": [whole(chunk) for chunk in chunks]}


def error(request: dict) -> dict:
    return given.failed(chat, request)


def parallel(request: dict) -> dict:
    api = OpenAI(**settings(request))

    def ask(call: dict) -> dict:
        headers = {"X-LLM-Request-ID": call["request_id"]}
        return chat_result(api.chat([ChatMessage(role="user", content=call["text"])], extra_headers=headers))
    calls = request["input"]["calls"]
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        answers = list(pool.map(ask, calls))
    return {"texts": [answer["text"] for answer in answers], "totals": [answer["usage"]["total"] for answer in answers]}


def usage(found: object) -> dict | None:
    if found is None:
        return None
    prompt, completion = (("input_tokens", "output_tokens") if hasattr(found, "input_tokens")
                          else ("prompt_tokens", "completion_tokens"))
    return {"prompt": getattr(found, prompt), "completion": getattr(found, completion), "total": found.total_tokens}


def whole(answer: ChatResponse) -> dict:
    return {"message": answer.message.model_dump(mode="json", warnings=False), "delta": answer.delta,
            "raw": answer.raw.model_dump(mode="json", warnings=False)}


def chat_result(answer: ChatResponse) -> dict:
    raw = answer.raw
    return {"text": answer.message.content, "model": raw.model, "finish_reason": raw.choices[0].finish_reason,
            "usage": usage(raw.usage), "object": whole(answer)}


CALLS: dict[str, Call] = {each.__name__: each for each in (
    chat, stream, abort, tools, structured, embeddings, responses, responses_stream, error, parallel)}
