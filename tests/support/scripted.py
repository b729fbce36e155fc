# SPDX-License-Identifier: MIT
"""Servers that do exactly what a test says, good or bad: an upstream or a collector in a thread a connection."""

import dataclasses
import gzip
import json
import socket
import ssl
import threading
from collections.abc import Callable

from support import wire
from support.event import check_event
from support.gateway import url
from support.process import PATIENCE, wait_until


@dataclasses.dataclass
class Request:
    method: str
    target: str
    fields: wire.Fields
    raw_head: bytes
    connection: int
    body: bytes = b""
    chunked: bool = False

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key.lower() == name.lower()]


class Peer(wire.Stream):
    """One accepted connection."""

    def __init__(self, server: "ScriptedServer", accepted: socket.socket, number: int) -> None:
        super().__init__(accepted)
        self.server, self.number = server, number

    def read_request_head(self) -> Request | None:
        """The next head; None once the client has closed in good order."""
        while b"\r\n\r\n" not in self.buffer:
            more = self.receive()
            if not more and not self.buffer:
                return None
            if not more:
                raise wire.Cut("request head")
            self.buffer += more
        raw = self.take_until(b"\r\n\r\n", "request head")
        lines = raw.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ")
        fields = [(name, value.strip(" \t")) for name, value in (line.split(":", 1) for line in lines[1:-2])]
        return Request(method, target, fields, raw, self.number)

    def read_request(self) -> Request | None:
        """The next request with its body, recorded by the server."""
        request = self.read_request_head()
        if request is None:
            return None
        if request.values("Transfer-Encoding"):
            request.chunked = True
            while piece := self.read_chunk():
                request.body += piece
            self.read_trailers()
        else:
            request.body = self.take(int((request.values("Content-Length") or ["0"])[0]), "request body")
        self.server.requests.append(request)
        return request


Script = Callable[[Peer], None]


def answering(*responses: bytes) -> Script:
    """Answers each request of a connection with these bytes, from the first again after the last."""
    def script(peer: Peer) -> None:
        while True:
            for response in responses:
                if peer.read_request() is None:
                    return
                peer.send(response)
    return script


def reply(body: bytes = b"{}", status: str = "200 OK", fields: wire.Fields | None = None) -> bytes:
    head = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    head += [f"{name}: {value}" for name, value in fields or []]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class ScriptedServer:
    """Runs `script`, which a test may replace at any time, for each connection."""

    def __init__(self, script: Script, port: int = 0, tls: ssl.SSLContext | None = None,
                 host: str = "127.0.0.1") -> None:
        self.script, self.tls = script, tls
        self.requests: list[Request] = []
        self.handshakes: list[bool | str] = []  # of TLS: whether a session was resumed, or what went wrong
        self.connections = 0
        self.faults: list[BaseException] = []
        self.peers: list[Peer] = []
        self.closing = False
        self.listener = socket.create_server((host, port))
        self.address = self.listener.getsockname()
        self.url = url(self.address, "https" if tls else "http")
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def __enter__(self) -> "ScriptedServer":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.close()
        if kind is None:
            assert not self.faults, self.faults

    def close(self) -> None:
        """No more connections, and those that are open are closed."""
        self.closing = True
        try:
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        except OSError:
            pass
        self.listener.close()
        self.thread.join(PATIENCE)
        for peer in self.peers:
            try:
                peer.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def wait_for_requests(self, count: int) -> list[Request]:
        wait_until(lambda: len(self.requests) >= count, f"{count} requests at the scripted server")
        return self.requests

    def _accept(self) -> None:
        while not self.closing:
            try:
                accepted, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(accepted, self.connections), daemon=True).start()

    def _serve(self, accepted: socket.socket, number: int) -> None:
        accepted.settimeout(PATIENCE)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self.tls:
                accepted = self.tls.wrap_socket(accepted, server_side=True)
                self.handshakes.append(bool(accepted.session_reused))
        except OSError as fault:
            self.handshakes.append(str(fault))
            accepted.close()
            return
        peer = Peer(self, accepted, number)
        self.peers.append(peer)
        try:
            with peer:
                self.script(peer)
        except (OSError, wire.Cut):
            pass  # the other side is free to leave
        except BaseException as fault:
            self.faults.append(fault)


class AnsweringServer(ScriptedServer):
    """Gives `answer`, which a test may replace at any time, to each request, on kept connections too.

    A function as the answer is called with the connection; what it returns says whether that is kept."""

    def __init__(self, answer: "bytes | Callable[[Peer], bool]" = b"", **named: object) -> None:
        self.answer = answer
        super().__init__(self._answer, **named)

    def _answer(self, peer: Peer) -> None:
        while peer.read_request() is not None:
            if isinstance(self.answer, bytes):
                peer.send(self.answer)
            elif not self.answer(peer):
                return


REFUSAL = (b'{"error":{"message":"Nothing was stored: the first event is none.","type":"invalid_request_error",'
           b'"param":null,"code":"invalid_event"}}')


class FakeCollector(ScriptedServer):
    """Takes batches while `is_open` is set; answers with `status`."""

    def __init__(self, port: int = 0, status: str = "202 Accepted", host: str = "127.0.0.1") -> None:
        self.status = status
        self.refusal = REFUSAL  # what it says where it does not take a batch
        self.most_bytes = 1 << 30  # larger bodies are answered 413
        self.is_open = threading.Event()
        self.is_open.set()
        self.batches: list[list[dict]] = []
        super().__init__(self._collect, port, host=host)

    def events(self) -> list[dict]:
        return [event for batch in self.batches for event in batch]

    def close(self) -> None:
        self.is_open.set()
        super().close()

    def _collect(self, peer: Peer) -> None:
        while (request := peer.read_request()) is not None:
            assert request.method == "POST" and request.target == "/events", request
            assert request.values("Content-Type") == ["application/x-ndjson"], request
            body = gzip.decompress(request.body) if request.values("Content-Encoding") == ["gzip"] else request.body
            assert body.endswith(b"\n"), body[-50:]
            batch = [json.loads(line) for line in body.split(b"\n")[:-1]]
            self.is_open.wait(PATIENCE)
            if self.closing:
                return
            for event in batch:
                check_event(event)
            status = self.status if len(body) <= self.most_bytes else "413 Content Too Large"
            if status.startswith("2"):
                self.batches.append(batch)
            peer.send(reply(b'{"accepted":%d}' % len(batch) if status.startswith("2") else self.refusal, status))
