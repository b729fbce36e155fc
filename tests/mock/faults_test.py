# SPDX-License-Identifier: MIT
"""Errors, cuts and silences in each dialect's form, each asked for by the request that meets them."""

import json
import time

import pytest

from support import wire
from support.gateway import Factory, chat
from support.native import (ANTHROPIC_FIELDS, AZURE_FIELDS, GEMINI_FIELDS, KEY, STREAMED, anthropic_events, contents,
                            gemini_events, gemini_target, message)

ANTHROPIC = {400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error",
             404: "not_found_error", 409: "conflict_error", 413: "request_too_large", 429: "rate_limit_error",
             500: "api_error", 503: "overloaded_error", 504: "timeout_error", 529: "overloaded_error"}
GEMINI = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
          429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED"}
AZURE = {401: "401", 404: "DeploymentNotFound", 429: "429", 500: "InternalServerError"}


@pytest.mark.parametrize("status", ANTHROPIC)
def test_anthropic_statuses(asked, status: int):
    response = asked.anthropic(message(), f"status={status}")
    assert response.status == status and response.json()["error"]["type"] == ANTHROPIC[status]
    assert response.values("retry-after") == (["1"] if status == 429 else [])


@pytest.mark.parametrize("status", GEMINI)
def test_gemini_statuses(asked, status: int):
    response = asked.gemini(contents(), f"status={status}")
    error = response.json()["error"]
    assert (response.status, error["code"], error["status"]) == (status, status, GEMINI[status])


@pytest.mark.parametrize("status", AZURE)
def test_azure_statuses(asked, status: int):
    response = asked.azure({"messages": []}, f"status={status}")
    assert response.status == status and response.json()["error"]["code"] == AZURE[status]


def delay_of(response: wire.Response) -> str | None:
    details = response.json()["error"].get("details", [])
    return next((each["retryDelay"] for each in details if each["@type"].endswith("RetryInfo")), None)


def test_waits(asked):
    assert [delay_of(asked.gemini(contents(), f"status=429{more}")) for more in ("", ",retry=60", ",retry=0")] == [
        "1s", "60s", None]
    assert asked.anthropic(message(), "status=429,retry=60").get("retry-after") == "60"
    assert asked.anthropic(message(), "status=429,retry=0").get("retry-after") is None
    azure = asked.azure({"messages": []}, "status=429,retry=2")
    assert (azure.get("retry-after"), azure.get("retry-after-ms")) == ("2", "2000")
    openai = wire.ask(asked.address, "POST", "/v1/chat/completions", [("X-Mock", "status=429")], chat())
    assert (openai.get("retry-after"), openai.get("retry-after-ms")) == ("1", "10")


def test_fails_first(asked):
    statuses = [asked.anthropic(message(), "fail_first=2,status=529,key=faults").status for _ in range(3)]
    assert statuses == [529, 529, 200]


def test_error_as_first_event(asked):
    event, = anthropic_events(asked.anthropic(message(stream=True), "error_first=1").body)
    assert event["type"] == "error" and event["error"]["type"] == "overloaded_error"
    event, = gemini_events(asked.gemini_stream(contents(), "error_first=1,error=429").body)
    assert event["error"]["status"] == "RESOURCE_EXHAUSTED"
    array = asked.gemini(contents(), "error_first=1", verb="streamGenerateContent").json()
    assert array[0]["error"]["status"] == "UNAVAILABLE"
    openai = wire.ask(asked.address, "POST", "/v1/chat/completions", [("X-Mock", "error_first=1")], chat(stream=True))
    assert json.loads(openai.body.removeprefix(b"data: "))["error"]["type"] == "server_error"


def test_error_in_the_middle(asked):
    *before, last = anthropic_events(asked.anthropic(message(stream=True), "error_after=2,error=500").body)
    assert [event["type"] for event in before][-2:] == ["content_block_delta"] * 2
    assert last["error"]["type"] == "api_error"
    *before, last = gemini_events(asked.gemini_stream(contents(), "error_after=2").body)
    assert len(before) == 2 and last["error"]["code"] == 503
    array = asked.gemini(contents(), "error_after=2", verb="streamGenerateContent").json()
    assert [("error" in each) for each in array] == [False, False, True]


def cut_body(asked, ask, behaviour: str) -> bytes:
    with pytest.raises(wire.Cut) as cut:
        ask(behaviour)
    return cut.value.body


def test_cut_after_every_event(asked):
    whole = anthropic_events(asked.anthropic(message(stream=True), "number=7,thinking=1").body)
    for count in range(len(whole) + 1):
        body = cut_body(asked, lambda wish: asked.anthropic(message(stream=True), wish),
                        f"number=7,thinking=1,cut_events={count}")
        assert anthropic_events(body) == whole[:count]
    whole = gemini_events(asked.gemini_stream(contents(), "number=7").body)
    for count in range(len(whole) + 1):
        body = cut_body(asked, lambda wish: asked.gemini_stream(contents(), wish), f"number=7,cut_events={count}")
        assert gemini_events(body) == whole[:count]


def test_no_answer_at_all(asked):
    assert cut_body(asked, lambda wish: asked.anthropic(message(), wish), "cut=head") == b""


def test_silence(asked):
    for target, fields, body in (("/v1/messages", ANTHROPIC_FIELDS, message(stream=True)),
                                 (gemini_target(**STREAMED), GEMINI_FIELDS, contents())):
        for option, where in (("delay", "head"), ("head_gap", "event"), ("gap", "second")):
            with wire.Connection(asked.address) as connection:
                sent = time.monotonic()
                connection.send(wire.request("POST", target, fields + [("X-Mock", f"{option}=200")],
                                             json.dumps(body).encode()))
                head = (connection.read_head(), time.monotonic() - sent)[1]
                event = (connection.read_chunk(), time.monotonic() - sent)[1]
                while connection.read_chunk():
                    pass
                end = time.monotonic() - sent
            assert [head >= 0.2, event >= 0.2, end >= 0.2] == {
                "head": [True] * 3, "event": [False, True, True], "second": [False, False, True]}[where]


CALLS = {
    "anthropic": ("/v1/messages", ANTHROPIC_FIELDS, message(), "x-api-key"),
    "gemini": (gemini_target(), GEMINI_FIELDS, contents(), "x-goog-api-key"),
    "azure": ("/openai/v1/chat/completions", AZURE_FIELDS, {"messages": []}, "api-key"),
    "openai": ("/v1/chat/completions", [("authorization", f"Bearer {KEY}")], {"messages": []}, "authorization"),
}


@pytest.mark.parametrize("dialect", CALLS)
def test_credentials(factory: Factory, asked, dialect: str):
    target, fields, body, own = CALLS[dialect]
    rest = [each for each in fields if each[0] != own]
    wrong = [(own, "Bearer other" if own == "authorization" else "other")]

    def status(sent: wire.Fields, behaviour: str = f"keys={KEY}", query: str = "") -> int:
        return asked.ask("POST", target + query, sent, body, behaviour).status

    assert status(fields) == 200
    assert status(rest) == (403 if dialect == "gemini" else 401)
    assert status(rest + wrong) == (400 if dialect == "gemini" else 401)
    assert status(fields, query=f"?key={KEY}") == 401
    assert status(rest, "") == {"gemini": 403, "openai": 200}.get(dialect, 401)
    for other in {"authorization", "x-api-key", "api-key", "x-goog-api-key"} - {own}:
        assert status(fields + [(other, "leaked")]) == 401, other
    assert status(rest, "check=0") == 200


def test_credentials_of_all_requests(factory: Factory, asked):
    strict = factory.mock(keys=KEY)
    body = json.dumps(message()).encode()
    assert wire.ask(strict.address, "POST", "/v1/messages", ANTHROPIC_FIELDS, body).status == 200
    refused = wire.ask(strict.address, "POST", "/v1/messages", ANTHROPIC_FIELDS[1:] + [("x-api-key", "other")], body)
    assert refused.status == 401 and b"other" not in refused.body
    assert wire.ask(strict.address, "POST", "/v1/chat/completions", [], chat()).status == 401
