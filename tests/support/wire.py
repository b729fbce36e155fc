# SPDX-License-Identifier: MIT
"""HTTP/1.1 by hand on blocking sockets: every byte and every chunk boundary is under control and in sight."""

import dataclasses
import json
import socket
import struct
from typing import Self

from support.process import PATIENCE

Fields = list[tuple[str, str]]


class Cut(AssertionError):
    """The peer closed before the message was complete. What had come is in `head` and `body`."""

    def __init__(self, where: str, body: bytes = b"", head: "Head | None" = None) -> None:
        super().__init__(f"closed in the {where}")
        self.body, self.head = body, head


def request(method: str, target: str, fields: Fields | None = None, body: bytes | None = None,
            chunks: list[bytes] | None = None, version: str = "1.1", host: bool = True) -> bytes:
    """The bytes of a request; `chunks` sends the body chunked."""
    lines = [f"{method} {target} HTTP/{version}"]
    if host:
        lines.append("Host: gateway.test")
    lines += [f"{name}: {value}" for name, value in fields or []]
    if chunks is not None:
        lines.append("Transfer-Encoding: chunked")
        body = b"".join(chunk(each) for each in chunks) + b"0\r\n\r\n"
    elif body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@dataclasses.dataclass
class Head:
    version: str
    status: int
    reason: str
    fields: Fields
    raw: bytes

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def get(self, name: str, default: str | None = None) -> str | None:
        found = self.values(name)
        assert len(found) < 2, f"{name} stands {len(found)} times in {self.raw!r}"
        return found[0] if found else default

    @property
    def request_id(self) -> str:
        return self.get("X-LLM-Request-ID")


@dataclasses.dataclass
class Response(Head):
    body: bytes = b""
    chunks: list[bytes] | None = None  # None: not chunked
    trailers: Fields = dataclasses.field(default_factory=list)
    interim: list[Head] = dataclasses.field(default_factory=list)

    def json(self) -> dict:
        return json.loads(self.body)

    @property
    def error(self) -> dict:
        """The gateway's own error, its form checked."""
        assert self.get("Content-Type") == "application/json", self
        document = self.json()
        assert list(document) == ["error"], document
        assert list(document["error"]) == ["message", "type", "param", "code"], document
        assert document["error"]["param"] is None and document["error"]["message"], document
        return document["error"]


def parse_head(raw: bytes) -> Head:
    lines = raw.decode("latin-1").split("\r\n")
    version, status, reason = (lines[0].split(" ", 2) + [""])[:3]
    fields = []
    for line in lines[1:-2]:
        name, value = line.split(":", 1)
        fields.append((name, value.strip(" \t")))
    return Head(version, int(status), reason, fields, raw)


class Stream:
    """Reading and writing messages on a socket."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.buffer = b""
        self.was_reset = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.socket.sendall(piece)

    def half_close(self) -> None:
        self.socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def receive(self) -> bytes:
        """Some bytes, b"" at the end; a reset counts as an end that is no good order."""
        try:
            return self.socket.recv(256 * 1024)
        except ConnectionResetError:
            self.was_reset = True
            return b""

    def fill(self, where: str) -> None:
        more = self.receive()
        if not more:
            raise Cut(where)
        self.buffer += more

    def take_until(self, mark: bytes, where: str) -> bytes:
        while mark not in self.buffer:
            self.fill(where)
        end = self.buffer.index(mark) + len(mark)
        taken, self.buffer = self.buffer[:end], self.buffer[end:]
        return taken

    def take(self, count: int, where: str) -> bytes:
        pieces, have = [self.buffer], len(self.buffer)
        while have < count:
            more = self.receive()
            if not more:
                raise Cut(where, b"".join(pieces))
            pieces.append(more)
            have += len(more)
        data = b"".join(pieces)
        self.buffer = data[count:]
        return data[:count]

    def at_end(self) -> bool:
        """Waits for the peer's close; False if bytes come instead."""
        return not self.buffer and self.receive() == b""

    def read_head(self) -> Head:
        return parse_head(self.take_until(b"\r\n\r\n", "head"))

    def read_chunk(self) -> bytes:
        """The next chunk; b"" for the last one, whose trailers are left to read_trailers."""
        size = int(self.take_until(b"\r\n", "chunk size")[:-2].split(b";")[0], 16)
        if size == 0:
            return b""
        data = self.take(size + 2, "chunk")
        assert data.endswith(b"\r\n"), data[-20:]
        return data[:-2]

    def read_trailers(self) -> Fields:
        trailers = []
        while (line := self.take_until(b"\r\n", "trailers")) != b"\r\n":
            name, value = line[:-2].decode("latin-1").split(":", 1)
            trailers.append((name, value.strip(" \t")))
        return trailers

    def read_to_close(self) -> bytes:
        pieces = [self.buffer]
        self.buffer = b""
        while more := self.receive():
            pieces.append(more)
        return b"".join(pieces)


class Connection(Stream):
    """One TCP connection to a server under test."""

    def __init__(self, address: tuple[str, int], patience: float = PATIENCE, receive_buffer: int = 0) -> None:
        super().__init__(socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET))
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(patience)
        self.socket.connect(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read_response(self, method: str = "GET") -> Response:
        """A whole response, with the interim ones before it (RFC 9112 section 6.3)."""
        interim = []
        while (head := self.read_head()).status < 200:
            interim.append(head)
        response = Response(head.version, head.status, head.reason, head.fields, head.raw, interim=interim)
        if method == "HEAD" or head.status in (204, 304):
            return response
        if head.get("Transfer-Encoding", "").lower() == "chunked":
            response.chunks = []
            try:
                while piece := self.read_chunk():
                    response.chunks.append(piece)
                response.trailers = self.read_trailers()
            except Cut as cut:
                raise Cut("body", b"".join(response.chunks) + cut.body, head) from cut
            response.body = b"".join(response.chunks)
        elif (length := head.get("Content-Length")) is not None:
            try:
                response.body = self.take(int(length), "body")
            except Cut as cut:
                raise Cut("body", cut.body, head) from cut
        else:
            response.body = self.read_to_close()
        return response


def ask(address: tuple[str, int], method: str, target: str, fields: Fields | None = None, body: bytes | None = None,
        **rest: object) -> Response:
    """One request on a connection of its own."""
    with Connection(address) as connection:
        connection.send(request(method, target, fields, body, **rest))
        return connection.read_response(method)
