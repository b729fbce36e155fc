# SPDX-License-Identifier: MIT
"""Neither side can make the gateway hold what the other does not take."""

import pathlib
import threading
import time

import pytest

from support.certificates import Authority
from support.event import same
from support.gateway import new_id
from support.process import PATIENCE, SANITIZED, wait_until
from support.scripted import Peer, ScriptedServer, reply
from support.wire import request

MB = 1024 * 1024
TOTAL = 100 * MB
# What sockets and the gateway may hold together; far less than TOTAL. The one receive buffer that nobody bounds grows as
# far as the kernel lets it: to 6 MiB, or to 32 on newer ones.
BOUND = 10 * MB + int(pathlib.Path("/proc/sys/net/ipv4/tcp_rmem").read_text().split()[2])
BLOCK = b"x" * 65536


class Progress:
    """Counts bytes, and tells when no more of them go."""

    def __init__(self) -> None:
        self.bytes, self.changed_at = 0, time.monotonic()

    def add(self, count: int) -> None:
        self.bytes += count
        self.changed_at = time.monotonic()

    def wait_until_stuck(self) -> int:
        wait_until(lambda: self.bytes and time.monotonic() - self.changed_at > 0.7, "no more progress")
        return self.bytes


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_slow_client(factory, framing: str):
    progress = Progress()

    def script(peer: Peer) -> None:
        peer.read_request()
        block = BLOCK if framing == "length" else b"10000\r\n" + BLOCK + b"\r\n"
        head = f"Content-Length: {TOTAL}" if framing == "length" else "Transfer-Encoding: chunked"
        peer.send(f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode())
        for _ in range(TOTAL // len(BLOCK)):
            peer.send(block)
            progress.add(len(BLOCK))
        if framing == "chunked":
            peer.send(b"0\r\n\r\n")
        assert peer.at_end()
    with ScriptedServer(script) as upstream:
        gateway = factory.gateway(upstream.url)
        before = gateway.proxy.daemon.resident_bytes()
        request_id = new_id()
        with gateway.proxy.connect(receive_buffer=65536) as connection:
            connection.send(request("GET", "/v1/x", [("X-LLM-Request-ID", request_id)]))
            assert progress.wait_until_stuck() < BOUND
            if not SANITIZED:
                assert gateway.proxy.daemon.resident_bytes() - before < 4 * MB
            assert gateway.proxy.ask("GET", "/healthz").status == 200  # it waits for nobody else
            assert len(connection.read_response().body) == TOTAL
        same(gateway.event(request_id), outcome="completed", response_bytes=TOTAL)


def test_slow_upstream(factory):
    progress, proceed = Progress(), threading.Event()

    def script(peer: Peer) -> None:
        head = peer.read_request_head()
        assert proceed.wait(PATIENCE)
        length = int(head.values("Content-Length")[0]) - len(peer.buffer)
        while length > 0:
            length -= len(peer.receive())
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    with ScriptedServer(script) as upstream:
        gateway = factory.gateway(upstream.url, MAX_REQUEST_BODY="200MB")
        before = gateway.proxy.daemon.resident_bytes()
        with gateway.proxy.connect() as connection:
            connection.send(request("POST", "/v1/files", [("Content-Length", str(TOTAL))]))

            def upload() -> None:
                for _ in range(TOTAL // len(BLOCK)):
                    connection.send(BLOCK)
                    progress.add(len(BLOCK))
            sender = threading.Thread(target=upload, daemon=True)
            sender.start()
            assert progress.wait_until_stuck() < BOUND
            if not SANITIZED:
                assert gateway.proxy.daemon.resident_bytes() - before < 4 * MB
            proceed.set()
            assert connection.read_response().status == 200
            sender.join()


@pytest.mark.long
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_fifty_slow_clients(factory, tmp_path: pathlib.Path, tls: bool):
    """Each reads ten kilobytes a second of a gigabyte that is offered. What that costs is bounded, and nobody else waits."""
    clients, seconds, rate = 50, 4, 10_240

    def script(peer: Peer) -> None:
        while (asked := peer.read_request()) is not None and asked.target == "/v1/quick":
            peer.send(reply())
        if asked is None:
            return
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (1024 * MB))
        peer.socket.settimeout(PATIENCE)
        while True:
            peer.send(BLOCK)
    authority = Authority(tmp_path) if tls else None
    with ScriptedServer(script, tls=authority.server_context("DNS:localhost") if tls else None) as upstream:
        url = f"https://localhost:{upstream.address[1]}" if tls else upstream.url
        proxy = factory.proxy(url, None, UPSTREAM_CA_FILE=str(authority.certificate) if tls else None)
        assert proxy.ask("GET", "/v1/quick").status == 200
        before = proxy.daemon.resident_bytes()
        opened = [proxy.connect(receive_buffer=16384) for _ in range(clients)]
        for connection in opened:
            connection.send(request("GET", "/v1/large"))
        quick, most = [], 0
        begin = time.monotonic()
        for step in range(seconds * 10):
            for connection in opened:
                connection.take(rate // 10, "body")
            asked = time.monotonic()
            assert proxy.ask("GET", "/v1/quick").status == 200
            quick.append(time.monotonic() - asked)
            most = max(most, proxy.daemon.resident_bytes() - before)
            time.sleep(max(0.0, begin + (step + 1) / 10 - time.monotonic()))  # the clients' pace
        print(f"{most / clients / 1024:.0f} KiB each at most; others: median {sorted(quick)[len(quick) // 2] * 1000:.1f} ms, "
              f"longest {max(quick) * 1000:.1f} ms")
        if not SANITIZED:
            assert most < clients * MB
            assert sorted(quick)[len(quick) // 2] < 0.25
        for connection in opened:
            connection.close()
