# SPDX-License-Identifier: MIT
"""llama.cpp as the two providers of examples/config/llama-cpp.yaml, without a key: chat completions and messages, both
as they are."""

import json

import pytest

from real_server.servers import MODEL
from real_server.ways import Ways, chunks, tokens
from support.event import same

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
QUESTION = {"model": MODEL, "messages": [{"role": "user", "content": "Hello there."}], "max_tokens": 24,
            "temperature": 0, "seed": 7}
GOOD = {"outcome": "completed", "status_code": 200, "translated": None, "dropped_params": [], "usage_source": "upstream"}


def test_chat(llama_cpp_provider: Ways):
    text, event = llama_cpp_provider.same(CHAT, QUESTION)
    same(event, **tokens(json.loads(text)["usage"]), **GOOD, target="llama-cpp", stream=False)


def test_stream_of_chat(llama_cpp_provider: Ways):
    """The gateway asks for the usage, and keeps it to itself."""
    usage = json.loads(llama_cpp_provider.direct.post(CHAT, QUESTION).text)["usage"]
    text, event = llama_cpp_provider.same(CHAT, QUESTION | {"stream": True}, but_timings=True)
    assert all("usage" not in chunk for chunk in chunks(text))
    same(event, **tokens(usage), **GOOD, target="llama-cpp", stream=True)


@pytest.mark.parametrize("stream", [False, True])
def test_messages(llama_cpp_provider: Ways, stream: bool):
    text, event = llama_cpp_provider.same(MESSAGES, QUESTION | {"stream": stream})
    whole = json.loads(llama_cpp_provider.direct.post(MESSAGES, QUESTION).text)
    assert whole["type"] == "message" and whole["usage"]["output_tokens"] == QUESTION["max_tokens"]
    assert ("event: message_stop" in text) == stream
    same(event, **tokens(whole["usage"]), **GOOD, target="llama-cpp-messages", stream=stream, endpoint=MESSAGES)


def test_models(llama_cpp_provider: Ways):
    """Those of the file, which the gateway knows by itself."""
    assert [each.id for each in llama_cpp_provider.through.sdk().models.list()] == [MODEL]
