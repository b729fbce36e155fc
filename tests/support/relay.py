# SPDX-License-Identifier: MIT
"""A TCP relay between a program and a server that fails where a test says."""

import socket
import threading


class Relay:
    """Listens on a port of its own and passes bytes on, until a client sends what was named."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.needle: bytes | None = None
        self.act = ""
        self.happened = threading.Event()
        self.sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def fail_at(self, needle: bytes, act: str) -> None:
        """Once, when a client sends these bytes. `cut`: they do not arrive, and the connection breaks. `lose`: they
        arrive, and the connection breaks instead of the answer. `swallow`: they arrive, and no answer ever comes."""
        self.happened.clear()
        with self.lock:
            self.needle, self.act = needle, act

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(self.target)
            except OSError:
                if self.listener.fileno() < 0:
                    return
                client.close()
                continue
            self.sockets += [client, server]
            pair = _Pair(self, client, server)
            threading.Thread(target=pair.requests, daemon=True).start()
            threading.Thread(target=pair.answers, daemon=True).start()

    def take_act(self, data: bytes) -> str:
        with self.lock:
            if self.needle is None or self.needle not in data:
                return ""
            self.needle = None
            return self.act

    def close(self) -> None:
        self.listener.close()
        for each in self.sockets:
            each.close()


class _Pair:
    def __init__(self, relay: Relay, client: socket.socket, server: socket.socket) -> None:
        self.relay, self.client, self.server = relay, client, server
        self.act = ""

    def requests(self) -> None:
        try:
            while data := self.client.recv(1 << 16):
                self.act = self.act or self.relay.take_act(data)
                if self.act == "cut":
                    break
                self.server.sendall(data)
        except OSError:
            pass
        self.end()

    def answers(self) -> None:
        try:
            while data := self.server.recv(1 << 16):
                if self.act:
                    self.relay.happened.set()
                if self.act == "lose":
                    break
                if self.act != "swallow":
                    self.client.sendall(data)
        except OSError:
            pass
        self.end()

    def end(self) -> None:
        if self.act == "cut":
            self.relay.happened.set()
        for each in (self.client, self.server):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
