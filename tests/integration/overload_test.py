# SPDX-License-Identifier: MIT
"""More connections than there is room for: said, never a spin or a crash, and over when they are gone."""

import time

import pytest

from support.gateway import Gateway, Proxy, chat, new_id
from support.process import SANITIZED, wait_until
from support.scripted import ScriptedServer, answering, reply
from support.wire import Connection, Cut, Response, request


def try_to_ask(connection: Connection, raw: bytes) -> int:
    """The status; 0 if the connection was closed unheard."""
    try:
        connection.send(raw)
        return connection.read_response().status
    except (OSError, Cut):
        return 0


def assert_no_spin(proxy: Proxy) -> None:
    before = proxy.daemon.cpu_seconds()
    time.sleep(1)  # the subject of the test: what it does while nothing happens
    assert proxy.daemon.cpu_seconds() - before < (0.9 if SANITIZED else 0.3)


@pytest.mark.skipif(SANITIZED, reason="the sanitizers hold descriptors of their own")
def test_all_connections_in_use(factory):
    mock = factory.mock()
    gateway = Gateway(factory.proxy(mock.url, None, files=200), None, mock)
    held = [gateway.proxy.connect() for _ in range(100)]
    for connection in held:
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(new_id(), "gate=all"), chat()))
    # Of 200 descriptors 22 for each side of each of two workers.
    wait_until(lambda: len(mock.requests()) == 44, "full workers")

    def refusal() -> Response | None:
        """Said without being asked; while too many are being told so at a time, the connection is closed unheard."""
        with gateway.proxy.connect() as connection:
            try:
                return connection.read_response()
            except (OSError, Cut):
                return None
    for _ in range(20):
        response = wait_until(refusal, "refusal")
        assert response.status == 503 and response.get("Connection") == "close" and response.request_id
        assert response.error["type"] == "gateway_error" and response.error["code"] == "overloaded"
    assert_no_spin(gateway.proxy)
    mock.release("all")
    answers = [try_to_ask(connection, b"") for connection in held]
    assert answers.count(200) == 44 and set(answers) <= {200, 503, 0}, answers
    for connection in held:
        connection.close()
    for _ in range(50):  # by itself all is well again
        assert gateway.proxy.ask("GET", "/v1/models").status == 200


@pytest.mark.skipif(SANITIZED, reason="the sanitizers hold descriptors of their own")
def test_no_descriptors_at_all(factory):
    with ScriptedServer(answering(reply())) as upstream:
        proxy = factory.proxy(upstream.url, None, files=40)
        opened = [proxy.connect() for _ in range(100)]
        for connection in opened:
            connection.send(request("GET", "/v1/x"))
        wait_until(lambda: proxy.daemon.open_files() >= 39, "descriptors in use")
        assert_no_spin(proxy)
        for connection in opened:
            connection.close()
        wait_until(lambda: proxy.ask("GET", "/v1/x").status == 200, "recovery")
        assert_no_spin(proxy)


def test_a_thousand_slow_connections(factory):
    """Each has begun a head and goes on with a byte now and then; the next fast request is answered as ever."""
    with ScriptedServer(answering(reply())) as upstream:
        proxy = factory.proxy(upstream.url, None)
        slow = [proxy.connect() for _ in range(1000)]
        try:
            for connection in slow:
                connection.send(b"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nX: ")
            times = []
            for _ in range(20):
                for connection in slow[::50]:
                    connection.send(b"y")
                begin = time.monotonic()
                assert proxy.ask("GET", "/v1/x").status == 200
                times.append(time.monotonic() - begin)
            print(f"median {sorted(times)[10] * 1000:.1f} ms, longest {max(times) * 1000:.1f} ms")
            assert sorted(times)[10] < (1 if SANITIZED else 0.25)
        finally:
            for connection in slow:
                connection.close()


@pytest.mark.long
def test_a_head_must_be_whole_within_ten_seconds(factory):
    proxy = factory.proxy("http://127.0.0.1:1", None)
    with proxy.connect(patience=30) as connection:
        begin = time.monotonic()
        connection.send(b"GET /v1/x HTTP/1.1\r\nHost: a\r\nX: ")
        response = connection.read_response()
        assert 9.9 < time.monotonic() - begin < (20 if SANITIZED else 14)
        assert response.status == 408 and response.error["code"] == "request_timeout"
        assert response.error["type"] == "invalid_request_error" and response.get("Connection") == "close"
        connection.half_close()
        assert connection.at_end()


def test_rlimit_is_raised_at_start(factory):
    proxy = factory.proxy("http://127.0.0.1:1", None)
    limits = open(f"/proc/{proxy.daemon.pid}/limits", encoding="utf-8").read()
    soft, hard = next(line.split()[3:5] for line in limits.splitlines() if line.startswith("Max open files"))
    assert soft == hard or int(soft) >= 1 << 20
