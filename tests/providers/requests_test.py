# SPDX-License-Identifier: MIT
"""Requests that the gateway makes, held against the types of the providers' own SDKs: no member that these do not know."""

import json
import pathlib
import typing

import anthropic.types as claude_types
import pytest
from google.genai import types
from pydantic import TypeAdapter

from support.config_file import start, write
from support.gateway import Factory
from support.scripted import ScriptedServer, answering, reply

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SCHEMA = {"type": "object", "properties": {"city": {"type": "string", "description": "which"},
                                           "days": {"type": "integer", "minimum": 1}}, "required": ["city"]}
TOOLS = [{"type": "function", "function": {"name": "find_city", "description": "finds", "parameters": SCHEMA}},
         {"type": "function", "function": {"name": "now"}}]
CALLS = [{"id": f"call_{number}", "type": "function", "function": {"name": "find_city", "arguments": '{"city":"x"}'}}
         for number in range(2)]
LOOP = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "x"},
        {"role": "assistant", "content": None, "tool_calls": CALLS},
        *({"role": "tool", "tool_call_id": each["id"], "content": "rain"} for each in CALLS),
        {"role": "user", "content": [{"type": "text", "text": "and?"},
                                     {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}]}]
REQUESTS = {
    "plain": {"messages": [{"role": "user", "content": "x"}]},
    "stream": {"messages": [{"role": "user", "content": "x"}], "stream": True, "stream_options": {"include_usage": True}},
    "sampling": {"messages": [{"role": "user", "content": "x"}], "temperature": 0.5, "top_p": 0.9, "stop": ["a", "b"],
                 "max_completion_tokens": 77},
    "loop": {"messages": LOOP, "tools": TOOLS, "parallel_tool_calls": True},
    "forced": {"messages": LOOP, "tools": TOOLS, "tool_choice": {"type": "function", "function": {"name": "find_city"}}},
    "required": {"messages": LOOP, "tools": TOOLS, "tool_choice": "required"},
    "schema": {"messages": [{"role": "user", "content": "x"}], "response_format": {
        "type": "json_schema", "json_schema": {"name": "s", "strict": True, "schema": SCHEMA}}},
    "reasoning": {"messages": [{"role": "user", "content": "x"}], "reasoning_effort": "low", "max_tokens": 9000},
    "file": {"messages": [{"role": "user", "content": [{"type": "file", "file": {
        "filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0xLjQ="}}]}]},
}


class Made:
    """What the gateway sends for a chat completion."""

    def __init__(self, factory: Factory, folder: pathlib.Path) -> None:
        self.server = ScriptedServer(answering(reply(b"{}", "400 Bad")))
        provider = {"base_url": self.server.url, "keys": [], "discover": False}
        config = {"version": 1, "providers": {"claude": {"type": "anthropic"} | provider,
                                              "google": {"type": "gemini"} | provider},
                  "models": {"claude-*": {"targets": [{"provider": "claude"}]},
                             "gemini-*": {"targets": [{"provider": "google"}]}}}
        self.proxy = start(factory, write(folder / "gateway.json", json.dumps(config)))

    def body(self, model: str, asked: dict) -> dict:
        count = len(self.server.requests)
        answer = self.proxy.ask("POST", "/v1/chat/completions", [], json.dumps({"model": model} | asked).encode())
        assert len(self.server.requests) == count + 1, answer
        return json.loads(self.server.requests[-1].body)


@pytest.fixture
def made(factory: Factory, tmp_path: pathlib.Path):
    opened = Made(factory, tmp_path)
    yield opened
    opened.server.close()


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("model", ["gemini-2.5-flash", "gemini-3-pro"])
def test_gemini(made: Made, model: str, name: str):
    body = made.body(model, REQUESTS[name])
    members = {"contents", "systemInstruction", "generationConfig", "tools", "toolConfig", "safetySettings", "cachedContent"}
    assert set(body) <= members, body
    for each in body["contents"]:
        types.Content.model_validate(each)
    if "systemInstruction" in body:
        types.Content.model_validate(body["systemInstruction"])
    types.GenerationConfig.model_validate(body.get("generationConfig", {}))
    for each in body.get("tools", []):
        types.Tool.model_validate(each)
    types.ToolConfig.model_validate(body.get("toolConfig", {}))


def keys_of(kind: type) -> set[str]:
    return set(typing.get_type_hints(kind))


BLOCKS = {"text": claude_types.TextBlockParam, "image": claude_types.ImageBlockParam,
          "document": claude_types.DocumentBlockParam, "tool_use": claude_types.ToolUseBlockParam,
          "tool_result": claude_types.ToolResultBlockParam, "thinking": claude_types.ThinkingBlockParam}


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("model", ["claude-sonnet-4-5", "claude-opus-4-6"])
def test_anthropic(made: Made, model: str, name: str):
    body = made.body(model, REQUESTS[name])
    known = keys_of(claude_types.message_create_params.MessageCreateParamsBase) | {"stream", "temperature", "top_p", "top_k"}
    assert set(body) <= known, set(body) - known
    assert {"model", "max_tokens", "messages"} <= set(body)
    for message in body["messages"]:
        TypeAdapter(claude_types.MessageParam).validate_python(message)
        for block in message["content"] if isinstance(message["content"], list) else []:
            kind = BLOCKS[block["type"]]
            TypeAdapter(kind).validate_python(block)
            assert set(block) <= keys_of(kind), block
    for tool in body.get("tools", []):
        TypeAdapter(claude_types.ToolParam).validate_python(tool)
        assert set(tool) <= keys_of(claude_types.ToolParam), tool
