# SPDX-License-Identifier: MIT
"""Who and what reaches the upstream, and with it the provider's key: paths, methods, endpoints, hosts, origins."""

import itertools
from collections.abc import Iterator

import pytest

from support.gateway import Factory, Gateway, chat, new_id
from support.scripted import ScriptedServer, answering, reply
from support.wire import Response, request

DOTS = [".", "%2e", "%2E", "%252e", "%25252E", "%%32e", "%25%32%65"]
SEPARATORS = ["/", "\\", "%2f", "%2F", "%5c", "%5C", "%252f", "%255C"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
SECRET = b"sk-upstream"


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ScriptedServer, Gateway]]:
    factory = Factory(tmp_path_factory.mktemp("reach"))
    with ScriptedServer(answering(reply())) as upstream:
        yield upstream, factory.gateway(f"{upstream.url}/team-a")
        factory.close()


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ScriptedServer, Gateway]]:
    """The same with every list set."""
    factory = Factory(tmp_path_factory.mktemp("lists"))
    with ScriptedServer(answering(reply())) as upstream:
        yield upstream, factory.gateway(upstream.url, ALLOWED_ENDPOINTS="/v1/chat/completions, /v1/models/",
                                        ALLOWED_ORIGINS="https://app.test,http://localhost:3000",
                                        ALLOWED_HOSTS="gateway.test,10.0.0.5:8080")
        factory.close()


def refused(response: Response, status: int, code: str) -> None:
    assert (response.status, response.error["type"], response.error["code"]) == (status, "invalid_request_error", code)
    assert response.request_id and SECRET not in response.raw + response.body


def forwarded(ends: tuple, target: str, method: str = "GET", fields: list | None = None) -> None:
    """It reaches the upstream with its target as it was."""
    upstream, gateway = ends
    before = len(upstream.requests)
    assert gateway.proxy.ask(method, target, fields or []).status == 200
    asked, = upstream.requests[before:]
    assert asked.target.endswith(target) and asked.method == method


def nothing_reached(ends: tuple, before: int) -> None:
    """Nothing but this request has reached the upstream, and it has an event where the ones before have none."""
    upstream, gateway = ends
    marker = new_id()
    assert gateway.proxy.ask("GET", "/v1/models/marker", [("X-LLM-Request-ID", marker)]).status == 200
    assert [each.values("X-LLM-Request-ID") for each in upstream.requests[before:]] == [[marker]]
    gateway.event(marker)
    assert not [each for each in gateway.collector.events() if each["status_code"] in (403, 404, 405)]


def test_dot_segments(ends):
    upstream, gateway = ends
    before = len(upstream.requests)
    targets = [f"/v1{a}{b}{c}{d}admin" for a, b, c, d in itertools.product(["/", "%2f", "\\"], DOTS, DOTS, SEPARATORS)]
    targets += [f"/v1{a}{b}{c}admin" for a, b, c in itertools.product(SEPARATORS, DOTS, SEPARATORS)]
    targets += [f"/v1/{a}{b}" for a, b in itertools.product(DOTS, [*DOTS, ""])]
    targets += [f"/v1/x{a}..{b}y/admin" for a, b in itertools.product(SEPARATORS, [";", "%3b", "%3B", "%253b"])]
    targets += ["/v1/..%2f..%2fteam-b/v1/x", "/v1/../v1/models", "/v1/./models", "/v1/models/..?a=b"]
    with gateway.proxy.connect() as connection:
        for target in targets:
            connection.send(request("GET", target))
            refused(connection.read_response(), 404, "unknown_url")
    nothing_reached(ends, before)


@pytest.mark.parametrize("target", ["/v1/models/meta-llama%2FLlama-3", "/v1/models/a%5cb%252fc", "/v1/models/gpt-4.1",
                                    "/v1/files/...", "/v1/files/..a/b..", "/v1/files/.;x", "/v1/files/%2e%2e%2e",
                                    "/v1/models?path=/../..%2f%2e%2e", "/v1//x", "/v1/%", "/v1/%2"])
def test_what_only_looks_like_a_dot_segment_passes_untouched(ends, target: str):
    forwarded(ends, target)


@pytest.mark.parametrize("method", METHODS)
def test_methods_that_are_forwarded(ends, method: str):
    forwarded(ends, "/v1/models", method)


@pytest.mark.parametrize("method", ["TRACE", "get", "PURGE", "PROPFIND", "QUERY", "TRACK", "!"])
@pytest.mark.parametrize("target", ["/v1/models", "/elsewhere"])
def test_other_methods(ends, method: str, target: str):
    before = len(ends[0].requests)
    response = ends[1].proxy.ask(method, target)
    refused(response, 405, "method_not_allowed")
    assert sorted(response.get("Allow").split(", ")) == sorted(METHODS)
    nothing_reached(ends, before)


@pytest.mark.parametrize("target", ["example.com:443", "/v1/models", "http://a/v1/models"])
def test_connect(ends, target: str):
    """Whatever comes behind it is no request of this connection, as the client may take it for a tunnel."""
    before = len(ends[0].requests)
    with ends[1].proxy.connect() as connection:
        connection.send(request("CONNECT", target), request("GET", "/v1/tunneled"))
        response = connection.read_response()
        refused(response, 405, "method_not_allowed")
        assert response.get("Connection") == "close" and response.get("Allow")
        connection.half_close()
        assert connection.at_end()
    nothing_reached(ends, before)


@pytest.mark.parametrize("listener", ["admin", "collector"])
def test_connect_elsewhere(ends, listener: str):
    from support import wire
    address = ends[1].proxy.admin if listener == "admin" else ends[1].collector.address
    response = wire.ask(address, "CONNECT", "example.com:443")
    assert response.status == 405 and "GET" in response.get("Allow")


def test_absolute_form_without_a_path(ends):
    """It is that of `/` (RFC 9112 section 3.2.1), where nothing is."""
    before = len(ends[0].requests)
    for target in ("http://gateway.test?x=1", "http://gateway.test", "http://gateway.test:80?/v1/models"):
        refused(ends[1].proxy.ask("GET", target), 404, "unknown_url")
    nothing_reached(ends, before)


@pytest.mark.parametrize("length", ["0002", "2"])
def test_length_is_written_anew(ends, length: str):
    upstream, gateway = ends
    before = len(upstream.requests)
    with gateway.proxy.connect() as connection:
        connection.send(request("POST", "/v1/x", [("content-length", length)]) + b"{}")
        assert connection.read_response().status == 200
    assert upstream.requests[before].values("Content-Length") == ["2"] and upstream.requests[before].body == b"{}"


@pytest.mark.parametrize("target", ["/v1/chat/completions", "/v1/chat/completions/x", "/v1/models/gpt-4o", "/v1/models/"])
def test_endpoints_that_are_named(lists, target: str):
    forwarded(lists, target)


@pytest.mark.parametrize("target", ["/v1/models", "/v1/chat", "/v1/chat/completions2", "/v1/chat/completions%2fx",
                                    "/v1/embeddings", "/v1/", "/v1/models/../embeddings"])
def test_endpoints_that_are_not(lists, target: str):
    before = len(lists[0].requests)
    refused(lists[1].proxy.ask("GET", target), 404, "unknown_url")
    nothing_reached(lists, before)


CROSS = [("Sec-Fetch-Site", "cross-site")]
SAME = [[], [("Sec-Fetch-Site", "same-origin"), ("Origin", "http://gateway.test")],
        [("Sec-Fetch-Site", "same-site"), ("Origin", "http://other.gateway.test")], [("Sec-Fetch-Site", "none")],
        [("Origin", "http://gateway.test:8080")], [("Origin", "https://GATEWAY.test")]]
OTHERS = [CROSS, [*CROSS, ("Origin", "https://evil.test")], [("Origin", "https://evil.test")], [("Origin", "null")],
          [*CROSS, ("Origin", "null")], [("Origin", "http://gateway.test.evil.test")],
          [("Origin", "http://gateway.test"), ("Origin", "https://evil.test")], [*CROSS, ("Origin", "http://gateway.test")],
          [("Sec-Fetch-Site", "x"), ("Origin", "https://evil.test")]]
NAMED = [[("Origin", "https://app.test")], [*CROSS, ("Origin", "http://localhost:3000")]]


@pytest.mark.parametrize("fields", SAME, ids=str)
def test_requests_of_this_site_or_of_no_browser(ends, lists, fields: list):
    forwarded(ends, "/v1/models/x", fields=fields)
    forwarded(lists, "/v1/models/x", fields=fields)


@pytest.mark.parametrize("fields", OTHERS, ids=str)
@pytest.mark.parametrize("method", ["POST", "GET", "OPTIONS"])
def test_requests_of_other_sites(ends, lists, fields: list, method: str):
    """Neither quota nor an event."""
    for each in (ends, lists):
        before = len(each[0].requests)
        refused(each[1].proxy.ask(method, "/v1/chat/completions", fields, chat() if method == "POST" else None),
                403, "origin_not_allowed")
        nothing_reached(each, before)


@pytest.mark.parametrize("fields", NAMED, ids=str)
def test_origins_that_are_named(ends, lists, fields: list):
    refused(ends[1].proxy.ask("GET", "/v1/models/x", fields), 403, "origin_not_allowed")
    forwarded(lists, "/v1/models/x", fields=fields)
    forwarded(lists, "/v1/models/x", "OPTIONS", [*fields, ("Access-Control-Request-Method", "POST")])  # a preflight
    assert [(name, value) for name, value in lists[0].requests[-1].fields if name == "Origin"] == [fields[-1]]


def test_every_origin_is_named(factory):
    with ScriptedServer(answering(reply())) as upstream:
        gateway = factory.gateway(upstream.url, ALLOWED_ORIGINS="*")
        for fields in OTHERS:
            forwarded((upstream, gateway), "/v1/models/x", fields=fields)


@pytest.mark.parametrize("host,is_allowed", [
    ("gateway.test", True), ("Gateway.Test:9999", True), ("10.0.0.5:8080", True),
    ("10.0.0.5", False), ("10.0.0.5:80", False), ("evil.test", False), ("gateway.test.evil.test", False), ("", False)])
def test_hosts(lists, host: str, is_allowed: bool):
    upstream, gateway = lists
    before = len(upstream.requests)
    response = gateway.proxy.ask("GET", "/v1/models/x", [("Host", host)], host=False)
    if is_allowed:
        assert response.status == 200 and len(upstream.requests) == before + 1
        return
    refused(response, 403, "host_not_allowed")
    nothing_reached(lists, before)


def test_host_of_the_target_counts_and_a_request_without_any_is_refused(lists):
    before = len(lists[0].requests)
    ask = lists[1].proxy.ask
    assert ask("GET", "http://gateway.test/v1/models/x", [("Host", "evil.test")], host=False).status == 200
    refused(ask("GET", "http://evil.test/v1/models/x"), 403, "host_not_allowed")
    refused(ask("GET", "/v1/models/x", version="1.0", host=False), 403, "host_not_allowed")
    assert len(lists[0].requests) == before + 1


def test_health_is_told_to_anybody(lists):
    """A prober knows a pod by its address alone."""
    assert lists[1].proxy.ask("GET", "/healthz", [("Host", "10.1.2.3:8080"), *CROSS], host=False).status == 200
    response = lists[1].proxy.ask("POST", "/healthz")
    assert response.status == 405 and response.get("Allow") == "GET, HEAD"
