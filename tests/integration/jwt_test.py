# SPDX-License-Identifier: MIT
"""Callers that are known by tokens of another issuer, such as Kubernetes' of its service accounts."""

import json
import pathlib
import ssl
import time

import pytest

from support.certificates import Authority
from support.event import same
from support.gateway import Factory, Gateway, chat
from support.jwt import ISSUER, Issuer, key_set, service_account
from support.process import run, wait_until
from support.scripted import Peer, ScriptedServer, reply
from support.wire import request

INVALID = {"type": "invalid_request_error", "code": "invalid_api_key", "param": None,
           "message": "This key is not valid here."}


@pytest.fixture(scope="module")
def issuers(tmp_path_factory) -> list[Issuer]:
    folder = tmp_path_factory.mktemp("issuers")
    return [Issuer(folder, kid) for kid in ("one", "two")]


def open_gateway(factory: Factory, **settings: str) -> Gateway:
    gateway = factory.gateway(GATEWAY_JWT_ISSUER=ISSUER, **({"GATEWAY_KEYS": "required"} | settings))
    gateway.fields = lambda request_id, mock="": [("Content-Type", "application/json"), ("X-LLM-Request-ID", request_id)]
    return gateway


def with_file(factory: Factory, folder: pathlib.Path, *issuers: Issuer, **settings: str) -> Gateway:
    path = folder / "jwks.json"
    path.write_bytes(key_set(*issuers))
    return open_gateway(factory, GATEWAY_JWT_JWKS_FILE=str(path), **settings)


def bearer(token: str) -> list[tuple[str, str]]:
    return [("Authorization", f"Bearer {token}")]


def ask(gateway: Gateway, token: str, fields: list | None = None):
    return gateway.proxy.ask("POST", "/v1/chat/completions",
                             [("Content-Type", "application/json")] + bearer(token) + (fields or []), chat())


def results(gateway: Gateway) -> dict[str, float]:
    name = "llmgw_auth_requests_total"
    return {key.split('"')[1]: value for key, value in gateway.proxy.metrics().items()
            if key.startswith(name) and value}


class KeyServer:
    """Where an issuer shows its keys. `answer`: what it says, None for silence until the peer leaves."""

    def __init__(self, answer: bytes | None, tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.server = ScriptedServer(self.serve, tls=tls)

    def serve(self, peer: Peer) -> None:
        while peer.read_request() is not None:
            if self.answer is None:
                peer.receive()
                return
            peer.send(self.answer)

    def count(self) -> int:
        return len(self.server.requests)

    def __enter__(self) -> "KeyServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.server.close()


def test_the_tenant_is_the_namespace(factory: Factory, tmp_path: pathlib.Path, issuers: list[Issuer]):
    gateway = with_file(factory, tmp_path, issuers[0])
    token = issuers[0].token()
    for fields in (bearer(token), [("x-api-key", token)], bearer(token) + [("X-LLM-Tenant", "team-a")]):
        response, event = gateway.post(chat(), fields)
        assert response.status == 200, response
        same(event, tenant="team-a", key_id="system:serviceaccount:team-a:web", outcome="completed")
        assert token not in json.dumps(gateway.mock.request(event["request_id"]))
    assert results(gateway) == {"accepted": 3}
    assert gateway.proxy.metrics()["llmgw_jwks_keys"] == 1


def test_another_tenant_may_not_be_named(factory: Factory, tmp_path: pathlib.Path, issuers: list[Issuer]):
    gateway = with_file(factory, tmp_path, issuers[0])
    response = ask(gateway, issuers[0].token(), [("X-LLM-Tenant", "team-b")])
    assert response.status == 403 and response.error["code"] == "tenant_mismatch"
    assert not gateway.mock.requests()


def refused(issuers: list[Issuer]) -> dict[str, tuple[str, str]]:
    one, two = issuers
    now = int(time.time())
    return {
        "of-another-key": (two.token(), "token_refused"),
        "signature": (one.token() [:-4] + "AAAA", "token_refused"),
        "signed-by-another": (two.token(kid="one"), "token_refused"),
        "none": (one.token(alg="none"), "token_refused"),
        "symmetric": (one.token(alg="HS256"), "token_refused"),
        "issuer": (one.token(service_account(iss="https://other.example")), "token_refused"),
        "audience": (one.token(service_account(aud=["other"])), "token_refused"),
        "no-tenant": (one.token(service_account(**{"kubernetes.io": None})), "token_refused"),
        "expired": (one.token(service_account(exp=now - 60)), "expired"),
        "without-an-end": (one.token(service_account(exp=None)), "expired"),
        "young": (one.token(service_account(nbf=now + 600)), "not_yet_valid"),
        "too-long": (one.token(service_account(more="x" * 9000)), "token_refused"),
    }


def test_others_are_told_alike(factory: Factory, tmp_path: pathlib.Path, issuers: list[Issuer]):
    gateway = with_file(factory, tmp_path, issuers[0])
    expected: dict[str, int] = {}
    for name, (token, result) in refused(issuers).items():
        for _ in range(2):  # what is kept of it says the same
            response = ask(gateway, token)
            assert response.status == 401 and response.error == INVALID, (name, response)
            expected[result] = expected.get(result, 0) + 1
    assert results(gateway) == expected and not gateway.mock.requests()
    line = gateway.proxy.daemon.wait_for_log(lambda line: line.get("reason") == "audience", "the reason")
    assert line["msg"] == "requests refused" and line["tenant"] == ""
    log = gateway.proxy.daemon.log()
    assert not any(token in log for token, _ in refused(issuers).values())


def test_observed(factory: Factory, tmp_path: pathlib.Path, issuers: list[Issuer]):
    gateway = with_file(factory, tmp_path, issuers[0], GATEWAY_KEYS="observe")
    _, event = gateway.post(chat(), bearer(issuers[0].token()))
    same(event, tenant="team-a", key_id="system:serviceaccount:team-a:web")
    response, event = gateway.post(chat(), bearer(issuers[1].token()) + [("X-LLM-Tenant", "team-c")])
    assert response.status == 200
    same(event, tenant="team-c", key_id=None)
    assert results(gateway) == {"accepted": 1, "token_refused": 1}


def test_tokens_of_several_callers_on_one_connection(factory: Factory, tmp_path: pathlib.Path, issuers: list[Issuer]):
    gateway = with_file(factory, tmp_path, issuers[0])
    tokens = {name: issuers[0].token(service_account(name)) for name in ("team-a", "team-b")}
    with gateway.proxy.connect() as client:
        for turn in range(12):
            name = ("team-a", "team-b")[turn % 2] if turn % 3 else None
            fields = [("Content-Type", "application/json"), ("X-LLM-Request-ID", f"turn-{turn}-0123456789")]
            client.send(request("POST", "/v1/chat/completions", fields + (bearer(tokens[name]) if name else []), chat()))
            response = client.read_response()
            assert response.status == (200 if name else 401), response
            if name:
                [event] = wait_until(lambda: gateway.collector.events(f"turn-{turn}-0123456789"), "the event")
                assert event["tenant"] == name


def test_keys_of_a_file_change(factory: Factory, tmp_path: pathlib.Path, issuers: list[Issuer]):
    gateway = with_file(factory, tmp_path, issuers[0])
    one, two = issuers[0].token(), issuers[1].token()
    assert ask(gateway, one).status == 200 and ask(gateway, two).status == 401
    (tmp_path / "jwks.json").write_bytes(key_set(*issuers))
    wait_until(lambda: ask(gateway, two).status == 200, "the second key")
    assert ask(gateway, one).status == 200
    (tmp_path / "jwks.json").write_bytes(b"{}")  # a slip takes nobody's key away
    gateway.proxy.daemon.wait_for_log(lambda line: "are not to be had" in line["msg"], "the fault")
    assert ask(gateway, one).status == 200
    (tmp_path / "jwks.json").write_bytes(key_set(issuers[1]))
    wait_until(lambda: ask(gateway, one).status == 401, "the end of the first key")
    assert ask(gateway, two).status == 200


def test_keys_of_an_address(factory: Factory, tmp_path: pathlib.Path, issuers: list[Issuer]):
    authority = Authority(tmp_path)
    (tmp_path / "token").write_text("of-the-pod\n")
    with KeyServer(reply(key_set(issuers[0])), authority.server_context("DNS:localhost")) as server:
        host, port = server.server.address
        gateway = open_gateway(factory, GATEWAY_JWT_JWKS_URL=f"https://localhost:{port}/openid/v1/jwks",
                               GATEWAY_JWT_JWKS_CA_FILE=str(authority.certificate),
                               GATEWAY_JWT_JWKS_TOKEN_FILE=str(tmp_path / "token"))
        wait_until(lambda: ask(gateway, issuers[0].token()).status == 200, "the keys")
        [asked] = server.server.requests
        assert asked.target == "/openid/v1/jwks" and asked.values("Authorization") == ["Bearer of-the-pod"]
        assert "of-the-pod" not in gateway.proxy.daemon.log()


def test_a_new_key_is_asked_for_once(factory: Factory, issuers: list[Issuer]):
    with KeyServer(reply(key_set(issuers[0]))) as server:
        gateway = open_gateway(factory, GATEWAY_JWT_JWKS_URL=server.server.url + "/jwks")
        wait_until(lambda: ask(gateway, issuers[0].token()).status == 200, "the keys")
        server.answer = reply(key_set(*issuers))
        wait_until(lambda: ask(gateway, issuers[1].token()).status == 200, "the new key")
        assert server.count() == 2
        for number in range(50):  # anybody can name some key
            assert ask(gateway, issuers[0].token(kid=f"made-up-{number}")).status == 401
        assert server.count() == 2


def test_as_long_as_there_are_no_keys(factory: Factory, issuers: list[Issuer]):
    with KeyServer(None) as server:
        gateway = open_gateway(factory, GATEWAY_JWT_JWKS_URL=server.server.url + "/jwks")
        wait_until(lambda: server.count() == 1, "the question")
        response = ask(gateway, issuers[0].token())
        assert response.status == 503 and response.error["code"] == "issuer_unknown", response
        assert ask(gateway, "no-token-at-all-0123456789").status == 401
        assert gateway.proxy.ready() == 200  # others may have keys
        gateway.proxy.daemon.stop()


@pytest.mark.parametrize("answer", [
    reply(b"{}"), reply(b"not json"), reply(b'{"keys":[]}'), reply(b"{}", "404 Not Found"),
    reply(b"[" * 1_000_000), reply(b'{"keys":[' + b"1," * 500_000 + b"1]}"), b"HTTP/1.1 200 OK\r\nContent-Le",
], ids=["empty", "text", "no-key", "status", "deep", "many", "cut"])
def test_what_is_no_set_of_keys(factory: Factory, issuers: list[Issuer], answer: bytes):
    with KeyServer(answer) as server:
        gateway = open_gateway(factory, GATEWAY_JWT_JWKS_URL=server.server.url + "/jwks")
        gateway.proxy.daemon.wait_for_log(lambda line: "are not to be had" in line["msg"], "the fault")
        assert ask(gateway, issuers[0].token()).status == 503
        server.answer = reply(key_set(issuers[0]))
        wait_until(lambda: ask(gateway, issuers[0].token()).status == 200, "the keys")
        assert gateway.proxy.metrics()['llmgw_jwks_reads_total{result="error"}'] >= 1


@pytest.mark.parametrize("settings,fault", [
    ({"GATEWAY_JWT_ISSUER": ISSUER, "GATEWAY_KEYS": "required"}, "GATEWAY_JWT_ISSUER: needs either"),
    ({"GATEWAY_JWT_ISSUER": ISSUER, "GATEWAY_JWT_JWKS_URL": "http://127.0.0.1:1/"}, "is of no use with GATEWAY_KEYS=off"),
    ({"GATEWAY_JWT_JWKS_URL": "http://127.0.0.1:1/"}, "GATEWAY_JWT_ISSUER: is required"),
    ({"GATEWAY_JWT_ISSUER": ISSUER, "GATEWAY_KEYS": "required", "GATEWAY_JWT_JWKS_FILE": "/nowhere"}, "cannot be read"),
    ({"GATEWAY_JWT_ISSUER": ISSUER, "GATEWAY_KEYS": "required", "GATEWAY_JWT_JWKS_URL": "http://127.0.0.1:1/",
      "GATEWAY_JWT_TENANT_CLAIM": "/a~b"}, "must be the name of a claim"),
])
def test_settings(tmp_path: pathlib.Path, settings: dict[str, str], fault: str):
    done = run("llm-proxy", "--check-config", UPSTREAM_OPENAI_API_KEY="sk-x", **settings)
    assert done.returncode == 2 and fault in done.stderr, done


def test_a_claim_by_its_name(factory: Factory, tmp_path: pathlib.Path, issuers: list[Issuer]):
    gateway = with_file(factory, tmp_path, issuers[0], GATEWAY_JWT_TENANT_CLAIM="team", GATEWAY_JWT_AUDIENCE="chat")
    token = issuers[0].token(service_account(team="team-z", aud="chat"))
    _, event = gateway.post(chat(), bearer(token))
    same(event, tenant="team-z")
    assert ask(gateway, issuers[0].token(service_account(team="team-z"))).status == 401  # for AUDIENCE
