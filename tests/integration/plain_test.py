# SPDX-License-Identifier: MIT
"""Plain exchanges: what the client gets, what the upstream saw, and what the metering event says."""

import hashlib
import json
import re

import pytest

from support.event import same
from support.gateway import APP_KEY, Gateway, chat, new_id
from support.process import wait_until
from support.wire import request


def test_chat_completion(gateway: Gateway):
    body = chat("one two three")
    response, event = gateway.post(body)

    assert (response.status, response.reason) == (200, "OK")
    answer = response.json()
    assert answer["choices"][0]["message"]["content"] == "echo: one two three"
    assert answer["usage"] == {"prompt_tokens": 6, "completion_tokens": 4, "total_tokens": 10}
    assert response.request_id == event["request_id"]

    seen = gateway.mock.request(event["request_id"])
    assert (seen["method"], seen["target"], seen["body"]) == ("POST", "/v1/chat/completions", body.decode())

    same(event, tenant="default", app_key="sha256:" + hashlib.sha256(APP_KEY.encode()).hexdigest()[:12],
         model="gpt-4o-mini-2024-07-18", request_model="gpt-4o-mini", prompt_tokens=6, completion_tokens=4,
         total_tokens=10, usage_source="upstream", status_code=200, outcome="completed", stream=False,
         endpoint="/v1/chat/completions", request_bytes=len(body), response_bytes=len(response.body),
         captured_bytes=len(response.body), capture_truncated=False, finish_reason="stop",
         upstream_request_id=response.get("x-request-id"))
    assert 0 < event["ttft_ms"] <= event["latency_ms"]


def test_details_of_usage(gateway: Gateway):
    _, event = gateway.post(chat(), mock="usage=details")
    same(event, cached_tokens=2, reasoning_tokens=1, usage_source="upstream", prompt_tokens=5, completion_tokens=3)


@pytest.mark.parametrize("place", ["none", "null"])
def test_absent_usage_is_missing_and_not_zero(gateway: Gateway, place: str):
    _, event = gateway.post(chat(), mock=f"usage={place}")
    same(event, usage_source="missing", prompt_tokens=None, completion_tokens=None, total_tokens=None,
         cached_tokens=None, reasoning_tokens=None, outcome="completed", status_code=200)


@pytest.mark.parametrize("place", ["first", "x_groq"])
def test_usage_in_other_places(gateway: Gateway, place: str):
    _, event = gateway.post(chat(), mock=f"usage={place}")
    same(event, usage_source="upstream", prompt_tokens=5, completion_tokens=3, total_tokens=8)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_upstream_errors_pass_untouched(gateway: Gateway, status: int):
    response, event = gateway.post(chat(), mock=f"status={status}")
    assert response.status == status
    assert list(response.json()["error"]) == ["message", "type", "param", "code"]
    same(event, status_code=status, outcome="completed", usage_source="missing", model="gpt-4o-mini",
         response_bytes=len(response.body))
    if status == 429:
        assert response.get("retry-after-ms") and response.values("x-ratelimit-limit-requests")


@pytest.mark.parametrize("target,body", [
    ("/v1/completions", {"model": "m", "prompt": "one two"}),
    ("/v1/embeddings", {"model": "m", "input": "one two"}),
    ("/v1/responses", {"model": "m", "input": "one two"}),
])
def test_other_endpoints_are_forwarded_and_metered(gateway: Gateway, target: str, body: dict):
    response, event = gateway.post(json.dumps(body).encode(), target=target)
    assert response.status == 200
    same(event, endpoint=target, status_code=200, outcome="completed", request_model="m")


def test_models_list_without_key(gateway: Gateway):
    request_id = new_id()
    response = gateway.proxy.ask("GET", "/v1/models?limit=3&q=%2Fa", [("X-LLM-Request-ID", request_id)])
    assert response.status == 200 and response.json()["object"] == "list"
    assert gateway.mock.request(request_id)["target"] == "/v1/models?limit=3&q=%2Fa"
    same(gateway.event(request_id), app_key="", endpoint="/v1/models", request_model="", usage_source="missing",
         request_bytes=0, status_code=200, outcome="completed", stream=False, finish_reason=None)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_is_forwarded(gateway: Gateway, method: str):
    request_id = new_id()
    response = gateway.proxy.ask(method, "/v1/other/thing", [("X-LLM-Request-ID", request_id)])
    assert gateway.mock.request(request_id)["method"] == method
    same(gateway.event(request_id), status_code=response.status, endpoint="/v1/other/thing")


@pytest.mark.parametrize("fields,app_key", [
    ([("Authorization", "Bearer one")], "one"),
    ([("Authorization", "bearer one")], "one"),
    ([("api-key", "two")], "two"),
    ([("x-api-key", "three")], "three"),
])
def test_app_key_is_a_fingerprint(gateway: Gateway, fields: list, app_key: str):
    request_id = new_id()
    gateway.proxy.ask("POST", "/v1/chat/completions", fields + [("X-LLM-Request-ID", request_id)], chat())
    same(gateway.event(request_id), app_key="sha256:" + hashlib.sha256(app_key.encode()).hexdigest()[:12])


@pytest.mark.parametrize("fields,tenant", [
    ([("X-LLM-Tenant", "acme")], "acme"),
    ([("X-Tenant", "beta")], "beta"),
    ([("X-Tenant", "beta"), ("X-LLM-Tenant", "acme")], "acme"),
    ([("X-LLM-Tenant", ""), ("X-Tenant", "beta")], "beta"),
    ([("X-LLM-Tenant", "two words"), ("X-Tenant", "beta")], "beta"),
    ([("X-LLM-Tenant", "a" * 128)], "a" * 128),
    ([("X-LLM-Tenant", "a" * 129)], "default"),
    ([("X-LLM-Tenant", "m\xfcller")], "default"),
    ([("X-LLM-Tenant", 'quo"te\\')], 'quo"te\\'),
    ([], "default"),
])
def test_tenant(gateway: Gateway, fields: list, tenant: str):
    _, event = gateway.post(chat(), fields)
    same(event, tenant=tenant)
    names = {name.lower() for name, _ in gateway.mock.request(event["request_id"])["fields"]}
    assert not names & {"x-llm-tenant", "x-tenant"}


@pytest.mark.parametrize("given", ["a", "req_42", "A.b_c-9", "x" * 128])
def test_request_id_of_the_client_is_kept(gateway: Gateway, given: str):
    response = gateway.proxy.ask("POST", "/v1/chat/completions", [("X-LLM-Request-ID", given)], chat())
    assert response.request_id == given
    gateway.wait_for_events(1, lambda event: event["request_id"] == given)


@pytest.mark.parametrize("given", [None, "", "two words", "x" * 129, "sl/ash", "\xe4"])
def test_request_id_is_made_where_none_is_good(gateway: Gateway, given: str | None):
    fields = [] if given is None else [("X-LLM-Request-ID", given)]
    response = gateway.proxy.ask("POST", "/v1/chat/completions", fields, chat())
    assert re.fullmatch(r"req_[0-9a-f]{32}", response.request_id)
    gateway.event(response.request_id)


@pytest.mark.parametrize("target", ["/", "/v2/chat/completions", "/v1x", "/metrics", "/readyz", "/favicon.ico",
                                    "//v1/models", "/V1/models"])
def test_other_paths_are_404(gateway: Gateway, target: str):
    request_id = new_id("lost")
    response = gateway.proxy.ask("GET", target, [("X-LLM-Request-ID", request_id)])
    assert response.status == 404 and response.request_id == request_id
    assert response.error["type"] == "invalid_request_error" and response.error["code"] == "unknown_url"
    marker = new_id()  # what comes after it is metered, it is not
    gateway.proxy.ask("GET", "/v1/models", [("X-LLM-Request-ID", marker)])
    gateway.event(marker)
    assert gateway.collector.events(request_id) == []
    assert gateway.mock.requests(request_id) == []


def test_healthz_on_the_traffic_port(gateway: Gateway):
    response = gateway.proxy.ask("GET", "/healthz")
    assert response.status == 200 and response.request_id
    assert gateway.proxy.ask("HEAD", "/healthz").status == 200
    refused = gateway.proxy.ask("POST", "/healthz", body=b"")
    assert refused.status == 405 and refused.error["code"] == "method_not_allowed"


@pytest.mark.parametrize("suffix,seen", [
    ("", "/v1/models"), ("/", "/v1/models"), ("/v1", "/v1/models"), ("/v1/", "/v1/models"),
    ("/some/prefix", "/some/prefix/v1/models"), ("/some/prefix/v1", "/some/prefix/v1/models"),
    ("/prefix/", "/prefix/v1/models"),
])
def test_base_url(factory, gateway: Gateway, suffix: str, seen: str):
    proxy = factory.proxy(gateway.mock.url + suffix, None)
    request_id = new_id()
    proxy.ask("GET", "/v1/models", [("X-LLM-Request-ID", request_id)])
    assert gateway.mock.request(request_id)["target"] == seen


def test_connection_is_kept_and_each_request_has_one_event(gateway: Gateway):
    ids = [new_id("kept") for _ in range(20)]
    with gateway.proxy.connect() as connection:
        for each in ids:
            connection.send(request("POST", "/v1/chat/completions", [("X-LLM-Request-ID", each)], chat(each)))
            response = connection.read_response()
            assert response.json()["choices"][0]["message"]["content"] == f"echo: {each}"
            assert response.request_id == each
    for each in ids:
        gateway.event(each)
    wait_until(lambda: len({event["event_id"] for event in gateway.collector.events()})
               == len(gateway.collector.events()), "distinct event ids")
