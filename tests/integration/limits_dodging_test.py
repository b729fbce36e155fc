# SPDX-License-Identifier: MIT
"""Ways around a limit, and ways to hurt others by one: none leads anywhere."""

import gzip
import json
import pathlib

import pytest

from support import wire
from support.gateway import Factory
from support.limited import GOOD, SLOW, Limited, limited, rules
from support.process import SANITIZED, wait_until

O3 = {"unit": "requests", "limit": 2, "per": "24h", "burst": 2, "id": "o3", "models": ["o3*"]}


@pytest.fixture
def opened(factory: Factory, tmp_path: pathlib.Path):
    with limited(factory, tmp_path, rules(O3)) as made:
        yield made


def ask(opened: Limited, body: bytes, *fields: tuple[str, str], chunks: list[bytes] | None = None) -> wire.Response:
    with opened.proxy.connect() as connection:
        connection.send(wire.request("POST", "/v1/chat/completions", opened.fields() + list(fields),
                                     None if chunks else body, chunks))
        return connection.read_response()


def late(model: str, size: int = 900_000) -> bytes:
    """Its model is the last thing that comes."""
    return json.dumps({"messages": [{"role": "user", "content": "x" * size}], "model": model}).encode()


def test_a_model_at_the_end_of_a_large_body(opened: Limited):
    assert [ask(opened, late("o3-mini")).status for _ in range(3)] == [200, 200, 429]
    body = late("o3")
    pieces = [body[at:at + 100_000] for at in range(0, len(body), 100_000)]
    assert ask(opened, b"", chunks=pieces).status == 429
    assert ask(opened, late("gpt-4o")).status == 200
    assert len(opened.upstream.requests) == 3


def test_a_model_that_comes_too_late(opened: Limited):
    for size in (1_500_000, 3_000_000):
        refused = ask(opened, late("o3", size))
        assert (refused.status, refused.error["code"]) == (400, "malformed_request")
    assert opened.upstream.requests == []
    # What names its model in time may be as large as it likes, and another name behind it is seen.
    early = b'{"model":"gpt-4o","messages":[{"role":"user","content":"%b"}]' % (b"x" * 3_000_000)
    assert ask(opened, early + b"}").status == 200
    refused = ask(opened, early + b',"model":"o3"}')
    assert (refused.status, refused.error["code"]) == (400, "invalid_value")
    assert len(opened.upstream.requests) == 1


@pytest.mark.parametrize("body", [b'{"model":"gpt-4o","model":"o3"}', b'{"model":"o3","model":"gpt-4o"}',
                                  b'{"model":"gpt-4o","x":[{"model":"gpt"}],"mod\\u0065l":"o3"}'])
def test_two_models(opened: Limited, body: bytes):
    assert ask(opened, body).status == 400
    assert opened.upstream.requests == []


def test_a_name_in_another_spelling(opened: Limited):
    statuses = [ask(opened, body).status for body in (b'{"mod\\u0065l":"o3"}', b'{"model":"\\u006f3"}', b'{ "model" :\n"o3"}')]
    assert statuses == [200, 200, 429]


def test_a_body_that_is_coded(opened: Limited):
    refused = ask(opened, gzip.compress(late("o3", 100)), ("Content-Encoding", "gzip"))
    assert (refused.status, refused.error["code"]) == (400, "malformed_request")
    assert opened.upstream.requests == []


def test_a_form(opened: Limited):
    def form(model: str) -> bytes:
        return (b"--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n" + b"x" * 10_000 +
                b"\r\n--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n" + model.encode() + b"\r\n--b--\r\n")

    def send(model: str) -> int:
        return opened.proxy.ask("POST", "/v1/audio/transcriptions",
                                [("Content-Type", "multipart/form-data; boundary=b"), ("X-LLM-Tenant", "t")], form(model)).status

    assert [send(model) for model in ("o3-x", "o3-x", "whisper", "o3-x")] == [200, 200, 200, 429]


def test_many_answers_at_once(factory: Factory, tmp_path: pathlib.Path):
    content = rules({"unit": "tokens", "limit": 10_000, "per": "24h", "id": "tpd", "reserve": "max_tokens"})
    with limited(factory, tmp_path, content) as opened:
        for more in ({"n": 128, "max_tokens": 100}, {"max_completion_tokens": 20_000}, {"max_output_tokens": 20_000},
                     {"generationConfig": {"maxOutputTokens": 20_000}}, {"max_tokens": 1, "max_completion_tokens": 20_000}):
            refused = opened.ask(**more)
            assert (refused.status, refused.error["code"]) == (429, "request_too_large"), more
        assert opened.ask(n=2, max_tokens=100).status == 200
        opened.wait_until_free()


def test_games_with_the_name_of_the_tenant(factory: Factory, tmp_path: pathlib.Path):
    """Without keys the name is a courtesy; but what is no name is the default, and no scope of another kind."""
    content = rules(SLOW | {"limit": 1, "burst": 1})
    with limited(factory, tmp_path, content) as opened:
        for name in ("a b", "", "\u00e4", "x" * 200):
            opened.ask(name)
        assert opened.ask("default").status == 429
        for name in ("*", "k:k_1", "a/b", "t:a", "a:b/c", "../default", "other"):
            assert [opened.ask(name).status for _ in range(2)] == [200, 429], name


@pytest.mark.skipif(SANITIZED, reason="it is about memory, and the sanitizers have much of their own; minutes long with them")
def test_a_flood_of_tenants_is_bounded(factory: Factory, tmp_path: pathlib.Path):
    """100,000 names: memory stays, and who is named in the file is served as before."""
    content = {"version": 1, "tenants": {"*": {"limits": [SLOW | {"limit": 2, "burst": 2}]}, "named": {"limits": [SLOW]}}}
    with limited(factory, tmp_path, content, PROXY_THREADS="2") as opened:
        assert opened.ask("named").status == 200
        tenants = [f"tenant-{number}" for number in range(100_000)]
        body = b"{}"
        with opened.proxy.connect() as connection:
            batch = 500
            for at in range(0, len(tenants), batch):
                names = tenants[at:at + batch]
                connection.send(b"".join(wire.request("POST", "/v1/x", [("X-LLM-Tenant", name)], body) for name in names))
                for _ in names:
                    connection.read_response()
        assert opened.proxy.daemon.resident_bytes() < 150 * 1024 * 1024
        metrics = opened.proxy.metrics()
        assert metrics["llmgw_limit_balances"] <= 65_536
        assert metrics["llmgw_limit_shared_total"] > 30_000
        series = [name for name in metrics if name.startswith(("llmgw_limit_decisions_total", "llmgw_limit_used_ratio"))]
        assert len(series) <= 4_100
        assert [opened.ask("named").status for _ in range(5)] == [200] * 4 + [429]
        assert opened.ask("newcomer").status == 429  # those share what is left, which is nothing
        wait_until(lambda: opened.decisions("rpd", "named")["refused"] == 1, "the counts of a name")
