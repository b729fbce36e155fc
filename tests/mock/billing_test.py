# SPDX-License-Identifier: MIT
"""What the mock says it has billed, in the terms of the gateway's events."""

import contextlib

import pytest

from support import wire
from support.gateway import chat
from support.native import message, contents


def bill(asked, dialect: str, call) -> dict:
    before = asked.billed()[dialect]
    with contextlib.suppress(wire.Cut):
        call()
    after = asked.billed()[dialect]
    return {name: after[name] - before[name] for name in after}


def expect(**tokens: int) -> dict:
    names = ("requests", "calls", "prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens",
             "cache_write_tokens", "reasoning_tokens")
    made = dict.fromkeys(names, 0) | {"requests": 1, "calls": 1} | tokens
    return made | {"total_tokens": made["prompt_tokens"] + made["completion_tokens"]}


NATIVE = {
    "": expect(prompt_tokens=5, completion_tokens=3),
    "thinking=1": expect(prompt_tokens=5, completion_tokens=6, reasoning_tokens=3),
    "tools=1,calls=2": expect(prompt_tokens=5, completion_tokens=8),
    "status=529": expect(calls=0),
}


@pytest.mark.parametrize("behaviour", NATIVE)
@pytest.mark.parametrize("stream", [False, True])
def test_native(asked, behaviour: str, stream: bool):
    more = {"stream": True} if stream else {}
    assert bill(asked, "anthropic", lambda: asked.anthropic(message(**more), behaviour)) == NATIVE[behaviour]
    ask = asked.gemini_stream if stream else asked.gemini
    assert bill(asked, "gemini", lambda: ask(contents(), behaviour)) == NATIVE[behaviour]


def test_caches_and_iterations(asked):
    for place in ("details", "late"):
        assert bill(asked, "anthropic", lambda: asked.anthropic(message(stream=True), f"usage={place}")) == expect(
            prompt_tokens=5, completion_tokens=3, cached_tokens=2, cache_write_tokens=1)
    assert bill(asked, "anthropic", lambda: asked.anthropic(message(stream=True), "usage=iterations")) == expect(
        prompt_tokens=7, completion_tokens=8)
    assert bill(asked, "anthropic", lambda: asked.anthropic(message(), "usage=none"))["total_tokens"] == 8


def test_what_was_made_of_a_stream_is_billed(asked):
    def streamed(behaviour: str) -> dict:
        return bill(asked, "anthropic", lambda: asked.anthropic(message(stream=True), behaviour))

    assert streamed("cut=2") == streamed("error_after=2") == expect(prompt_tokens=5, completion_tokens=2)
    assert streamed("cut_events=1") == expect(prompt_tokens=5)
    assert streamed("error_first=1") == streamed("cut=0") == expect(calls=0)


def test_free_of_charge(asked):
    assert bill(asked, "anthropic", lambda: asked.anthropic(message(max_tokens=0))) == expect(calls=0)
    assert bill(asked, "anthropic", lambda: asked.anthropic(
        message(), target="/v1/messages/count_tokens")) == expect(calls=0)
    assert bill(asked, "gemini", lambda: asked.gemini(contents(), "block=SAFETY")) == expect(prompt_tokens=5)


def test_openai_and_azure(asked):
    def openai(target: str = "/v1/chat/completions", behaviour: str = "", **more: object) -> dict:
        return bill(asked, "openai", lambda: asked.ask("POST", target, [], chat(**more), behaviour))

    assert openai() == openai(stream=True) == expect(prompt_tokens=5, completion_tokens=3)
    assert openai(behaviour="usage=details") == expect(prompt_tokens=5, completion_tokens=3, cached_tokens=2,
                                                       reasoning_tokens=1)
    assert openai("/v1/embeddings") == expect(prompt_tokens=3)
    assert bill(asked, "azure", lambda: asked.azure(chat())) == expect(prompt_tokens=5, completion_tokens=3)
