# SPDX-License-Identifier: MIT
"""The official SDKs of Anthropic, Google, OpenAI and Azure through the gateway, with a base URL and nothing else."""

import json

import anthropic
import openai
import pytest
from google import genai
from google.genai import types

from support.gateway import new_id
from support.native import CLAUDE, CLAUDE_TOOL, GEMINI
from support.process import wait_until

USER = [{"role": "user", "content": "one two"}]
TOOL = {"type": "function", "function": {"name": "find_city", "parameters": {
    "type": "object", "properties": {"echo": {"type": "string"}}}}}


def headers(behaviour: str = "") -> dict[str, str]:
    return {"X-LLM-Request-ID": new_id()} | ({"X-Mock": behaviour} if behaviour else {})


def event_of(providers, sent: dict[str, str]) -> dict:
    [event] = wait_until(lambda: providers.collector.events(sent["X-LLM-Request-ID"]), "the event")
    return event


def calls_of(made) -> list[tuple[str, dict]]:
    return [(each.function.name, json.loads(each.function.arguments)) for each in made.choices[0].message.tool_calls or []]


def openai_client(providers) -> openai.OpenAI:
    return openai.OpenAI(base_url=providers.proxy.url + "/v1", api_key="of-client", max_retries=0)


@pytest.mark.parametrize("credentials", [{"api_key": "of-client"}, {"auth_token": "of-client"}])
def test_anthropic(providers, credentials: dict):
    client = anthropic.Anthropic(base_url=providers.proxy.url, max_retries=0, **credentials)
    sent = headers()
    made = client.messages.create(model=CLAUDE, max_tokens=100, messages=USER, extra_headers=sent)
    assert made.content[0].text == "echo: one two"
    event = event_of(providers, sent)
    assert (event["provider"], event["total_tokens"]) == ("anthropic", made.usage.input_tokens + made.usage.output_tokens)
    sent = headers("tools=1,calls=2")
    with client.messages.stream(model=CLAUDE, max_tokens=100, messages=USER, tools=[CLAUDE_TOOL],
                                extra_headers=sent) as stream:
        final = stream.get_final_message()
    assert [block.type for block in final.content].count("tool_use") == 2
    assert event_of(providers, sent)["completion_tokens"] == final.usage.output_tokens
    assert client.messages.count_tokens(model=CLAUDE, messages=USER).input_tokens > 0
    with pytest.raises(anthropic.APIStatusError) as raised:
        client.messages.create(model=CLAUDE, max_tokens=1, messages=USER, extra_headers=headers("status=529"))
    assert raised.value.status_code == 529


@pytest.mark.parametrize("version", [None, "v1", "v1beta"])
def test_google(providers, version: str | None):
    sent = headers()
    client = genai.Client(api_key="of-client", http_options=types.HttpOptions(
        base_url=providers.proxy.url, headers=sent, api_version=version))
    made = client.models.generate_content(model=GEMINI, contents="one two")
    assert made.text == "echo: one two"
    event = event_of(providers, sent)
    assert (event["provider"], event["total_tokens"]) == ("gemini", made.usage_metadata.total_token_count)
    assert event["request_model"] == GEMINI
    pieces = list(client.models.generate_content_stream(model=GEMINI, contents="one two"))
    assert "".join(each.text or "" for each in pieces) == "echo: one two"


def test_azure(providers):
    client = openai.AzureOpenAI(azure_endpoint=providers.proxy.url, api_key="of-client", api_version="2024-10-21",
                                max_retries=0)
    sent = headers() | {"X-LLM-Provider": "azure"}
    made = client.chat.completions.create(model="gpt-4o", messages=USER, extra_headers=sent)
    assert made.choices[0].message.content == "echo: one two"
    assert event_of(providers, sent)["provider"] == "azure"
    text = ""
    for chunk in client.chat.completions.create(model="gpt-4o", messages=USER, stream=True,
                                                extra_headers={"X-LLM-Provider": "azure"}):
        text += "".join(choice.delta.content or "" for choice in chunk.choices)
    assert text == "echo: one two"
    made = openai_client(providers).chat.completions.create(model="azure/gpt-4o", messages=USER)
    assert made.choices[0].message.content == "echo: one two"


@pytest.mark.parametrize("model", [CLAUDE, GEMINI])
@pytest.mark.parametrize("behaviour", ["", "thinking=1", "tools=1,calls=2", "tools=1,no_arguments=1"])
def test_translated(providers, model: str, behaviour: str):
    client, sent = openai_client(providers), headers(behaviour)
    more = {"tools": [TOOL]} if "tools" in behaviour else {}
    whole = client.chat.completions.create(model=model, messages=USER, extra_headers=sent, **more)
    event = event_of(providers, sent)
    assert event["translated"] == ("anthropic" if model == CLAUDE else "gemini")
    assert (event["prompt_tokens"], event["completion_tokens"]) == (whole.usage.prompt_tokens, whole.usage.completion_tokens)
    sent = headers(behaviour)
    with client.chat.completions.stream(model=model, messages=USER, extra_headers=sent,
                                        stream_options={"include_usage": True}, **more) as stream:
        final = stream.get_final_completion()
    assert (final.choices[0].message.content or "") == (whole.choices[0].message.content or "")
    assert final.choices[0].finish_reason == whole.choices[0].finish_reason
    calls = calls_of(whole)
    assert calls_of(final) == calls
    assert len(calls) == (2 if "calls=2" in behaviour else 1 if behaviour.startswith("tools") else 0)
    assert final.usage.total_tokens == event_of(providers, sent)["total_tokens"]


@pytest.mark.parametrize("model", [CLAUDE, GEMINI])
def test_loop_of_tools(providers, model: str):
    """Three turns, and what the client hands back is what the provider wants to see again."""
    client, messages = openai_client(providers), list(USER)
    for _ in range(3):
        made = client.chat.completions.create(model=model, messages=messages, tools=[TOOL],
                                              extra_headers=headers("tools=1,calls=2,thinking=1"))
        turn = made.choices[0].message
        messages.append(turn.model_dump(exclude_none=True))
        messages += [{"role": "tool", "tool_call_id": each.id, "content": "rain"} for each in turn.tool_calls or []]
        messages.append({"role": "user", "content": "and now?"})
