# SPDX-License-Identifier: MIT
"""Upstream connections: kept where that is safe, never reused where it is not, and no request repeated on a guess."""

import threading
from collections.abc import Callable

import pytest

from support.event import same
from support.gateway import Factory, Gateway, chat, new_id
from support.process import PATIENCE, wait_until
from support.scripted import Peer, ScriptedServer, answering, reply
from support.wire import request


def one_worker(factory: Factory, upstream: ScriptedServer, **settings: str) -> Gateway:
    """Each worker has its own pool: with one, what is reused is certain."""
    return factory.gateway(upstream.url, PROXY_THREADS="1", **settings)


def post(gateway: Gateway, text: str = "hello") -> int:
    return gateway.proxy.ask("POST", "/v1/chat/completions", [], chat(text)).status


def test_connection_is_reused(factory):
    with ScriptedServer(answering(reply())) as upstream:
        gateway = one_worker(factory, upstream)
        for _ in range(20):
            assert post(gateway) == 200
        assert upstream.connections == 1


@pytest.mark.parametrize("answer", [
    reply(b"{}", fields=[("Connection", "close")]),
    b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
], ids=["close", "1.0", "chunked close"])
def test_connection_that_the_upstream_gives_up_is_not_reused(factory, answer: bytes):
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(answer)
        assert peer.at_end()  # the gateway closes its side
    with ScriptedServer(script) as upstream:
        gateway = one_worker(factory, upstream)
        for _ in range(3):
            assert post(gateway) == 200
        assert upstream.connections == 3


def closing_after(count: int) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        for _ in range(count):
            if peer.read_request() is None:
                return
            peer.send(reply())
    return script


def test_idle_connection_that_the_upstream_closed(factory):
    with ScriptedServer(closing_after(1)) as upstream:
        gateway = one_worker(factory, upstream)
        for number in range(10):
            assert post(gateway) == 200
            wait_until(lambda: upstream.peers[number].socket.fileno() == -1, "close by the upstream")
        assert len(upstream.requests) == 10 and upstream.connections == 10


def test_close_that_races_with_the_next_request(factory):
    """With no pause between, the close is seen before the first byte is written, or it is not. Where it is not, the
    answer is an error: none of the requests may reach the upstream twice."""
    with ScriptedServer(closing_after(1)) as upstream:
        gateway = one_worker(factory, upstream)
        with gateway.proxy.connect() as connection:
            statuses = []
            for number in range(50):
                connection.send(request("POST", "/v1/chat/completions", [], chat(f"n{number}")))
                statuses.append(connection.read_response().status)
        assert set(statuses) <= {200, 502}
        bodies = [each.body for each in upstream.requests]
        assert len(bodies) == len(set(bodies)) and len(bodies) >= statuses.count(200)


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_request_is_not_repeated_when_the_upstream_dies_after_reading_it(factory, method: str):
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(reply())
        peer.read_request()  # and no answer
    with ScriptedServer(script) as upstream:
        gateway = one_worker(factory, upstream)
        assert post(gateway, "first") == 200
        request_id = new_id()
        response = gateway.proxy.ask(method, "/v1/chat/completions", [("X-LLM-Request-ID", request_id)],
                                     chat("second") if method == "POST" else None)
        assert response.status == 502 and response.error["type"] == "upstream_error"
        assert upstream.connections == 1 and len(upstream.requests) == 2
        event = gateway.event(request_id)
        same(event, status_code=502)
        assert event["outcome"] in ("upstream_aborted", "upstream_invalid")
        assert post(gateway, "third") == 200


def test_fresh_connection_that_dies_is_not_repeated(factory):
    with ScriptedServer(lambda peer: peer.read_request()) as upstream:
        gateway = one_worker(factory, upstream)
        assert post(gateway) == 502
        assert upstream.connections == 1 and len(upstream.requests) == 1


def test_bytes_behind_a_response_are_never_the_next_ones_answer(factory):
    """Response splitting: whatever follows a complete response on its connection is thrown away with the connection."""
    poison = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"

    def script(peer: Peer) -> None:
        while peer.read_request() is not None:
            peer.send(reply(b"good") + poison)
    with ScriptedServer(script) as upstream:
        gateway = one_worker(factory, upstream)
        for _ in range(5):
            assert gateway.proxy.ask("GET", "/v1/x").body == b"good"
        assert upstream.connections == 5


def test_bytes_on_an_idle_connection_end_it(factory):
    """Said by a server that gives up an idle connection; it is no answer to what is asked next."""
    said = []

    def script(peer: Peer) -> None:
        assert peer.read_request()
        peer.send(reply(b"good"))
        assert proceed.wait(PATIENCE)
        peer.send(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        said.append(peer.number)
        assert peer.at_end()
    for _ in range(3):
        proceed = threading.Event()
        with ScriptedServer(script) as upstream:
            gateway = one_worker(factory, upstream)
            assert gateway.proxy.ask("GET", "/v1/x").body == b"good"
            proceed.set()
            wait_until(lambda: said, "the bytes")
            assert gateway.proxy.ask("GET", "/v1/x").body == b"good"
            assert upstream.connections == 2
        said.clear()


@pytest.mark.parametrize("answer", [
    b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
], ids=["204", "304", "empty", "chunked", "interim"])
def test_complete_responses_keep_the_connection(factory, answer: bytes):
    with ScriptedServer(answering(answer)) as upstream:
        gateway = one_worker(factory, upstream)
        for _ in range(3):
            gateway.proxy.ask("GET", "/v1/x")
        assert upstream.connections == 1


def test_connection_of_an_aborted_exchange_is_not_reused(gateway: Gateway):
    request_id = new_id()
    connection = gateway.proxy.connect()
    connection.send(request("POST", "/v1/chat/completions", gateway.fields(request_id, "hang=1"), chat()))
    upstream = gateway.mock.request(request_id)["connection"]
    connection.close()
    gateway.mock.wait_for_close(upstream)
    for _ in range(5):
        _, event = gateway.post(chat())
        assert gateway.mock.request(event["request_id"])["connection"] != upstream


def test_upstream_that_was_restarted(factory):
    mock = factory.mock()
    gateway = factory.gateway(mock.url, PROXY_THREADS="1")
    assert post(gateway) == 200
    mock.daemon.kill()
    assert post(gateway) == 502
    factory.mock(address="%s:%d" % mock.address)
    assert post(gateway) == 200


def test_parallel_requests_use_parallel_connections(factory):
    gateway = factory.gateway(PROXY_THREADS="1")
    ids = [new_id() for _ in range(10)]
    opened = [gateway.proxy.connect() for _ in ids]
    for each, connection in zip(ids, opened):
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(each, "gate=all"), chat()))
    assert len({gateway.mock.request(each)["connection"] for each in ids}) == 10
    gateway.mock.release("all")
    for connection in opened:
        with connection:
            assert connection.read_response().status == 200


def test_reuse_under_steady_load(factory):
    """Four clients, one request after the other: more than nineteen in twenty find a connection."""
    gateway = factory.gateway()

    def ask_often() -> None:
        with gateway.proxy.connect() as connection:
            for _ in range(100):
                connection.send(request("POST", "/v1/chat/completions", [], chat()))
                assert connection.read_response().status == 200
    clients = [threading.Thread(target=ask_often) for _ in range(4)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    name = "llmgw_proxy_upstream_connections_total"
    wait_until(lambda: gateway.proxy.metrics()[f'{name}{{upstream="openai",result="opened"}}'] > 0, "metrics of the tick")
    series = {result: f'{name}{{upstream="openai",result="{result}"}}' for result in ("opened", "reused")}
    found = wait_until(lambda: (counts := {result: gateway.proxy.metrics()[each] for result, each in series.items()})
                       and sum(counts.values()) == 400 and counts, "all counted")
    print(found)
    assert found["reused"] / 400 > 0.95, found
