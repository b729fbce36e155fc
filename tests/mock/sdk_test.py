# SPDX-License-Identifier: MIT
"""The official SDKs of Anthropic and Google take the mock for the real thing."""

import pytest

from support.gateway import new_id
from support.native import CLAUDE_TOOL, GEMINI, KEY

anthropic = pytest.importorskip("anthropic", reason="pip install -r tests/mock/requirements.txt")
genai = pytest.importorskip("google.genai", reason="pip install -r tests/mock/requirements.txt")
types, errors = genai.types, genai.errors

CLAUDE = "claude-sonnet-4-6"  # one that the SDK does not call deprecated
USER = [{"role": "user", "content": "one two"}]


def claude(asked, behaviour: str = "") -> "anthropic.Anthropic":
    headers = {"X-Mock": behaviour} if behaviour else {}
    return anthropic.Anthropic(base_url=asked.url, api_key=KEY, max_retries=0, default_headers=headers)


def gemini(asked, behaviour: str = "", version: str | None = None) -> "genai.Client":
    """To be kept as long as it is used: without its last reference it closes its connections."""
    headers = {"X-Mock": behaviour} if behaviour else {}
    return genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=asked.url, headers=headers, api_version=version))


def message(api, **more: object) -> "anthropic.types.Message":
    return api.messages.create(**{"model": CLAUDE, "max_tokens": 100, "messages": USER} | more)


def test_anthropic_message(asked):
    made = message(claude(asked, "usage=details"), system="be brief")
    assert made.content[0].text == "echo: one two" and made.stop_reason == "end_turn"
    assert (made.usage.input_tokens, made.usage.cache_read_input_tokens, made.usage.output_tokens) == (4, 2, 3)


@pytest.mark.parametrize("behaviour", ["", "thinking=1", "tools=1,calls=2,thinking=1,preface=1", "tools=1,no_arguments=1"])
def test_anthropic_stream(asked, behaviour: str):
    whole = message(claude(asked, f"number=7,{behaviour}"), tools=[CLAUDE_TOOL])
    with claude(asked, f"number=7,{behaviour}").messages.stream(
            model=CLAUDE, max_tokens=100, messages=USER, tools=[CLAUDE_TOOL]) as stream:
        assembled = stream.get_final_message()
    assert [block.model_dump(exclude={"parsed_output"}) for block in assembled.content] == [
        block.model_dump() for block in whole.content]
    assert (assembled.stop_reason, assembled.usage.output_tokens) == (whole.stop_reason, whole.usage.output_tokens)


def test_anthropic_loop_of_tools(asked):
    """What the SDK hands back of a turn is what the mock wants to see again."""
    api = claude(asked, "tools=1,thinking=1")
    first = message(api, tools=[CLAUDE_TOOL])
    results = [{"type": "tool_result", "tool_use_id": block.id, "content": "rain"}
               for block in first.content if block.type == "tool_use"]
    history = [*USER, {"role": "assistant", "content": first.content}, {"role": "user", "content": results}]
    assert message(api, tools=[CLAUDE_TOOL], messages=history).stop_reason == "end_turn"


def test_anthropic_others(asked):
    api = claude(asked)
    assert api.messages.count_tokens(model=CLAUDE, messages=USER).input_tokens == 5
    assert [model.type for model in api.models.list()] == ["model"] * 3
    assert api.models.retrieve("claude-opus-5-5").id == "claude-opus-5-5"


@pytest.mark.parametrize("status, kind", [(400, "BadRequestError"), (401, "AuthenticationError"), (429, "RateLimitError"),
                                          (404, "NotFoundError"), (500, "InternalServerError"), (529, "OverloadedError")])
def test_anthropic_errors(asked, status: int, kind: str):
    with pytest.raises(anthropic.APIStatusError) as raised:
        message(claude(asked, f"status={status}"))
    assert type(raised.value).__name__ == kind and raised.value.request_id.startswith("req_mock_")


def test_anthropic_error_in_a_stream(asked):
    for behaviour in ("error_first=1", "error_after=1"):
        with pytest.raises(anthropic.APIStatusError) as raised:
            list(message(claude(asked, behaviour), stream=True))
        assert raised.value.body["error"]["type"] == "overloaded_error"


@pytest.mark.parametrize("version", [None, "v1beta"])
def test_gemini_content(asked, version: str | None):
    api = gemini(asked, version=version)
    made = api.models.generate_content(model=GEMINI, contents="one two")
    assert made.text == "echo: one two" and made.candidates[0].finish_reason == "STOP"
    assert made.usage_metadata.total_token_count == 8


def test_gemini_stream(asked):
    api = gemini(asked, "thinking=1")
    chunks = list(api.models.generate_content_stream(model=GEMINI, contents="one two"))
    shown = [part for chunk in chunks for part in chunk.candidates[0].content.parts]
    assert "".join(part.text for part in shown if not part.thought) == "echo: one two"
    assert chunks[-1].usage_metadata.thoughts_token_count == 3


def test_gemini_chat_with_tools(asked):
    """The SDK calls the function, and its second request, signatures and all, passes the mock's checks."""
    called = []

    def find_city(echo: str) -> str:
        """Finds a city."""
        called.append(echo)
        return "rain"

    api = gemini(asked, "tools=1,calls=2")
    chat = api.chats.create(model="gemini-3-pro", config=types.GenerateContentConfig(
        tools=[find_city], system_instruction="be brief"))
    assert chat.send_message("one two").text == "echo: one two" and called == ["one two"] * 2
    assert chat.send_message("three").text == "echo: three"


def test_gemini_others(asked):
    api = gemini(asked)
    assert api.models.count_tokens(model=GEMINI, contents="one two").total_tokens == 5
    assert [model.name for model in api.models.list()][0].startswith("models/gemini")
    assert api.models.get(model=GEMINI).output_token_limit == 65536


@pytest.mark.parametrize("behaviour, status", [("status=429", "RESOURCE_EXHAUSTED"), ("status=503", "UNAVAILABLE")])
def test_gemini_errors(asked, behaviour: str, status: str):
    api = gemini(asked, behaviour)
    with pytest.raises(errors.APIError) as raised:
        api.models.generate_content(model=GEMINI, contents="a")
    assert raised.value.status == status


def test_gemini_error_in_a_stream(asked):
    for behaviour in ("error_first=1", "error_after=1"):
        api = gemini(asked, behaviour)
        with pytest.raises(errors.APIError) as raised:
            list(api.models.generate_content_stream(model=GEMINI, contents="a"))
        assert raised.value.code == 503


def test_gate_holds_a_stream(asked):
    gate = new_id("gate")
    seen = ""
    api = gemini(asked, f"gate={gate}")
    for chunk in api.models.generate_content_stream(model=GEMINI, contents="one two"):
        seen += chunk.text
        if seen == "echo:":
            asked.mock.release(gate)
    assert seen == "echo: one two"
