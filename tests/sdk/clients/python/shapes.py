# SPDX-License-Identifier: MIT
"""Results of tests/sdk/clients/README.md made from the SDK's objects, and the arguments of its calls."""

import json

import openai
from openai.types import CreateEmbeddingResponse
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import BaseModel


class Echo(BaseModel):
    """What the schema of `structured` describes."""

    echo: str


def settings(request: dict) -> dict:
    """For the SDK's client object."""
    options = request["options"]
    return {"base_url": request["base_url"], "api_key": request["api_key"], "default_headers": request["headers"],
            "max_retries": options["max_retries"], "timeout": options["timeout_ms"] / 1000}


def chat_arguments(given: dict, **more: object) -> dict:
    content: object = given["text"]
    if "image" in given:
        content = [{"type": "text", "text": given["text"]}, {"type": "image_url", "image_url": {"url": given["image"]}}]
    return {"model": given["model"], "messages": [{"role": "user", "content": content}]} | more


def stream_arguments(given: dict) -> dict:
    asked = {"stream_options": {"include_usage": True}} if given.get("include_usage") else {}
    return chat_arguments(given, stream=True) | asked


def tools_arguments(given: dict) -> dict:
    return chat_arguments(given, tools=[{"type": "function", "function": given["tool"]}])


def usage(found: object) -> dict | None:
    if found is None:
        return None
    names = {"prompt": ("prompt_tokens", "input_tokens"), "completion": ("completion_tokens", "output_tokens"),
             "total": ("total_tokens",)}
    return {name: next((getattr(found, each) for each in spelt if hasattr(found, each)), None)
            for name, spelt in names.items()}


def whole(model: BaseModel) -> dict:
    return model.model_dump(mode="json", warnings=False)


def chat_result(answer: ChatCompletion) -> dict:
    [choice] = answer.choices
    return {"text": choice.message.content, "model": answer.model, "finish_reason": choice.finish_reason,
            "usage": usage(answer.usage), "object": whole(answer)}


def stream_result(chunks: list[ChatCompletionChunk]) -> dict:
    choices = [choice for chunk in chunks for choice in chunk.choices]
    texts = [choice.delta.content for choice in choices if choice.delta.content]
    return {"text": "".join(texts), "chunks": len(texts), "model": chunks[0].model,
            "finish_reason": choices[-1].finish_reason, "usage": usage(chunks[-1].usage),
            "object": [whole(chunk) for chunk in chunks]}


def text_of(chunk: ChatCompletionChunk) -> str | None:
    return chunk.choices[0].delta.content if chunk.choices else None


def tools_result(answer: ChatCompletion) -> dict:
    [choice] = answer.choices
    [call] = choice.message.tool_calls
    return {"name": call.function.name, "arguments": json.loads(call.function.arguments),
            "finish_reason": choice.finish_reason, "usage": usage(answer.usage), "object": whole(answer)}


def structured_result(answer: ChatCompletion) -> dict:
    return {"parsed": whole(answer.choices[0].message.parsed), "usage": usage(answer.usage), "object": whole(answer)}


def embeddings_result(answer: CreateEmbeddingResponse) -> dict:
    first = answer.data[0].embedding
    return {"count": len(answer.data), "dimensions": len(first), "first": first, "usage": usage(answer.usage),
            "object": whole(answer)}


def responses_result(answer: Response) -> dict:
    return {"text": answer.output_text, "model": answer.model, "usage": usage(answer.usage), "object": whole(answer)}


def responses_stream_result(events: list[ResponseStreamEvent]) -> dict:
    texts = [event.delta for event in events if event.type == "response.output_text.delta"]
    return {"text": "".join(texts), "chunks": len(texts), "usage": usage(events[-1].response.usage),
            "object": [whole(event) for event in events]}


def raw_result(raw: object, answer: ChatCompletion) -> dict:
    return {"status": raw.status_code, "headers": {name.lower(): value for name, value in raw.headers.items()},
            "text": answer.choices[0].message.content}


def error_result(fault: openai.OpenAIError) -> dict:
    return {"class": type(fault).__name__, "status": getattr(fault, "status_code", None),
            "code": getattr(fault, "code", None), "message": str(fault),
            "request_id": getattr(fault, "request_id", None)}


def parallel_result(answers: list[ChatCompletion]) -> dict:
    return {"texts": [answer.choices[0].message.content for answer in answers],
            "totals": [answer.usage.total_tokens for answer in answers]}
