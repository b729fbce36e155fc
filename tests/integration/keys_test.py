# SPDX-License-Identifier: MIT
"""Gateway keys: who is let in, as whom, and what everybody else is told."""

import json
import pathlib

import pytest

from support.event import same
from support.gateway import Factory, chat, new_id
from support.keys import bearer, entry, key_of, open_gateway, results, write_keys
from support.process import run, wait_until
from support.wire import Fields, request

INVALID = {"type": "invalid_request_error", "code": "invalid_api_key", "param": None,
           "message": "This key is not valid here."}
PAST, FUTURE = "2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"
FIELDS = {"authorization": "Bearer {}", "api-key": "{}", "x-api-key": "{}", "x-goog-api-key": "{}"}


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return write_keys(
        tmp_path / "keys.yaml", entry("web"), entry("batch", "team-b"),
        entry("old", expires=PAST), entry("young", not_before=FUTURE), entry("off", disabled=True),
        entry("bounded", not_before=PAST, expires=FUTURE),
        entry("platform", "platform", tenant_header="trust", tenants=["eu-*", "bank"]),
        entry("deaf", tenant_header="ignore"), entry("foreign", key="of-another-gateway-0123456789"))


def post(gateway, fields: Fields, body: bytes | None = None) -> tuple:
    return gateway.post(body or chat(), fields)


def ask(proxy, fields: Fields, body: bytes | None = None, **more: object):
    return proxy.ask("POST", "/v1/chat/completions", [("Content-Type", "application/json")] + fields,
                     chat() if body is None else body, **more)


def open_with_own_credentials(factory: Factory, path: pathlib.Path, mode: str = "required", **settings: str):
    """A gateway whose helper sends no credential of its own."""
    gateway = open_gateway(factory, path, mode, **settings)
    gateway.fields = lambda request_id, mock="": [("Content-Type", "application/json"), ("X-LLM-Request-ID", request_id)]
    return gateway


def test_each_field_lets_in_and_none_leaves(factory: Factory, path: pathlib.Path):
    gateway = open_with_own_credentials(factory, path)
    for name, form in FIELDS.items():
        response, event = post(gateway, [(name, form.format(key_of("web")))])
        assert response.status == 200, response
        same(event, tenant="team-a", key_id="web", outcome="completed")
        sent = gateway.mock.request(event["request_id"])
        assert key_of("web") not in json.dumps(sent)
        assert [value for field, value in sent["fields"] if field.lower() in FIELDS] != []
    same_twice = [(name, form.format(key_of("web"))) for name, form in FIELDS.items()]
    assert post(gateway, same_twice)[0].status == 200
    assert post(gateway, [("api-key", "of-another-gateway-0123456789")])[1]["key_id"] == "foreign"
    assert results(gateway.proxy) == {"accepted": 6}


def test_two_keys_that_differ_are_refused(factory: Factory, path: pathlib.Path):
    gateway = open_with_own_credentials(factory, path)
    pairs = [(a, b) for a in FIELDS for b in FIELDS]
    for a, b in pairs:
        response = ask(gateway.proxy, [(a, FIELDS[a].format(key_of("web"))), (b, FIELDS[b].format(key_of("batch")))])
        assert response.status == 400 and response.error["code"] == "malformed_request", response
    assert not gateway.mock.requests()


@pytest.mark.parametrize("name,result", [
    ("nobody", "unknown"), ("old", "expired"), ("young", "not_yet_valid"), ("off", "disabled"), ("slip", "checksum")])
def test_what_is_no_key_is_told_alike(factory: Factory, path: pathlib.Path, name: str, result: str):
    gateway = open_with_own_credentials(factory, path)
    key = key_of(name) if name != "slip" else key_of("web")[:-1] + ("a" if key_of("web")[-1] != "a" else "b")
    response = ask(gateway.proxy, [("Authorization", f"Bearer {key}")])
    assert response.status == 401 and response.error == INVALID
    assert response.get("WWW-Authenticate") == "Bearer" and response.request_id.startswith("req_")
    assert results(gateway.proxy) == {result: 1} and not gateway.mock.requests()
    line = gateway.proxy.daemon.wait_for_log(lambda line: line["msg"] == "requests refused", "the refusal")
    assert line["reason"] == result and line["code"] == "invalid_api_key"
    assert line["key_id"] == ("" if result in ("unknown", "checksum") else name)


@pytest.mark.parametrize("fields", [[], [("Authorization", "Basic abc")], [("Authorization", "Bearer ")],
                                    [("Authorization", key_of("web"))], [("x-api-key", "")]])
def test_no_key(factory: Factory, path: pathlib.Path, fields: Fields):
    gateway = open_with_own_credentials(factory, path)
    response = ask(gateway.proxy, fields)
    assert response.status == 401 and response.error == INVALID | {
        "message": "This gateway wants a key: send it as `Authorization: Bearer KEY`."}
    assert response.get("WWW-Authenticate") == "Bearer"
    assert results(gateway.proxy) == {"missing": 1} and not gateway.mock.requests()
    assert gateway.proxy.ask("GET", "/healthz").status == 200


@pytest.mark.parametrize("fields,tenant", [
    (bearer("web"), "team-a"), (bearer("web") + [("X-LLM-Tenant", "team-a"), ("X-Tenant", "team-a")], "team-a"),
    (bearer("web") + [("X-LLM-Tenant", "no tenant")], "team-a"),
    (bearer("deaf") + [("X-LLM-Tenant", "team-b")], "team-a"), (bearer("platform"), "platform"),
    (bearer("platform") + [("X-Tenant", "eu-1")], "eu-1"), (bearer("platform") + [("X-LLM-Tenant", "bank")], "bank"),
])
def test_whose_it_is(factory: Factory, path: pathlib.Path, fields: Fields, tenant: str):
    gateway = open_with_own_credentials(factory, path)
    response, event = post(gateway, fields)
    assert response.status == 200
    same(event, tenant=tenant)
    sent = {field.lower() for field, _ in gateway.mock.request(event["request_id"])["fields"]}
    assert not sent & {"x-llm-tenant", "x-tenant"}
    counted = f'llmgw_proxy_tokens_total{{tenant="{tenant}",'
    wait_until(lambda: any(name.startswith(counted) for name in gateway.proxy.metrics()), "the tokens of the tenant")


@pytest.mark.parametrize("fields", [
    bearer("web") + [("X-LLM-Tenant", "team-b")], bearer("web") + [("X-Tenant", "TEAM-A")],
    bearer("web") + [("X-LLM-Tenant", "team-a"), ("X-Tenant", "team-b")],
    bearer("web") + [("X-LLM-Tenant", "team-a"), ("X-LLM-Tenant", "team-b")],
    bearer("platform") + [("X-LLM-Tenant", "us-1")], bearer("platform") + [("X-Tenant", "bank"), ("X-LLM-Tenant", "eu-1")],
])
def test_a_foreign_tenant(factory: Factory, path: pathlib.Path, fields: Fields):
    gateway = open_with_own_credentials(factory, path)
    response = ask(gateway.proxy, fields)
    assert response.status == 403 and response.error["code"] == "tenant_mismatch", response
    assert response.error["type"] == "invalid_request_error" and response.get("WWW-Authenticate") is None
    assert results(gateway.proxy) == {"tenant_mismatch": 1} and not gateway.mock.requests()


def test_observe_serves_all_and_says_who_would_not_be(factory: Factory, path: pathlib.Path):
    gateway = open_with_own_credentials(factory, path, "observe")
    cases = [([], "default", None), ([("X-LLM-Tenant", "team-x")], "team-x", None), (bearer("web"), "team-a", "web"),
             (bearer("nobody"), "default", None), (bearer("old"), "team-a", "old"),
             (bearer("web") + [("X-LLM-Tenant", "team-b")], "team-a", "web"),
             (bearer("web") + [("api-key", key_of("batch"))], "default", None)]
    for fields, tenant, key_id in cases:
        response, event = post(gateway, fields)
        assert response.status == 200
        same(event, tenant=tenant, key_id=key_id, outcome="completed")
        sent = json.dumps(gateway.mock.request(event["request_id"]))
        assert "gw_live_" not in sent
    assert results(gateway.proxy) == {"accepted": 1, "missing": 2, "unknown": 2, "expired": 1, "tenant_mismatch": 1}
    assert not [line for line in gateway.proxy.daemon.entries() if line["msg"] == "requests refused"]


def test_off_looks_at_nothing(factory: Factory, path: pathlib.Path):
    gateway = open_with_own_credentials(factory, path, "off")
    response, event = post(gateway, bearer("web"))
    assert response.status == 200 and "key_id" not in event and event["tenant"] == "default"
    assert not [name for name in gateway.proxy.metrics() if name.startswith(("llmgw_auth", "llmgw_key"))]
    gateway.proxy.daemon.wait_for_log(lambda line: line["msg"].startswith("gateway keys are not asked for"), "the warning")


def test_states_and_last_use(factory: Factory, path: pathlib.Path):
    gateway = open_with_own_credentials(factory, path)
    assert post(gateway, bearer("bounded"))[0].status == 200
    metrics = gateway.proxy.metrics()
    assert {name: value for name, value in metrics.items() if name.startswith("llmgw_keys{")} == {
        'llmgw_keys{state="active"}': 6, 'llmgw_keys{state="disabled"}': 1, 'llmgw_keys{state="expired"}': 1,
        'llmgw_keys{state="not_yet_valid"}': 1}
    used = {name: value for name, value in metrics.items() if name.startswith("llmgw_key_last_used")}
    assert list(used) == ['llmgw_key_last_used_timestamp_seconds{tenant="team-a",key_id="bounded"}']
    assert used.popitem()[1] > 1_700_000_000


def test_alternating_keys_on_one_connection(factory: Factory, path: pathlib.Path):
    """What one caller is known as does not outlast its request."""
    gateway = open_with_own_credentials(factory, path)
    expected = {}
    with gateway.proxy.connect() as connection:
        for turn in range(60):
            name, tenant = [("web", "team-a"), ("batch", "team-b"), ("nobody", None), ("platform", "eu-1"), (None, None)][turn % 5]
            request_id = new_id()
            fields = (bearer(name) if name else []) + [("X-LLM-Request-ID", request_id)]
            fields += [("X-LLM-Tenant", "eu-1")] if name == "platform" else []
            connection.send(request("POST", "/v1/chat/completions", fields, chat()))
            response = connection.read_response()
            assert response.status == (200 if tenant else 401), (name, response)
            if tenant:
                expected[request_id] = (name, tenant)
    for request_id, known in expected.items():
        event = gateway.event(request_id)
        assert (event["key_id"], event["tenant"]) == known
    assert len(gateway.mock.requests()) == len(expected)


@pytest.mark.parametrize("size,chunked", [(0, False), (100, False), (60_000, False), (60_000, True)])
def test_a_refused_body_is_read_and_forgotten(factory: Factory, path: pathlib.Path, size: int, chunked: bool):
    """In two pieces, so that the refusal comes before all of it is there; the next request is a request of its own."""
    gateway = open_with_own_credentials(factory, path)
    body = b"x" * size
    bad = request("POST", "/v1/chat/completions", bearer("nobody"), None if chunked else body, [body[:7], body[7:]] if chunked else None)
    with gateway.proxy.connect() as connection:
        connection.send(bad[:len(bad) - size // 2])
        connection.send(bad[len(bad) - size // 2:] + request("POST", "/v1/chat/completions", bearer("web"), chat()))
        assert connection.read_response().status == 401
        assert connection.read_response().status == 200


def test_a_refused_body_that_is_large_ends_the_connection(factory: Factory, path: pathlib.Path):
    gateway = open_with_own_credentials(factory, path)
    whole = request("POST", "/v1/chat/completions", bearer("nobody"), b"x" * 70_000)
    for sent in (whole[:300], request("POST", "/v1/x", bearer("nobody"), chunks=[b"x" * 70_000])[:-5],
                 request("POST", "/v1/x", bearer("nobody") + [("Expect", "100-continue")], b"x" * 10)[:-10]):
        with gateway.proxy.connect() as connection:
            connection.send(sent)
            response = connection.read_response()
            assert (response.status, response.get("Connection"), response.interim) == (401, "close", [])
            connection.half_close()
            assert connection.at_end()


def test_streams_are_admitted_as_others(factory: Factory, path: pathlib.Path):
    gateway = open_with_own_credentials(factory, path, METERING_STREAM_USAGE="inject")
    response, event = post(gateway, bearer("web"), chat(stream=True))
    assert response.status == 200 and response.body.endswith(b"data: [DONE]\n\n")
    same(event, tenant="team-a", key_id="web", stream=True, usage_source="upstream")
    assert ask(gateway.proxy, bearer("nobody"), chat(stream=True)).error == INVALID


def test_pages_of_other_sites_need_a_key_as_everybody(factory: Factory, path: pathlib.Path):
    origin = [("Origin", "https://elsewhere.example")]
    required = open_with_own_credentials(factory, path)
    assert ask(required.proxy, origin).status == 401
    assert ask(required.proxy, origin + bearer("web")).status == 200
    observed = open_with_own_credentials(factory, path, "observe")
    assert ask(observed.proxy, origin + bearer("web")).error["code"] == "origin_not_allowed"


def test_the_log_is_told_seldom(factory: Factory, path: pathlib.Path):
    gateway = open_with_own_credentials(factory, path, PROXY_THREADS="1")
    with gateway.proxy.connect() as connection:
        for turn in range(200):
            connection.send(request("POST", "/v1/chat/completions", bearer("old" if turn % 2 else "nobody"), chat()))
            assert connection.read_response().status == 401
    lines = [line for line in gateway.proxy.daemon.entries() if line["msg"] == "requests refused"]
    assert len(lines) <= 4 and {line["reason"] for line in lines} == {"unknown", "expired"}, lines
    assert results(gateway.proxy) == {"unknown": 100, "expired": 100}


def test_command_line(tmp_path: pathlib.Path, factory: Factory):
    """What --new-key prints is a file; what --hash-key prints is its line."""
    made = run("llm-proxy", "--new-key", "--tenant", "team-a", "--id", "k_x", "--test")
    assert made.returncode == 0 and not made.stderr
    key, text = made.stdout.split("\n\n", 1)
    assert key.startswith("gw_test_") and key not in text
    path = tmp_path / "gateway.yaml"
    path.write_text("version: 1\n" + text)
    gateway = open_with_own_credentials(factory, path)
    response, event = post(gateway, [("Authorization", f"Bearer {key}")])
    assert response.status == 200
    same(event, key_id="k_x", tenant="team-a")
    settings = {"GATEWAY_CONFIG": str(path), "GATEWAY_KEYS": "required", "UPSTREAM_OPENAI_API_KEY": "sk-x"}
    told = run("llm-proxy", "--explain", "model=m key=k_x", **settings)
    assert told.returncode == 0 and told.stdout.startswith('key       "k_x", tenant "team-a": accepted\n'), told
    refused = run("llm-proxy", "--explain", f"model=m key={key}", **settings)
    checked = run("llm-proxy", "--check-config", **settings)
    assert "k_x of team-a" in checked.stdout and "sha256" not in checked.stdout
    for each in (told, refused, checked):
        assert key not in each.stdout + each.stderr
    assert run("llm-proxy", "--new-key").returncode == 2


@pytest.mark.parametrize("level", ["debug", "info"])
def test_a_key_stands_nowhere(factory: Factory, path: pathlib.Path, level: str):
    gateway = open_with_own_credentials(factory, path, LOG_LEVEL=level)
    sent = [key_of(name) for name in ("web", "nobody", "old", "off", "platform")] + ["gw_live_slip", "x" * 5_000]
    for key in sent:
        for name, form in FIELDS.items():
            response = ask(gateway.proxy, [(name, form.format(key)), ("X-LLM-Tenant", key[:128])])
            assert key.encode() not in response.raw + response.body
    post(gateway, bearer("web"))
    texts = [gateway.proxy.scrape(), gateway.collector.events_path.read_text(),
             json.dumps(gateway.proxy.ask("GET", "/v1/models").json())]
    for each in (gateway.proxy, gateway.collector):
        assert each.daemon.stop() == 0
        texts.append(each.daemon.log())
    for key in sent:
        assert not [text for text in texts if key in text]
