# SPDX-License-Identifier: MIT
"""Which fields pass the gateway, in both directions."""

from collections.abc import Iterator

import pytest

from support.gateway import APP_KEY, UPSTREAM_KEY, Factory, Gateway, chat
from support.scripted import AnsweringServer, Peer, reply
from support.wire import Fields, request


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AnsweringServer, Gateway]]:
    factory = Factory(tmp_path_factory.mktemp("fields"))
    with AnsweringServer() as upstream:
        yield upstream, factory.gateway(upstream.url)
        factory.close()


@pytest.fixture
def upstream(ends: tuple[AnsweringServer, Gateway]) -> AnsweringServer:
    ends[0].answer = reply()
    ends[0].requests.clear()
    return ends[0]


def forward(ends: tuple, fields: Fields, **named: object) -> Fields:
    """The fields that the upstream sees of a request with these fields."""
    upstream, gateway = ends
    before = len(upstream.requests)
    response = gateway.proxy.ask("POST", "/v1/chat/completions", fields, **({"body": chat()} | named))
    assert response.status == 200, response
    return upstream.wait_for_requests(before + 1)[before].fields


def test_all_that_is_added_and_replaced(ends, upstream):
    fields = forward(ends, [("Authorization", f"Bearer {APP_KEY}"), ("Accept", "*/*")])
    host, port = upstream.address
    assert sorted(fields) == sorted([
        ("Host", f"{host}:{port}"), ("Authorization", f"Bearer {UPSTREAM_KEY}"), ("Accept", "*/*"),
        ("Content-Length", str(len(chat())))])


def test_key_is_sent_where_the_client_sent_none(ends, upstream):
    fields = forward(ends, [])
    assert [value for name, value in fields if name.lower() == "authorization"] == [f"Bearer {UPSTREAM_KEY}"]


def test_order_and_duplicates_are_kept(ends, upstream):
    ours = [("X-B", "1"), ("x-a", "2"), ("X-B", "3"), ("Cookie", "a=b"), ("X-Empty", ""), ("X-B", "1"),
            ("OpenAI-Organization", "org"), ("User-Agent", "t/1 (x; y)"), ("X-Bytes", "\xe4\xff"),
            ("Accept-Encoding", "gzip, br"), ("X-Forwarded-For", "10.0.0.1"), ("Via", "1.1 me"),
            ("X-Stainless-Retry-Count", "0"), ("Idempotency-Key", "k"), ("Cache-Control", "no-transform")]
    assert [each for each in forward(ends, ours) if each in ours] == ours


@pytest.mark.parametrize("fields", [
    [("Authorization", "Bearer one"), ("Authorization", "Bearer two")],
    [("AUTHORIZATION", "Basic eDp5")],
    [("api-key", "one"), ("x-api-key", "two"), ("API-Key", "three")],
    [("X-LLM-Tenant", "acme"), ("X-Tenant", "acme"), ("x-llm-tenant", "beta")],
    [("Proxy-Authorization", "Basic eDp5")],
], ids=str)
def test_credentials_and_tenants_never_leave(ends, upstream, fields: Fields):
    seen = forward(ends, fields)
    assert [value for name, value in seen if name.lower() == "authorization"] == [f"Bearer {UPSTREAM_KEY}"]
    assert not {name.lower() for name, _ in seen} & {"api-key", "x-api-key", "x-llm-tenant", "x-tenant",
                                                     "proxy-authorization"}


@pytest.mark.parametrize("fields,gone", [
    ([("Connection", "keep-alive")], ["connection"]),
    ([("Keep-Alive", "timeout=5"), ("Proxy-Connection", "keep-alive")], ["keep-alive", "proxy-connection"]),
    ([("TE", "trailers"), ("Connection", "TE")], ["te", "connection"]),
    ([("Connection", "Upgrade"), ("Upgrade", "websocket")], ["connection", "upgrade"]),
    ([("Connection", "x-mine, X-Other"), ("X-Mine", "1"), ("x-other", "2")], ["connection", "x-mine", "x-other"]),
    ([("Connection", "close"), ("Connection", "X-Mine"), ("X-Mine", "1"), ("X-Mine", "2")], ["connection", "x-mine"]),
], ids=str)
def test_hop_by_hop_fields_of_a_request_are_dropped(ends, upstream, fields: Fields, gone: list[str]):
    seen = {name.lower() for name, _ in forward(ends, fields + [("X-Kept", "yes")])}
    assert "x-kept" in seen and not seen & set(gone)


def test_connection_cannot_unframe_a_request(ends, upstream):
    fields = forward(ends, [("Connection", "content-length, host, authorization")])
    assert [value for name, value in fields if name.lower() == "content-length"] == [str(len(chat()))]
    assert [value for name, value in fields if name.lower() == "authorization"] == [f"Bearer {UPSTREAM_KEY}"]
    assert len([name for name, _ in fields if name.lower() == "host"]) == 1


def test_framing_of_a_chunked_request(ends, upstream):
    fields = forward(ends, [], body=None, chunks=[chat()[:10], chat()[10:]])
    assert ("Transfer-Encoding", "chunked") in [(name.title(), value) for name, value in fields]
    assert upstream.requests[-1].body == chat()
    assert not [name for name, _ in fields if name.lower() == "content-length"]


def test_absolute_form_and_foreign_host(ends, upstream):
    _, gateway = ends
    with gateway.proxy.connect() as connection:
        connection.send(b"GET http://evil.test/v1/x?y=1 HTTP/1.1\r\nHost: evil.test\r\n\r\n")
        assert connection.read_response().status == 200
    seen = upstream.wait_for_requests(1)[0]
    assert seen.target == "/v1/x?y=1" and seen.values("Host") == ["%s:%d" % upstream.address]


@pytest.mark.parametrize("target", ["/v1/x?", "/v1/a//b", "/v1/%2F%00%ff?a=%20+b&&c", "/v1/x;y=1?z[]=1", "/v1/'\"<>{}|\\^`"])
def test_target_bytes_are_kept(ends, upstream, target: str):
    assert ends[1].proxy.ask("GET", target).status == 200
    assert upstream.wait_for_requests(1)[0].target == target


def test_response_fields(ends, upstream):
    kept = [("x-request-id", "req_1"), ("Set-Cookie", "a=1"), ("Server", "up"), ("Set-Cookie", "b=2"), ("Via", "1.1 x"),
            ("Date", "Mon, 23 Nov 2026 08:30:00 GMT"), ("X-Empty", ""), ("x-ratelimit-reset-tokens", "6m0s")]
    dropped = [("Connection", "keep-alive, X-Gone"), ("X-Gone", "1"), ("Keep-Alive", "timeout=5"),
               ("Proxy-Connection", "keep-alive"), ("Upgrade", "h2c"), ("X-LLM-Request-ID", "theirs")]
    upstream.answer = reply(b"{}", fields=kept[:3] + dropped + kept[3:])
    response = ends[1].proxy.ask("GET", "/v1/x", [("X-LLM-Request-ID", "ours")])
    own = [("Content-Type", "application/json"), ("Content-Length", "2")]
    assert [each for each in response.fields if each not in own] == kept + [("X-LLM-Request-ID", "ours")]
    event = ends[1].event("ours")
    assert event["upstream_request_id"] == "req_1"


def test_upstream_closing_its_connection_is_not_the_clients_business(ends, upstream):
    def answer_and_close(peer: Peer) -> bool:
        peer.send(reply(b"{}", fields=[("Connection", "close")]))
        return False
    upstream.answer = answer_and_close
    with ends[1].proxy.connect() as connection:
        for _ in range(3):
            connection.send(request("GET", "/v1/x"))
            response = connection.read_response()
            assert response.status == 200 and response.get("Connection") is None


def test_client_that_asks_for_a_close_gets_it(ends, upstream):
    with ends[1].proxy.connect() as connection:
        connection.send(request("GET", "/v1/x", [("Connection", "close")]))
        assert connection.read_response().get("Connection") == "close"
        assert connection.at_end()
