# SPDX-License-Identifier: MIT
"""A client that leaves closes the upstream exchange at once, whatever it had sent ahead and whatever the upstream is."""

import pathlib
import time
from collections.abc import Callable

import pytest

from support.certificates import Authority
from support.event import same
from support.gateway import Factory, Gateway, chat, new_id
from support.process import wait_until
from support.scripted import Peer, ScriptedServer
from support.wire import Connection, Stream, chunk, request

AT_ONCE = 1.0  # seconds, for a busy machine; 0.1 is what is promised
AHEAD = {"nothing": b"", "a request": request("POST", "/v1/second", body=chat("two")),
         "more than is kept": request("POST", "/v1/second", body=b"x" * 100_000)}
LEAVE: dict[str, Callable[[Connection], None]] = {"close": Stream.close, "reset": Stream.reset, "half-close": Stream.half_close}


class Watched(ScriptedServer):
    """Notes when the gateway closed a connection in the middle of its exchange."""

    def __init__(self, begins: bool, **named: object) -> None:
        self.begins, self.left_at = begins, []
        super().__init__(self._serve_until_left, **named)

    def _serve_until_left(self, peer: Peer) -> None:
        peer.read_request()
        if self.begins:
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk(b"first"))
        try:
            while peer.receive():
                pass
        finally:
            self.left_at.append(time.monotonic())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def start(factory: Factory, upstream: ScriptedServer, ca: pathlib.Path | None) -> Gateway:
    url = f"https://localhost:{upstream.address[1]}" if ca else upstream.url
    return factory.gateway(url, UPSTREAM_CA_FILE=str(ca) if ca else None, PROXY_THREADS="1")


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("begins", [False, True], ids=["before the answer", "in the answer"])
def test_leaving(factory, authority: Authority, begins: bool, tls: bool):
    context = authority.server_context("DNS:localhost") if tls else None
    took = []
    with Watched(begins, tls=context) as upstream:
        gateway = start(factory, upstream, authority.certificate if tls else None)
        for ahead in AHEAD.values():
            for leave in LEAVE.values():
                request_id = new_id()
                connection = gateway.proxy.connect()
                connection.send(request("POST", "/v1/first", [("X-LLM-Request-ID", request_id)], chat()))
                exchange = len(took) + 1
                upstream.wait_for_requests(exchange)
                if begins:
                    connection.read_head()
                    assert connection.read_chunk() == b"first"
                connection.send(ahead)
                if ahead:  # they have left this side, so they stand before the end
                    wait_until(lambda: unsent(connection) == 0, "delivery of what is sent ahead")
                begin = time.monotonic()
                leave(connection)
                wait_until(lambda: len(upstream.left_at) == exchange, "close of the upstream exchange", AT_ONCE + 5)
                took.append(upstream.left_at[-1] - begin)
                same(gateway.event(request_id), outcome="client_aborted", status_code=200 if begins else 0)
                connection.close()
        assert [each.target for each in upstream.requests] == ["/v1/first"] * len(took)
    print(f"median {sorted(took)[len(took) // 2] * 1000:.1f} ms, longest {max(took) * 1000:.1f} ms")
    assert max(took) < AT_ONCE, took


def unsent(connection: Connection) -> int:
    """Bytes that the other side's kernel has not taken yet (SIOCOUTQ)."""
    import fcntl
    import struct
    import termios
    return struct.unpack("i", fcntl.ioctl(connection.socket, termios.TIOCOUTQ, b"\0" * 4))[0]


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_leaving_an_upload_that_the_upstream_does_not_take(factory, authority: Authority, tls: bool):
    left_at = []

    def script(peer: Peer) -> None:
        peer.read_request_head()
        wait_until(lambda: left, "the client's leaving")
        try:
            while peer.receive():
                pass
        finally:
            left_at.append(time.monotonic())
    left = []
    context = authority.server_context("DNS:localhost") if tls else None
    with ScriptedServer(script, tls=context) as upstream:
        gateway = start(factory, upstream, authority.certificate if tls else None)
        request_id = new_id()
        connection = gateway.proxy.connect()
        connection.send(request("POST", "/v1/files", [("X-LLM-Request-ID", request_id), ("Content-Length", "50000000")]))
        connection.socket.settimeout(1)
        with pytest.raises(TimeoutError):  # all buffers are full
            connection.send(b"x" * 50_000_000)
        connection.reset()
        # The event is there although the upstream has not moved.
        same(gateway.event(request_id, AT_ONCE + 5), outcome="client_aborted", status_code=0)
        left.append(True)
        wait_until(lambda: left_at, "close of the upstream exchange")
