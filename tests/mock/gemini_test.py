# SPDX-License-Identifier: MIT
"""The mock as Gemini: contents, streams of events and of one array, counts, models."""

import base64
import json

import pytest

from support import wire
from support.native import GEMINI, GEMINI_FIELDS, GEMINI_TOOL, STREAMED, contents, gemini_events, gemini_target


def streamed(asked, behaviour: str = "", **more: object) -> list[dict]:
    response = asked.gemini_stream(contents(**more), behaviour)
    assert response.status == 200 and response.get("content-disposition") == "attachment"
    assert response.body.endswith(b"\r\n\r\n") and response.get("content-type").startswith("text/event-stream")
    return gemini_events(response.body)


def parts(events: list[dict]) -> list[dict]:
    return [part for event in events for candidate in event["candidates"]
            for part in candidate.get("content", {"parts": []})["parts"]]


def joined(found: list[dict]) -> list[dict]:
    """Texts of one kind become one part, signed as the last of them."""
    made: list[dict] = []
    for part in found:
        if made and "text" in part and "text" in made[-1] and part.get("thought") == made[-1].get("thought"):
            made[-1] = made[-1] | part | {"text": made[-1]["text"] + part["text"]}
        else:
            made.append(part)
    return made


def test_content(asked):
    body = asked.gemini(contents("one two", systemInstruction={"parts": [{"text": "be brief"}]}), "number=7").json()
    assert body["candidates"] == [{"content": {"parts": [{"text": "echo: one two"}], "role": "model"},
                                   "finishReason": "STOP", "index": 0}]
    assert (body["modelVersion"], body["responseId"]) == (GEMINI, "resp-mock-7")
    usage = body["usageMetadata"]
    assert (usage["promptTokenCount"], usage["candidatesTokenCount"], usage["totalTokenCount"]) == (7, 3, 10)


def test_usage_counts_on_with_each_event(asked):
    usages = [event["usageMetadata"] for event in streamed(asked, "thinking=1,usage=details")]
    assert [usage.get("candidatesTokenCount", 0) for usage in usages] == [0, 0, 0, 1, 2, 3]
    assert {usage["thoughtsTokenCount"] for usage in usages} == {3}
    assert {usage["cachedContentTokenCount"] for usage in usages} == {2}
    assert all(usage["totalTokenCount"] == usage["promptTokenCount"] + usage.get("candidatesTokenCount", 0) + 3
               for usage in usages)


@pytest.mark.parametrize("behaviour", ["", "thinking=1", "tools=1", "tools=1,calls=3,thinking=1,preface=1",
                                       "tools=1,no_arguments=1,call_ids=0,signs=0"])
def test_forms_say_the_same(asked, behaviour: str):
    behaviour = f"number=7,{behaviour}"
    tools = contents(tools=[GEMINI_TOOL])
    whole = asked.gemini(tools, behaviour).json()
    events = streamed(asked, behaviour, tools=[GEMINI_TOOL])
    array = asked.gemini(tools, behaviour, verb="streamGenerateContent")
    assert array.get("content-type").startswith("application/json") and len(array.chunks) > 1
    assert array.json() == events
    assert joined(parts(events)) == joined(whole["candidates"][0]["content"]["parts"])
    assert events[-1]["usageMetadata"] == whole["usageMetadata"]
    assert [event["candidates"][0].get("finishReason") for event in events][-2:].count("STOP") == 1


def test_several_candidates(asked):
    several = {"generationConfig": {"candidateCount": 3}}
    body = asked.gemini(contents(**several)).json()
    assert [each["index"] for each in body["candidates"]] == [0, 1, 2]
    events = streamed(asked, **several)
    assert {len(event["candidates"]) for event in events} == {3}
    assert body["usageMetadata"]["candidatesTokenCount"] == events[-1]["usageMetadata"]["candidatesTokenCount"] == 9


def test_only_the_first_call_is_signed(asked):
    calls = parts(streamed(asked, "tools=1,calls=3", tools=[GEMINI_TOOL]))
    assert [("thoughtSignature" in part) for part in calls] == [True, False, False]
    assert {part["functionCall"]["name"] for part in calls} == {"find_city"}


def test_finish_in_an_event_of_its_own(asked):
    *before, last = streamed(asked, "tools=1,finish_late=1", tools=[GEMINI_TOOL])
    assert "functionCall" in parts(before)[0] and "finishReason" not in before[-1]["candidates"][0]
    assert last["candidates"] == [{"finishReason": "STOP", "index": 0}]


def test_blocked_prompt(asked):
    for body in (asked.gemini(contents(), "block=SAFETY").json(), *streamed(asked, "block=SAFETY")):
        assert body["promptFeedback"] == {"blockReason": "SAFETY"} and "candidates" not in body


def test_counts_and_models(asked):
    assert asked.gemini(contents(), verb="countTokens").json() == {"totalTokens": 5}
    wrapped = {"generateContentRequest": {"model": f"models/{GEMINI}"} | contents()}
    assert asked.gemini(wrapped, verb="countTokens").status == 200
    for target, fields in (("/v1beta/models", []), ("/v1/models", GEMINI_FIELDS)):
        found = asked.ask("GET", target, fields or GEMINI_FIELDS).json()
        assert found["models"][0]["name"].startswith("models/gemini")
    first = asked.ask("GET", "/v1beta/models?pageSize=1", GEMINI_FIELDS).json()
    rest = asked.ask("GET", f"/v1beta/models?pageSize=9&pageToken={first['nextPageToken']}", GEMINI_FIELDS).json()
    assert [len(each["models"]) for each in (first, rest)] == [1, 1] and "nextPageToken" not in rest
    one = asked.ask("GET", f"/v1beta/models/{GEMINI}", GEMINI_FIELDS).json()
    assert one["name"] == f"models/{GEMINI}" and one["outputTokenLimit"] == 65536


@pytest.mark.parametrize("version", ["v1", "v1alpha", "v1beta"])
def test_versions(asked, version: str):
    assert asked.gemini(contents(), version=version).status == 200
    assert asked.gemini(contents(), version=version, verb="unknownVerb").json()["error"]["status"] == "NOT_FOUND"


@pytest.mark.parametrize("model", ["mock:status=503", "gemini-3-pro-mock:status=503", "mock%3Astatus=503"])
def test_behaviour_in_the_model(asked, model: str):
    assert asked.gemini(contents(), model=model).json()["error"]["status"] == "UNAVAILABLE"


CALL = {"functionCall": {"name": "find_city", "args": {"echo": "a"}}}
RETURNED = {"functionResponse": {"name": "find_city", "response": {"output": "rain"}}}
SKIP = "skip_thought_signature_validator"


def turns(*found: list[dict], **more: object) -> dict:
    return {"contents": [{"role": ("user", "model")[number % 2], "parts": each} for number, each in enumerate(found)]} | more


def config(**members: object) -> dict:
    return contents(generationConfig=members)


def declared(**members: object) -> dict:
    return contents(tools=[{"functionDeclarations": [{"name": "a"} | members]}])


REFUSED = {
    "unknown member": (contents(messages=[]), 'Unknown name "messages"'),
    "unknown member of the config": (config(max_tokens=1), 'Unknown name "max_tokens" at \'generation_config\''),
    "no contents": ({"contents": []}, "contents is not specified"),
    "role": ({"contents": [{"role": "assistant", "parts": [{"text": "a"}]}]}, "valid role: user, model"),
    "no parts": ({"contents": [{"role": "user", "parts": []}]}, "contents.parts must not be empty"),
    "empty text": (turns([{"text": ""}]), "required oneof field 'data'"),
    "two kinds": (turns([{"text": "a"} | CALL]), "required oneof field 'data'"),
    "unknown part": (turns([{"type": "text", "text": "a"}]), 'Unknown name "type"'),
    "args": (turns([{"text": "a"}], [{"functionCall": {"name": "b", "args": "{}"}}]), "function_call.args"),
    "base64": (turns([{"inlineData": {"mimeType": "image/png", "data": "A!"}}]), "Base64 decoding failed"),
    "call without response": (turns([{"text": "a"}], [CALL], [{"text": "b"}]), "number of function response parts"),
    "too few responses": (turns([{"text": "a"}], [CALL, CALL], [RETURNED]), "number of function response parts"),
    "response without call": (turns([RETURNED]), "immediately after a function call turn"),
    "response to another": (turns([{"text": "a"}], [CALL], [{"functionResponse": {"name": "b", "response": {}}}]),
                            "answers no function call"),
    "call at the start": ({"contents": [{"role": "model", "parts": [CALL]}]}, "immediately after a user turn"),
    "seed": (config(seed=2**31), "TYPE_INT32"),
    "stop sequences": (config(stopSequences=list("abcdef")), "at most 5"),
    "temperature": (config(temperature=2.5), "generation_config.temperature"),
    "both schemas": (config(responseSchema={}, responseJsonSchema={}, responseMimeType="application/json"), "Only one"),
    "schema without type": (config(responseJsonSchema={}), "response_mime_type"),
    "level of an older model": (config(thinkingConfig={"thinkingLevel": "low"}), "not supported for this model"),
    "name": (declared(name="1a"), "Invalid function name"),
    "keyword": (declared(parameters={"type": "OBJECT", "additionalProperties": False}), '"additionalProperties"'),
    "list of types": (declared(parameters={"type": ["string", "null"]}), "is no type"),
    "array without items": (declared(parameters={"type": "ARRAY"}), "items: missing field"),
    "mode": (contents(toolConfig={"functionCallingConfig": {"mode": "auto"}}), "function_calling_config.mode"),
    "names with auto": (contents(tools=[GEMINI_TOOL], toolConfig={"functionCallingConfig": {
        "mode": "AUTO", "allowedFunctionNames": ["find_city"]}}), "mode is ANY"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(asked, name: str):
    body, words = REFUSED[name]
    response = asked.gemini(body)
    error = response.json()["error"]
    assert (response.status, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT")
    assert words in error["message"], error
    assert asked.gemini(body, "check=0").status == 200


def test_newer_models(asked):
    def status(body: dict) -> int:
        return asked.gemini(body, model="gemini-3-pro").status

    assert status(config(thinkingConfig={"thinkingLevel": "low"})) == 200
    assert status(config(presencePenalty=1)) == 400
    unsigned = turns([{"text": "a"}], [CALL], [RETURNED])
    assert status(unsigned) == 400 and asked.gemini(unsigned).status == 200
    assert status(turns([{"text": "a"}], [CALL | {"thoughtSignature": SKIP}, CALL], [RETURNED] * 2)) == 200
    coded = base64.b64encode(SKIP.encode()).decode()
    assert status(turns([{"text": "a"}], [CALL | {"thoughtSignature": coded}], [RETURNED])) == 200
    assert status(turns([{"text": "a"}], [CALL | {"thoughtSignature": "Zm9v"}], [RETURNED])) == 400
    earlier = turns([{"text": "a"}], [CALL], [RETURNED], [{"text": "b"}], [{"text": "c"}])
    assert status(earlier) == 200


@pytest.mark.parametrize("kind, coded_status, plain_status", [
    ("any", 200, 200), ("coded", 200, 400), ("plain", 400, 200), ("none", 400, 400)])
def test_stand_ins_that_are_taken(asked, kind: str, coded_status: int, plain_status: int):
    coded = base64.b64encode(SKIP.encode()).decode()
    for signature, status in ((coded, coded_status), (SKIP, plain_status)):
        answer = asked.gemini(turns([{"text": "a"}], [CALL | {"thoughtSignature": signature}], [RETURNED]),
                              f"stand_in={kind}", model="gemini-3-pro")
        assert answer.status == status
        assert status == 200 or "Thought signature is not valid" in answer.json()["error"]["message"]


def test_own_signatures_are_good(asked):
    answer = asked.gemini(contents(tools=[GEMINI_TOOL]), "tools=1,calls=2", model="gemini-3-pro").json()
    called = answer["candidates"][0]["content"]["parts"]
    results = [{"functionResponse": {"name": "find_city", "id": part["functionCall"]["id"], "response": {"output": "x"}}}
               for part in called]
    again = turns([{"text": "hello there"}], called, results)
    assert asked.gemini(again, model="gemini-3-pro").status == 200
    signature = called[0]["thoughtSignature"]
    called[0]["thoughtSignature"] = signature.replace("+", "-").replace("/", "_")
    assert asked.gemini(again, model="gemini-3-pro").status == 200
    called[0]["functionCall"]["args"]["echo"] += "!"
    assert asked.gemini(again, model="gemini-3-pro").status == 400


def test_snake_case_is_understood(asked):
    body = contents(system_instruction={"parts": [{"text": "a b"}]}, generation_config={"max_output_tokens": 5})
    assert asked.gemini(body).json()["usageMetadata"]["promptTokenCount"] == 7


def test_hostile_bodies(asked):
    deep = b'{"contents":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    odd = [b"", b"[]", b"{", b'{"contents":1}', b'{"contents":[1,null,[]],"tools":{"a":1}}', deep,
           json.dumps(contents(tools=[1, {"functionDeclarations": [1]}])).encode()]
    for body in odd:
        for stream in ({}, STREAMED):
            response = wire.ask(asked.address, "POST", gemini_target(**stream), GEMINI_FIELDS, body)
            assert response.status == 400, body[:80]
    assert wire.ask(asked.address, "GET", "/healthz").status == 200
