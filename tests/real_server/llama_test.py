# SPDX-License-Identifier: MIT
"""llama.cpp with a random model behind the gateway: real tokens, counted by who made them."""

import concurrent.futures
import json

import openai
import pytest

from real_server.servers import MODEL
from real_server.ways import Way, Ways, chunks, neutral, tokens
from support.event import same
from support.gateway import APP_KEY, new_id

CHAT, EMBEDDINGS, RESPONSES = "/v1/chat/completions", "/v1/embeddings", "/v1/responses"
LENGTH = 24  # tokens of an answer; the model has no way to end one
TOOL = {"type": "function", "function": {"name": "find_city", "parameters": {
    "type": "object", "properties": {"sunny": {"type": "boolean"}}, "required": ["sunny"]}}}


def question(text: str = "Hello there.", **more: object) -> dict:
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], "max_tokens": LENGTH, "temperature": 0,
            "seed": 7} | more


@pytest.fixture(params=["llama_cpp", "llama_cpp_python"])
def ways(request: pytest.FixtureRequest) -> Ways:
    return request.getfixturevalue(request.param)


def test_chat(ways: Ways):
    text, event = ways.same(CHAT, question())
    answer = json.loads(text)
    assert answer["usage"]["completion_tokens"] == LENGTH and len(answer["choices"][0]["message"]["content"]) == LENGTH
    assert answer["usage"]["prompt_tokens"] > len("Hello there.")  # one a character, and the template
    same(event, **tokens(answer["usage"]), usage_source="upstream", outcome="completed", stream=False, status_code=200,
         model=MODEL, finish_reason="length")


def test_tokens_are_those_of_the_question(ways: Ways):
    """Every further character is one more token, at the server, at the client and in the event."""
    counts = []
    for text in ("a", "ab", "abc"):
        sent = new_id("real")
        usage = ways.through.sdk().chat.completions.create(**question(text), extra_headers={"X-LLM-Request-ID": sent}).usage
        same(ways.gateway.event(sent), **tokens(usage.model_dump()))
        counts.append(usage.prompt_tokens)
    assert counts == [counts[0], counts[0] + 1, counts[0] + 2]


def test_cached_tokens(llama_cpp: Ways):
    """The second time the server has read the question already, and says so."""
    repeated = question("Not asked before.", cache_prompt=True)
    llama_cpp.through.post(CHAT, repeated)
    sent = new_id("real")
    usage = json.loads(llama_cpp.through.post(CHAT, repeated, sent).text)["usage"]
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    assert 0 < cached < usage["prompt_tokens"]
    same(llama_cpp.gateway.event(sent), **tokens(usage), cached_tokens=cached)


def test_stream_that_asked(llama_cpp: Ways):
    text, event = llama_cpp.same(CHAT, question(stream=True, stream_options={"include_usage": True}))
    usage = chunks(text)[-1]["usage"]
    assert usage["completion_tokens"] == LENGTH
    same(event, **tokens(usage), usage_source="upstream", outcome="completed", stream=True, finish_reason="length")


def test_stream_that_did_not_ask(llama_cpp: Ways):
    """The gateway asks, and keeps the answer to itself; the tokens are those that the client would have been told."""
    usage = json.loads(llama_cpp.direct.post(CHAT, question()).text)["usage"]
    text, event = llama_cpp.same(CHAT, question(stream=True), but_timings=True)
    assert all(chunk["choices"] and "usage" not in chunk for chunk in chunks(text))
    same(event, **tokens(usage), usage_source="upstream", outcome="completed", stream=True, finish_reason="length")


def test_timings_ride_on_the_last_chunk(llama_cpp: Ways):
    """The one thing that such a client misses, and why `METERING_STREAM_USAGE=passthrough` may be wanted; README.md."""
    asked = chunks(llama_cpp.direct.post(CHAT, question(stream=True, stream_options={"include_usage": True})).text)
    assert [bool(chunk["choices"]) for chunk in asked if "timings" in chunk] == [False]
    direct = chunks(llama_cpp.direct.post(CHAT, question(stream=True)).text)
    assert "timings" in direct[-1]
    assert "timings" not in chunks(llama_cpp.through.post(CHAT, question(stream=True)).text)[-1]


@pytest.mark.parametrize("more", [{}, {"stream_options": {"include_usage": True}}], ids=["not asked", "asked"])
def test_stream_of_a_server_that_tells_nobody(llama_cpp_python: Ways, more: dict):
    """It takes no notice of stream_options: nobody knows the tokens, and the event does not invent them."""
    text, event = llama_cpp_python.same(CHAT, question(stream=True, **more))
    assert all("usage" not in chunk for chunk in chunks(text))
    same(event, usage_source="missing", total_tokens=None, outcome="completed", stream=True, finish_reason="length",
         output_bytes=LENGTH)


def test_sdk_sees_the_same(ways: Ways):
    def answers(way: Way) -> list[str]:
        whole = way.sdk().chat.completions.create(**question())
        streamed = way.sdk().chat.completions.create(**question(stream=True))
        return [neutral(each.model_dump_json(), but_timings=True) for each in [whole, *streamed]]
    direct = answers(ways.direct)
    assert len(direct) > LENGTH and answers(ways.through) == direct


def test_stream_that_is_left(ways: Ways):
    """The server is free for the next one at once, though there was much to come."""
    sent = new_id("real")
    with ways.through.sdk().chat.completions.create(**question(stream=True, max_tokens=1900),
                                                    extra_headers={"X-LLM-Request-ID": sent}) as stream:
        next(each for each in stream if each.choices[0].delta.content)
    same(ways.gateway.event(sent), outcome="client_aborted", status_code=200, stream=True)
    assert ways.through.sdk().chat.completions.create(**question()).usage.completion_tokens == LENGTH


def test_tools(llama_cpp_python: Ways):
    """Made to call by a grammar, even a model that knows nothing calls."""
    named = {"type": "function", "function": {"name": "find_city"}}
    text, event = llama_cpp_python.same(CHAT, question(tools=[TOOL], tool_choice=named, max_tokens=500))
    answer = json.loads(text)
    [call] = answer["choices"][0]["message"]["tool_calls"]
    assert call["function"]["name"] == "find_city" and json.loads(call["function"]["arguments"])["sunny"] in (True, False)
    same(event, **tokens(answer["usage"]), finish_reason="tool_calls")


def test_structured_output(llama_cpp: Ways):
    schema = {"name": "answer", "schema": {"type": "object", "properties": {"sunny": {"type": "boolean"}},
                                           "required": ["sunny"], "additionalProperties": False}}
    text, event = llama_cpp.same(CHAT, question(response_format={"type": "json_schema", "json_schema": schema},
                                                max_tokens=1000))
    answer = json.loads(text)
    assert json.loads(answer["choices"][0]["message"]["content"])["sunny"] in (True, False)
    same(event, **tokens(answer["usage"]), finish_reason="stop")


def test_responses(llama_cpp: Ways):
    text, event = llama_cpp.same(RESPONSES, {"model": MODEL, "input": "Hello there.", "max_output_tokens": LENGTH,
                                             "temperature": 0})
    same(event, **tokens(json.loads(text)["usage"]), endpoint=RESPONSES, usage_source="upstream", outcome="completed")


@pytest.mark.parametrize("server", ["llama_cpp_embeddings", "llama_cpp_python"])
def test_embeddings(request: pytest.FixtureRequest, server: str):
    text, event = request.getfixturevalue(server).same(EMBEDDINGS, {"model": MODEL, "input": ["one", "two words"]})
    answer = json.loads(text)
    assert len(answer["data"]) == 2 and answer["usage"]["prompt_tokens"] >= len("onetwo words")
    same(event, **tokens(answer["usage"]), endpoint=EMBEDDINGS, usage_source="upstream", outcome="completed")


def test_errors(ways: Ways):
    text, event = ways.same(CHAT, question("word " * 2000))
    assert json.loads(text)["error"]["message"]
    assert event["status_code"] >= 400
    same(event, outcome="completed", usage_source="missing", total_tokens=None)
    assert ways.direct.post(CHAT, question()).status_code == 200
    with pytest.raises(openai.AuthenticationError):  # it does look at keys, and APP_KEY is none of its own
        Way(ways.direct.base, APP_KEY).sdk().chat.completions.create(**question())


def test_models(ways: Ways):
    def models(way: Way) -> list[str]:
        return [neutral(each.model_dump_json()) for each in way.sdk().models.list()]
    assert models(ways.through) == models(ways.direct) != []


def test_many_at_once(llama_cpp: Ways):
    """Four are served at a time, the others wait; each event has the tokens of its own answer."""
    def ask(number: int) -> tuple[str, dict]:
        sent = new_id("real")
        answer = llama_cpp.through.sdk().chat.completions.create(
            **question("x" * number), extra_headers={"X-LLM-Request-ID": sent})
        return sent, tokens(answer.usage.model_dump())
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(ask, range(1, 13)))
    assert len({seen["prompt_tokens"] for _, seen in answers}) == 12
    for sent, seen in answers:
        same(llama_cpp.gateway.event(sent), **seen)
