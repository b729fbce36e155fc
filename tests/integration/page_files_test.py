# SPDX-License-Identifier: MIT
"""The page as files and sessions, without a browser: what is sent, in which form, and who is let in."""

import gzip
import hashlib
import json
import pathlib
import re

import brotli
import pytest

from support import wire
from support.gateway import Factory
from support.process import run, wait_until
from support.senders import metrics

DIST = pathlib.Path(__file__).parents[2] / "collector" / "ui" / "dist"
LOCAL = ("Host", "localhost")
FILES = {"/" if file.name == "index.html" else f"/assets/{file.name}": file.read_bytes() for file in DIST.iterdir()}


def get(collector, path: str, *fields: tuple[str, str], method: str = "GET", host: tuple[str, str] = LOCAL) -> wire.Response:
    return wire.ask(collector.query, method, path, [host, *fields], b"" if method in ("POST", "DELETE") else None, host=False)


@pytest.fixture
def collector(factory: Factory, tmp_path: pathlib.Path):
    return factory.collector(STORE_URL=f"sqlite:{tmp_path}/events.db")


@pytest.mark.parametrize("path", sorted(FILES))
def test_files_are_those_that_are_committed(collector, path: str):
    plain = get(collector, path)
    assert plain.status == 200 and plain.body == FILES[path] and plain.get("Content-Encoding") is None
    zipped = get(collector, path, ("Accept-Encoding", "gzip"))
    assert zipped.get("Content-Encoding") == "gzip" and gzip.decompress(zipped.body) == FILES[path]
    small = get(collector, path, ("Accept-Encoding", "gzip, deflate, br, zstd"))
    assert small.get("Content-Encoding") == "br" and brotli.decompress(small.body) == FILES[path]
    assert small.get("Vary") == "Accept-Encoding"
    tags = {each.get("ETag") for each in (plain, zipped, small)}
    assert len(tags) == 3
    again = get(collector, path, ("Accept-Encoding", "br"), ("If-None-Match", small.get("ETag")))
    assert again.status == 304 and again.body == b"" and again.get("ETag") == small.get("ETag")
    assert get(collector, path, ("If-None-Match", small.get("ETag"))).status == 200
    head = get(collector, path, method="HEAD")
    assert head.status == 200 and head.body == b"" and int(head.get("Content-Length")) == len(FILES[path])
    expected = "no-cache" if path == "/" else "public, max-age=31536000, immutable"
    assert small.get("Cache-Control") == expected


def test_fields_keep_others_out(collector):
    response = get(collector, "/")
    policy = response.get("Content-Security-Policy")
    assert policy == ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                      "base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
    for name, value in (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
                        ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin")):
        assert response.get(name) == value
    text = response.body.decode()
    assert "<style" not in text and not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|style=", text)
    assert not re.search(r"https?://", text)


def test_views_are_the_document(collector):
    for path in ("/latency", "/live", "/accounts", "/?range=7d&tenant=%3Cb%3E"):
        assert get(collector, path).body == FILES["/"], path
    for path in ("/nothing", "/assets/", "/assets/../page.js", "/index.html", "//"):
        assert get(collector, path).error["code"] == "unknown_url", path
    assert get(collector, "/", method="POST").status == 405
    assert get(collector, "/", host=("Host", "evil.example")).error["code"] == "host_not_allowed"


def test_all_of_it_is_small(collector):
    sizes = [len(get(collector, path, ("Accept-Encoding", "br")).body) for path in FILES]
    assert sum(sizes) <= 60_000


def test_without_tokens_no_login_is_asked(collector):
    session = get(collector, "/api/v1/session").json()
    assert session == {"login": False, "tenants": None, "events_port": collector.address[1],
                       "not_stored_since": None, "version": session["version"]}
    opened = get(collector, "/api/v1/session", ("Origin", "http://localhost"), method="POST")
    assert opened.status == 400 and opened.error["code"] == "no_login"
    other = get(collector, "/api/v1/session", ("Sec-Fetch-Site", "cross-site"))
    assert other.status == 403 and other.error["code"] == "origin_not_allowed"


def line(token: str, scope: str) -> str:
    return f"{token} sha256:{hashlib.sha256(token.encode()).hexdigest()} {scope}\n"


def test_a_session_is_what_its_token_is(factory: Factory, tmp_path: pathlib.Path):
    tokens = tmp_path / "tokens"
    tokens.write_text(line("all", "admin") + line("own", "tenant=team-a,team-b"))
    collector = factory.collector(STORE_URL=f"sqlite:{tmp_path}/events.db", QUERY_TOKENS_FILE=str(tokens))
    host = ("Host", "usage.test:8082")
    origin = ("Origin", "http://usage.test:8082")

    def ask(path: str, *fields: tuple[str, str], method: str = "GET") -> wire.Response:
        return get(collector, path, *fields, method=method, host=host)

    def opened(token: str) -> tuple[str, str]:
        response = ask("/api/v1/session", origin, ("Authorization", f"Bearer {token}"), method="POST")
        assert response.status == 204, response
        value, *attributes = response.get("Set-Cookie").split("; ")
        assert attributes == ["Path=/", "Max-Age=43200", "HttpOnly", "SameSite=Strict"]
        assert re.fullmatch(r"llmgw_session=[0-9a-f]{64}", value)
        return "Cookie", value

    assert ask("/").status == 200  # the document has no secret
    assert ask("/api/v1/session").status == 401
    own, all_of = opened("own"), opened("all")
    assert ask("/api/v1/session", own).json()["tenants"] == ["team-a", "team-b"]
    assert ask("/api/v1/session", all_of).json()["tenants"] is None
    assert ask("/api/v1/usage?tenant=team-c", own).json()["error"]["code"] == "scope_not_allowed"
    assert ask("/api/v1/store", own).status == 403 and ask("/api/v1/store", all_of).status == 200
    for bad in ((), (("Origin", "http://evil.test"),), (("Origin", "null"),)):
        refused = ask("/api/v1/session", *bad, ("Authorization", "Bearer all"), method="POST")
        assert refused.status == 403 and refused.get("Set-Cookie") is None
    assert ask("/api/v1/usage", all_of, ("Sec-Fetch-Site", "cross-site")).status == 403
    assert metrics(collector.address)["llmgw_query_sessions"] == 2
    ended = ask("/api/v1/session", origin, own, method="DELETE")
    assert ended.status == 204 and "Max-Age=0" in ended.get("Set-Cookie")
    assert ask("/api/v1/session", own).status == 401
    statuses = [ask("/api/v1/session", origin, ("Authorization", "Bearer wrong"), method="POST").status for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert ask("/api/v1/session", all_of).status == 200
    opened("all")  # and it keeps nobody out
    tokens.write_text(line("new", "admin"))
    wait_until(lambda: ask("/api/v1/session", all_of).status == 401, "the end of a session whose token is gone")
    log = collector.daemon.log()
    assert not any(value.split("=")[1] in log for _, value in (own, all_of))
    unknown = get(collector, "/api/v1/session", method="PUT", host=host)
    assert unknown.status == 405 and unknown.get("Allow") == "GET, HEAD, POST, DELETE"


def test_behind_tls_cookies_are_for_tls(factory: Factory, tmp_path: pathlib.Path):
    (tmp_path / "tokens").write_text(line("all", "admin"))
    collector = factory.collector(STORE_URL=f"sqlite:{tmp_path}/events.db", QUERY_TOKENS_FILE=str(tmp_path / "tokens"),
                                  QUERY_PUBLIC_URL="https://usage.example.com")
    there = ("Host", "usage.example.com")
    fields = [("Origin", "https://usage.example.com"), ("Authorization", "Bearer all")]
    response = get(collector, "/api/v1/session", *fields, method="POST", host=there)
    cookie, *attributes = response.get("Set-Cookie").split("; ")
    assert cookie.startswith("__Host-llmgw_session=") and attributes[-1] == "Secure"
    assert get(collector, "/api/v1/session", ("Cookie", cookie), host=there).status == 200
    assert get(collector, "/", host=("Host", "evil.example")).status == 403
    assert get(collector, "/api/v1/session", ("Cookie", cookie), host=("Host", "evil.example")).status == 403
    token = ("Authorization", "Bearer all")
    assert get(collector, "/api/v1/usage", token, host=("Host", "collector:8082")).status == 200


@pytest.mark.parametrize("value", ["https://usage.example.com/path", "usage.example.com", "https://usage.example.com"])
def test_public_urls_that_are_refused(tmp_path: pathlib.Path, value: str):
    done = run("llm-collector", STORE_URL=f"sqlite:{tmp_path}/x", QUERY_PUBLIC_URL=value)
    assert done.returncode == 2 and "QUERY_PUBLIC_URL" in done.stderr


def test_answers_are_packed_where_that_is_taken(collector):
    path = "/api/v1/usage?bucket=day&group_by=tenant,model,provider,app_key,outcome,status_class"
    events = [{"request_id": f"r{n}", "tenant": f"team-{n}", "provider": "openai", "model": "m", "latency_ms": 1,
               "status_code": 200, "ts": "2026-11-23T08:30:00.123Z"} for n in range(50)]
    body = b"".join(json.dumps(each).encode() + b"\n" for each in events)
    assert wire.ask(collector.address, "POST", "/events", [("Content-Type", "application/x-ndjson")], body).status == 202
    path += "&from=2026-11-01&to=2026-12-01"
    plain = get(collector, path)
    packed = get(collector, path, ("Accept-Encoding", "gzip, br"))
    assert plain.get("Content-Encoding") is None and packed.get("Content-Encoding") == "gzip"
    unpacked, answer = json.loads(gzip.decompress(packed.body)), plain.json()
    assert len(packed.body) < len(plain.body) / 5
    assert unpacked | {"complete_until": None} == answer | {"complete_until": None}


def test_prices_and_what_has_none(factory: Factory, tmp_path: pathlib.Path):
    config = tmp_path / "config.yaml"
    config.write_text("version: 1\nprices: [{provider: openai, model: 'gpt-4o*', input: 2.5, cached_input: 1.25, output: 10}]\n")
    collector = factory.collector(STORE_URL=f"sqlite:{tmp_path}/events.db", GATEWAY_CONFIG=str(config))
    prices = get(collector, "/api/v1/prices").json()
    assert prices["items"] == [] and re.fullmatch("[0-9a-f]{12}", prices["price_id"])
    [entry] = prices["entries"]
    assert (entry["model"], entry["input"], entry["cached_input"], entry["output"]) == ("gpt-4o*", 2.5, 1.25, 10)
    base = {"request_id": "r", "tenant": "t", "provider": "openai", "latency_ms": 1, "status_code": 200,
            "ts": "2026-11-23T08:30:00.123Z", "prompt_tokens": 100, "completion_tokens": 10, "cached_tokens": 40,
            "outcome": "completed", "usage_source": "upstream"}
    priced = base | {"model": "gpt-4o-mini", "cost_nano_usd": 300_000, "price_id": prices["price_id"],
                     "event_id": "01a1b2c3-0000-7000-8000-000000000001"}
    for event in (priced, base | {"model": "gpt-9"}, base | {"model": "gpt-4o", "request_id": "s"}):
        assert wire.ask(collector.address, "POST", "/events", [], json.dumps(event).encode()).status == 202
    span = "from=2026-11-01&to=2026-12-01"
    items = get(collector, f"/api/v1/prices?{span}").json()["items"]
    assert [(each["model"], each["unpriced_requests"], each["has_price_now"]) for each in sorted(items, key=lambda e: e["model"])] \
        == [("gpt-4o", 1, True), ("gpt-9", 1, False)]
    found = get(collector, f"/api/v1/events/{priced['event_id']}").json()
    assert found["cost_parts"] == {"input": 150_000, "cached_input": 50_000, "output": 100_000}
    assert sum(found["cost_parts"].values()) == found["cost_nano_usd"] and "model=gpt-4o*" in found["price"]
    config.write_text("version: 1\nprices: [{model: '*', input: 1, output: 1}]\n")
    wait_until(lambda: get(collector, "/api/v1/prices").json()["price_id"] != prices["price_id"], "the new table")
    assert "cost_parts" not in get(collector, f"/api/v1/events/{priced['event_id']}").json()
