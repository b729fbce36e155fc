# SPDX-License-Identifier: MIT
"""Keys for some models only: wherever the request names the model, and however somebody tries to hide it."""

import gzip
import json
import pathlib

import pytest

from support.event import same
from support.gateway import Factory, chat
from support.keys import bearer, entry, open_gateway, results, write_keys
from support.process import wait_until
from support.scripted import reply
from support.targets import Targets, targets
from support.wire import Fields, Response, request

JSON = [("Content-Type", "application/json")]
KEY = bearer("some")
MODELS = ["gpt-4o*", "text-embedding-3-small", "a/named", "claude-x", "gemini-x"]


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return write_keys(tmp_path / "keys.yaml", entry("some", models=MODELS), entry("all"))


def ask(proxy, body: bytes, fields: Fields | None = None, target: str = "/v1/chat/completions", **more: object) -> Response:
    return proxy.ask("POST", target, KEY + (JSON if fields is None else fields), body, **more)


def is_not_allowed(response: Response, model: str) -> None:
    assert response.status == 403, response
    assert response.error == {"type": "invalid_request_error", "code": "model_not_allowed", "param": None,
                              "message": f"This key may not be used for the model `{model}`."}


def is_not_told(response: Response) -> None:
    assert response.status == 400 and response.error["code"] == "malformed_request", response


def form(*fields: tuple[str, str], boundary: str = "b", end: str = "--\r\n") -> tuple[Fields, bytes]:
    parts = "".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                    for name, value in fields)
    return [("Content-Type", f"multipart/form-data; boundary={boundary}")], (parts + f"--{boundary}{end}").encode()


def test_which_are_allowed(factory: Factory, path: pathlib.Path):
    gateway = open_gateway(factory, path)
    for model in ("gpt-4o", "gpt-4o-mini", "text-embedding-3-small"):
        assert ask(gateway.proxy, chat(model=model)).status == 200, model
    for model in ("gpt-4", "GPT-4o", "openai/gpt-4o", "text-embedding-3-small2", "o3", "gpt\\u20114o", "x" * 128):
        is_not_allowed(ask(gateway.proxy, chat(model=model)), model)
    is_not_allowed(ask(gateway.proxy, chat(model="gpt-4o" + "x" * 200)), "gpt-4o" + "x" * 122)
    assert gateway.proxy.ask("POST", "/v1/chat/completions", bearer("all") + JSON, chat(model="o3")).status == 200
    assert results(gateway.proxy) == {"accepted": 4, "model_not_allowed": 8}
    assert len(gateway.mock.requests()) == 4


def test_requests_without_a_body_pass(factory: Factory, path: pathlib.Path):
    gateway = open_gateway(factory, path)
    for method, target, body in (("GET", "/v1/models", None), ("HEAD", "/v1/models", None), ("DELETE", "/v1/files/f", None),
                                 ("POST", "/v1/responses/r/cancel", b"")):
        gateway.proxy.ask(method, target, KEY, body)
    wait_until(lambda: len(gateway.mock.requests()) == 4, "the requests at the upstream")
    assert results(gateway.proxy) == {"accepted": 4}


def test_the_last_byte_of_a_large_body(factory: Factory, path: pathlib.Path):
    """Nothing goes upstream before the model is known, though it comes last and the rest comes in pieces."""
    gateway = open_gateway(factory, path)
    for model, status in (("gpt-4o", 200), ("o3", 403)):
        body = b'{"messages":[{"role":"user","content":"%b"}],"model":"%b"}' % (b"x" * 900_000, model.encode())
        assert ask(gateway.proxy, body).status == status
        assert ask(gateway.proxy, None, chunks=[body[at:at + 65_536] for at in range(0, len(body), 65_536)]).status == status
        with gateway.proxy.connect() as connection:
            whole = request("POST", "/v1/chat/completions", KEY + JSON, body)
            connection.send(whole[:-3])
            before = len(gateway.mock.requests())
            connection.send(whole[-3:])
            assert connection.read_response().status == status
            assert len(gateway.mock.requests()) == before + (status == 200)
    assert len(gateway.mock.requests()) == 3


@pytest.mark.parametrize("body", [
    b'{"model":"gpt-4o","model":"o3"}', b'{"model":"o3","model":"gpt-4o"}', b'{"model":"gpt-4o","mod\\u0065l":"o3"}',
    b'{"model":"gpt-4o","Model":"o3"}', b'{"MODEL":"gpt-4o"}', b'{"model":"gpt-4o","x":NaN,"model":"o3"}',
    b'{"model":"gpt-4o"', b'{"model":"gpt-4o",}', b'\xef\xbb\xbf{"model":"gpt-4o"}', b'[{"model":"gpt-4o"}]',
    b'{"model":["gpt-4o"]}', b'{"model":null}', b'{"model":""}', b'{"x":{"model":"gpt-4o"}}', b'{}', b'x', b'"gpt-4o"',
    '{"model":"gpt-4o"}'.encode("utf-16"), b'{"model":"gpt-4o" /* */,"model":"o3"}', b"{'model':'gpt-4o'}",
    gzip.compress(b'{"model":"gpt-4o"}', mtime=0),
])
def test_a_model_that_not_all_read_alike(factory: Factory, path: pathlib.Path, body: bytes):
    gateway = open_gateway(factory, path)
    is_not_told(ask(gateway.proxy, body))
    is_not_told(ask(gateway.proxy, None, chunks=[body]))
    assert results(gateway.proxy) == {"model_not_allowed": 2} and not gateway.mock.requests()


def test_coded_bodies_and_types_that_differ(factory: Factory, path: pathlib.Path):
    gateway = open_gateway(factory, path)
    coded = gzip.compress(chat(model="gpt-4o"))
    is_not_told(ask(gateway.proxy, coded, JSON + [("Content-Encoding", "gzip")]))
    is_not_told(ask(gateway.proxy, chat(model="gpt-4o"), JSON + [("Content-Encoding", "br")]))
    is_not_told(ask(gateway.proxy, chat(model="gpt-4o"), JSON + [("Content-Type", "multipart/form-data; boundary=b")]))
    assert ask(gateway.proxy, chat(model="gpt-4o"), JSON + [("Content-Encoding", "identity")]).status == 200
    assert gateway.proxy.ask("POST", "/v1/chat/completions", bearer("all") + [("Content-Encoding", "gzip")], coded).status != 403


def test_forms(factory: Factory, path: pathlib.Path):
    gateway = open_gateway(factory, path)
    target = "/v1/audio/transcriptions"
    fields, body = form(("file", "x"), ("model", "gpt-4o-transcribe"))
    assert ask(gateway.proxy, body, fields, target).status not in (400, 401, 403)
    fields, body = form(("model", "whisper-1"))
    is_not_allowed(ask(gateway.proxy, body, fields, target), "whisper-1")
    for fields, body in (form(("file", "x")), form(("model", "gpt-4o"), ("model", "whisper-1")),
                         form(("model", "gpt-4o"), end=" \r\n"), form(("model", "gpt-4o"), end="")):
        is_not_told(ask(gateway.proxy, body, fields, target))
    fields, body = form(("model", "gpt-4o"), ("model", "whisper-1"))
    is_not_told(ask(gateway.proxy, b'{"model":"gpt-4o"}\r\n' + body, fields, target))


def test_streams_and_injection(factory: Factory, path: pathlib.Path):
    gateway = open_gateway(factory, path, METERING_STREAM_USAGE="inject")
    gateway.fields = lambda request_id, mock="": KEY + JSON + [("X-LLM-Request-ID", request_id)]
    response, event = gateway.post(chat(model="gpt-4o", stream=True))
    assert response.status == 200 and response.body.endswith(b"data: [DONE]\n\n")
    same(event, key_id="some", usage_source="upstream", request_model="gpt-4o")
    is_not_allowed(ask(gateway.proxy, chat(model="o3", stream=True)), "o3")


def test_metering_that_looks_at_nothing_still_lets_keys_be_checked(factory: Factory, path: pathlib.Path):
    gateway = open_gateway(factory, path, METERING_CAPTURE_BYTES="0")
    assert ask(gateway.proxy, chat(model="gpt-4o")).status == 200
    is_not_allowed(ask(gateway.proxy, chat(model="o3")), "o3")


def test_observing(factory: Factory, path: pathlib.Path):
    gateway = open_gateway(factory, path, "observe")
    for body in (chat(model="gpt-4o"), chat(model="o3"), b"{}", gzip.compress(chat(model="gpt-4o"))):
        assert ask(gateway.proxy, body).status not in (401, 403)
    wait_until(lambda: len(gateway.mock.requests()) == 4, "all of them at the upstream")
    assert results(gateway.proxy) == {"accepted": 1, "model_not_allowed": 3}


@pytest.fixture
def upstreams():
    with Targets("a", "claude", "google", "azure") as opened:
        yield opened


def routed(factory: Factory, folder: pathlib.Path, upstreams: Targets, **more: object):
    key = {"keys": [{"env": "KEY"}]}
    providers = upstreams.providers(claude={"type": "anthropic"} | key, google={"type": "gemini"} | key,
                                    azure={"type": "azure", "api": "deployments", "api_version": "2024-10-21"} | key)
    for name in ("claude", "google", "azure"):
        providers[name]["base_url"] = upstreams.servers[name].url
    content = {"providers": providers, "default_provider": "a", "keys": [entry("some", models=MODELS), entry("all")]} | more
    return upstreams.open(factory, folder, content, KEY="sk-own", GATEWAY_KEYS="required")


def test_errors_in_the_clients_dialect(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    proxy = routed(factory, tmp_path, upstreams)
    gemini, claude, azure = ("/v1beta/models/{}:generateContent", "/v1/messages", "/openai/deployments/{}/chat/completions?api-version=x")
    unknown = [("x-api-key", "sk-ant-0123456789abcdef")]
    answer = proxy.ask("POST", claude, unknown, b"{}")
    assert answer.status == 401 and answer.get("WWW-Authenticate") == "Bearer"
    assert answer.json() == {"type": "error", "request_id": answer.request_id, "error": {
        "type": "authentication_error", "message": "This key is not valid here."}}
    answer = proxy.ask("POST", gemini.format("gemini-x"), [("x-goog-api-key", "AIza0123456789abcdef")], b"{}")
    assert answer.status == 401 and answer.json() == {"error": {
        "code": 401, "message": "This key is not valid here.", "status": "UNAUTHENTICATED"}}
    assert proxy.ask("POST", azure.format("gpt-4o"), [("api-key", "0123456789abcdef")], b"{}").error["code"] == "invalid_api_key"
    denied = "This key may not be used for the model `{}`."
    answer = ask(proxy, json.dumps({"model": "claude-y"}).encode(), target=claude)
    assert answer.status == 403 and answer.json()["error"] == {"type": "permission_error", "message": denied.format("claude-y")}
    answer = ask(proxy, b"{}", target=gemini.format("gemini-y"))
    assert answer.status == 403 and answer.json()["error"]["status"] == "PERMISSION_DENIED"
    assert answer.json()["error"]["message"] == denied.format("gemini-y")
    assert ask(proxy, b"{}", target=azure.format("o3")).error == {
        "type": "invalid_request_error", "code": "model_not_allowed", "param": None, "message": denied.format("o3")}
    for tenant in (claude, gemini.format("gemini-x")):
        answer = ask(proxy, b"{}", JSON + [("X-LLM-Tenant", "other")], target=tenant)
        assert answer.status == 403 and "tenant" in answer.json()["error"]["message"]
    assert not any(upstreams.counts().values())


def test_models_in_paths_and_prefixes(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    proxy = routed(factory, tmp_path, upstreams, models={"gpt-4o-eu": targets("azure")})
    for target, body, name in (
            ("/v1beta/models/gemini-x:generateContent", b'{"contents":[]}', "google"),
            ("/v1beta/models/gemini-x:streamGenerateContent?alt=sse", b"{}", "google"),
            ("/openai/deployments/gpt-4o-eu/chat/completions?api-version=x", b"{}", "azure"),
            ("/v1/messages", b'{"model":"claude-x"}', "claude"), ("/v1/chat/completions", b'{"model":"a/named"}', "a"),
            ("/v1/chat/completions", b'{"model":"gpt-4o"}', "a")):
        before = upstreams.count(name)
        ask(proxy, body, target=target)
        assert upstreams.count(name) == before + 1, target
    before = upstreams.counts()
    for target, body in (
            ("/v1beta/models/gemini-y:generateContent", b'{"model":"gemini-x"}'), ("/v1/models/gemini-y:generateContent", b"{}"),
            ("/v1beta/models/gemini%2Dy:generateContent", b"{}"), ("/v1beta/models/gemini-x:generateContent", b'{"model":"y"}'),
            ("/openai/deployments/o3/chat/completions?api-version=x", b'{"model":"gpt-4o"}'),
            ("/v1/chat/completions", b'{"model":"a/gpt-4o"}'), ("/v1/chat/completions", b'{"model":"claude/claude-x"}')):
        assert ask(proxy, body, target=target).status == 403, target
    assert ask(proxy, b'{"requests":[{"params":{"model":"claude-x"}}]}', target="/v1/messages/batches").status == 400
    assert upstreams.counts() == before


def test_what_is_asked_for_counts_and_not_what_it_is_called_upstream(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    models = {"gpt-4o": {"targets": [{"provider": "a", "model": "o3"}]}, "cheap": {"targets": [{"provider": "a", "model": "gpt-4o"}]}}
    upstreams.answers["a"] = reply(b"{}")
    proxy = routed(factory, tmp_path, upstreams, models=models)
    assert ask(proxy, chat(model="gpt-4o")).status == 200
    assert json.loads(upstreams.servers["a"].requests[-1].body)["model"] == "o3"
    assert ask(proxy, chat(model="cheap")).status == 403


def test_the_list_of_models_shows_those_of_the_key(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    models = {name: targets("a") for name in ("gpt-4o", "gpt-4o-mini", "o3")}
    proxy = routed(factory, tmp_path, upstreams, models=models)

    def listed(fields: Fields) -> list[str]:
        return [each["id"] for each in proxy.ask("GET", "/v1/models", fields).json()["data"]]
    assert listed(KEY) == ["gpt-4o", "gpt-4o-mini"] and listed(bearer("all")) == ["gpt-4o", "gpt-4o-mini", "o3"]
    assert proxy.ask("GET", "/v1/models/gpt-4o", KEY).status == 200
    assert proxy.ask("GET", "/v1/models/o3", KEY).error["code"] == "model_not_found"
    assert proxy.ask("GET", "/v1/models").error["code"] == "invalid_api_key"
    assert proxy.ask("GET", "/v1/models", KEY + [("X-LLM-Tenant", "other")]).error["code"] == "tenant_mismatch"
    assert results(proxy) == {"accepted": 4, "missing": 1, "tenant_mismatch": 1}


def test_routes_go_by_the_tenant_of_the_key(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    upstreams.answers["azure"] = reply(b"{}")
    routes = [{"name": "eu", "match": {"tenant": "team-b"}, "targets": [{"provider": "azure"}]}]
    keys = [entry("one"), entry("two", "team-b")]
    proxy = routed(factory, tmp_path, upstreams, routes=routes, keys=keys)
    for name in ("one", "two"):
        proxy.ask("POST", "/v1/chat/completions", bearer(name) + JSON, chat(model="m"))
    assert (upstreams.count("a"), upstreams.count("azure")) == (1, 1)
