# SPDX-License-Identifier: MIT
"""Requests and streams of Anthropic and Gemini as their own clients make and read them."""

import json

KEY = "native-key-0123456789"
ANTHROPIC_FIELDS = [("x-api-key", KEY), ("anthropic-version", "2023-06-01"), ("content-type", "application/json")]
GEMINI_FIELDS = [("x-goog-api-key", KEY), ("content-type", "application/json")]
AZURE_FIELDS = [("api-key", KEY), ("content-type", "application/json")]
CLAUDE = "claude-sonnet-4-5"
GEMINI = "gemini-2.5-flash"
PARAMETERS = {"type": "object", "properties": {"echo": {"type": "string"}}}
CLAUDE_TOOL = {"name": "find_city", "input_schema": PARAMETERS}
GEMINI_TOOL = {"functionDeclarations": [{"name": "find_city", "parametersJsonSchema": PARAMETERS}]}


def message(text: str = "hello there", model: str = CLAUDE, **more: object) -> dict:
    """The body of POST /v1/messages; None takes a member away."""
    body = {"model": model, "max_tokens": 100, "messages": [{"role": "user", "content": text}]} | more
    return {name: value for name, value in body.items() if value is not None}


def contents(text: str = "hello there", **more: object) -> dict:
    """The body of :generateContent."""
    return {"contents": [{"role": "user", "parts": [{"text": text}]}]} | more


def gemini_target(verb: str = "generateContent", model: str = GEMINI, version: str = "v1beta", query: str = "") -> str:
    return f"/{version}/models/{model}:{verb}{query}"


STREAMED = {"verb": "streamGenerateContent", "query": "?alt=sse"}


def anthropic_events(body: bytes) -> list[dict]:
    """The data of whole events, each of which names its type twice."""
    found = []
    for block in body.split(b"\n\n")[:-1]:
        name, data = block.split(b"\n")
        event = json.loads(data.removeprefix(b"data: "))
        assert name == b"event: " + event["type"].encode()
        found.append(event)
    return found


def gemini_events(body: bytes) -> list[dict]:
    return [json.loads(block.removeprefix(b"data: ")) for block in body.split(b"\r\n\r\n")[:-1]]
