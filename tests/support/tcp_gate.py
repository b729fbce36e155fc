# SPDX-License-Identifier: MIT
"""A TCP proxy that a test has in hand: it counts what goes through, and cuts where it is told to."""

import contextlib
import socket
import threading


class TcpGate:
    """Listens on a port of its own and passes on to `target`. `cut_after` bytes of requests, or of answers, the
    connection is reset, once; `is_closed`: every connection is, old and new."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.lock = threading.Lock()
        self.open: set[socket.socket] = set()
        self.left: dict[str, int | None] = {"request": None, "answer": None}
        self.is_closed = False
        self.accepted = 0
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, side: str, size: int) -> None:
        with self.lock:
            self.left[side] = size

    def close_all(self) -> None:
        self.is_closed = True
        self._reset()

    def open_again(self) -> None:
        self.is_closed = False

    def _reset(self) -> None:
        with self.lock:
            ends, self.open = self.open, set()
        for each in ends:
            with contextlib.suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                each.shutdown(socket.SHUT_RDWR)
                each.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            if self.is_closed:
                client.close()
                continue
            try:
                server = socket.create_connection(self.target)
            except OSError:
                client.close()
                continue
            with self.lock:
                self.open |= {client, server}
            for side, source, end in (("request", client, server), ("answer", server, client)):
                threading.Thread(target=self._pass, args=(side, source, end), daemon=True).start()

    def _pass(self, side: str, source: socket.socket, end: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                allowed = self._take(side, len(data))
                end.sendall(data[:allowed])
                if allowed < len(data):
                    self.cuts += 1
                    self._reset()
                    return
            end.shutdown(socket.SHUT_WR)
        except OSError:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _take(self, side: str, size: int) -> int:
        with self.lock:
            left = self.left[side]
            if left is None:
                return size
            self.left[side] = left - size if left >= size else None
            return min(left, size)
