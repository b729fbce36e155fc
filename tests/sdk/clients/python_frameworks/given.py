# SPDX-License-Identifier: MIT
"""What the frameworks' clients have in common: requests of tests/sdk/clients/README.md read, results made."""

from collections.abc import Callable

import openai
from pydantic import BaseModel


class Echo(BaseModel):
    """What the schema of `structured` describes."""

    echo: str


def client_settings(request: dict) -> dict:
    """As the official SDK spells them, and LangChain after it."""
    options = request["options"]
    return {"model": request["input"]["model"], "base_url": request["base_url"], "api_key": request["api_key"],
            "default_headers": request["headers"], "max_retries": options["max_retries"],
            "timeout": options["timeout_ms"] / 1000}


def messages(request: dict) -> list[dict]:
    asked = request["input"]
    content: object = asked["text"]
    if "image" in asked:
        content = [{"type": "text", "text": asked["text"]}, {"type": "image_url", "image_url": {"url": asked["image"]}}]
    return [{"role": "user", "content": content}]


def use_tool(arguments: dict, used: list[dict]) -> str:
    """What the tool of a `loop` returns."""
    used.append(arguments)
    return f"rain-{arguments['step']}"


def vectors_result(vectors: list[list[float]]) -> dict:
    """Embeddings where a framework shows nothing but the vectors."""
    return {"count": len(vectors), "dimensions": len(vectors[0]), "first": vectors[0], "usage": None, "object": vectors}


def error_result(fault: openai.OpenAIError) -> dict:
    """The frameworks pass the official SDK's errors on."""
    return {"class": type(fault).__name__, "status": getattr(fault, "status_code", None),
            "code": getattr(fault, "code", None), "message": str(fault),
            "request_id": getattr(fault, "request_id", None)}


def failed(call: Callable[[dict], object], request: dict) -> dict:
    """What a call that has to fail was refused with."""
    try:
        call(request)
    except openai.OpenAIError as fault:
        return error_result(fault)
    raise AssertionError("the call succeeded")
