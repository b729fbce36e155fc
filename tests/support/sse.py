# SPDX-License-Identifier: MIT
"""A stream of server-sent events, read as it comes."""

import json
import socket
import urllib.parse

from support import wire
from support.process import PATIENCE


class EventStream:
    """GET of a path that answers with `text/event-stream`; each message as its event's name and its JSON."""

    def __init__(self, address: tuple[str, int], path: str, fields: wire.Fields, **parameters: object) -> None:
        query = urllib.parse.urlencode(parameters, doseq=True)
        self.socket = socket.create_connection(address, timeout=PATIENCE)
        self.socket.sendall(wire.request("GET", path + (f"?{query}" if query else ""), fields, host=False))
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self._fill()
        raw, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.head = wire.parse_head(raw + b"\r\n\r\n")
        self.text = b""
        self.is_complete = False

    def __enter__(self) -> "EventStream":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def _fill(self) -> None:
        more = self.socket.recv(65536)
        if not more:
            raise wire.Cut("stream of events")
        self.buffer += more

    def _chunk(self) -> None:
        while b"\r\n" not in self.buffer:
            self._fill()
        size, rest = self.buffer.split(b"\r\n", 1)
        length = int(size, 16)
        while len(rest) < length + 2:
            self._fill()
            size, rest = self.buffer.split(b"\r\n", 1)
        self.text += rest[:length]
        self.buffer = rest[length + 2:]
        self.is_complete = length == 0

    def next(self) -> tuple[str, object] | None:
        """Nothing once the stream has ended in good order; comments are passed over."""
        while True:
            while b"\n\n" not in self.text:
                if self.is_complete:
                    return None
                self._chunk()
            message, self.text = self.text.split(b"\n\n", 1)
            lines = dict(line.split(": ", 1) for line in message.decode().split("\n") if not line.startswith(":"))
            if "event" in lines:
                return lines["event"], json.loads(lines["data"])

    def next_of(self, name: str) -> object:
        while True:
            message = self.next()
            assert message is not None, "the stream has ended"
            if message[0] == name:
                return message[1]
