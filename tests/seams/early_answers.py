# SPDX-License-Identifier: MIT
"""Rounds of requests, with bodies of many sizes, to an upstream that reads slowly and answers before it has read all.

Whatever the upstream does with the rest (reads it, at once or later, closes, resets), each request has its own answer and
exactly one event, nothing is left open, and the proxy ends when it is told to. Run by
`tools/check early-answers [ROUNDS [SEED]]`, and in a short form by tests/integration/early_answer_test.py.
"""

import collections
import pathlib
import random
import select
import signal
import socket
import struct
import sys
import tempfile
import threading

from support.gateway import Factory, new_id
from support.process import PATIENCE, wait_until

CLIENTS = 6
SMALL_BUFFER = 8 * 1024  # of the upstream's sockets: what is larger has to wait for room
THEN = ("read", "pause", "close", "reset")  # what becomes of the rest once the answer is out


def head_of(sock: socket.socket, have: bytes) -> tuple[bytes, bytes]:
    """The next head and what came behind it; both empty at the end."""
    while b"\r\n\r\n" not in have:
        more = sock.recv(4096)
        if not more:
            return b"", b""
        have += more
    head, rest = have.split(b"\r\n\r\n", 1)
    return head, rest


def field(head: bytes, name: bytes) -> bytes:
    return next(line.split(b": ", 1)[1] for line in head.split(b"\r\n")[1:] if line.lower().startswith(name.lower() + b":"))


class Upstream:
    """Answers a request once it has read X-Read bytes of its body, then does what X-Then says."""

    def __init__(self) -> None:
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                accepted, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(accepted,), daemon=True).start()

    def serve(self, sock: socket.socket) -> None:
        with sock:
            sock.settimeout(PATIENCE)
            rest = b""
            try:
                while (got := head_of(sock, rest))[0]:
                    rest = self.answer(sock, *got)
            except OSError:
                pass  # the proxy is free to leave

    def answer(self, sock: socket.socket, head: bytes, rest: bytes) -> bytes:
        length, wanted = int(field(head, b"Content-Length")), int(field(head, b"X-Read"))
        while len(rest) < min(wanted, length):
            more = sock.recv(min(4096, min(wanted, length) - len(rest)))
            if not more:
                raise OSError
            rest += more
        body, then = field(head, b"X-LLM-Request-ID"), field(head, b"X-Then")
        ends = then in (b"close", b"reset") and len(rest) < length
        sock.sendall(b"HTTP/1.1 429 Too Many Requests\r\n%bContent-Length: %d\r\n\r\n%b"
                     % (b"Connection: close\r\n" if ends else b"", len(body), body))
        if then == b"pause" and len(rest) < length:
            wait = select.poll()
            wait.register(sock, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
            wait.poll(30)  # or until the proxy leaves
        if then == b"reset" and len(rest) < length:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if ends:
            raise OSError
        while len(rest) < length:
            more = sock.recv(65536)
            if not more:
                raise OSError
            rest += more
        return rest[length:]


class Client:
    """One kept connection; sends while it reads, as an answer may come before the request has left."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address, self.sock = address, None

    def ask(self, head: bytes, body: bytes) -> tuple[int, bytes, bool]:
        """Status and body of the answer; status 0: the connection ended without one."""
        if self.sock is None:
            self.sock = socket.create_connection(self.address, PATIENCE)
            self.sock.setblocking(False)
        data, got = memoryview(head + body), b""
        while True:
            events = select.select([self.sock], [self.sock] if data else [], [], PATIENCE)
            assert events[0] or events[1], "neither side goes on"
            if events[1] and not events[0]:
                try:
                    data = data[self.sock.send(data[:65536]):]
                except OSError:
                    data = memoryview(b"")  # the answer says why
                continue
            try:
                more = self.sock.recv(65536)
            except OSError:
                more = b""
            got += more
            answer = self.parse(got)
            if answer or not more:
                break
        status, text, keeps = answer or (0, b"", False)
        if data or not keeps:
            self.sock.close()
            self.sock = None
        return status, text, bool(answer)

    @staticmethod
    def parse(got: bytes) -> tuple[int, bytes, bool] | None:
        if b"\r\n\r\n" not in got:
            return None
        head, body = got.split(b"\r\n\r\n", 1)
        if len(body) < int(field(head, b"Content-Length")):
            return None
        return int(head.split(b" ")[1]), body, b"connection: close" not in head.lower()


def size_of(chance: random.Random) -> int:
    """Around what one receive and one send hold, and, mostly, around what the kernel takes before a piece has to wait."""
    kind = chance.random()
    if kind < 0.2:
        return chance.randrange(1, 70_000)
    if kind < 0.4:
        return chance.choice([65_536, 131_072, 262_144, 524_288]) + chance.randrange(-300, 300)
    return chance.randrange(1_000_000, 4_000_000)


class Rounds:
    def __init__(self, folder: pathlib.Path, seed: int) -> None:
        self.factory = Factory(folder)
        self.upstream = Upstream()
        self.gateway = self.factory.gateway(self.upstream.url, PROXY_THREADS="1", DRAIN_TIMEOUT="20s")
        self.seed, self.outcomes = seed, collections.Counter()
        self.ids: list[str] = []
        self.faults: list[str] = []

    def run(self, rounds: int) -> collections.Counter:
        clients = [threading.Thread(target=self.converse, args=(number, rounds // CLIENTS)) for number in range(CLIENTS)]
        for each in clients:
            each.start()
        for each in clients:
            each.join()
        assert not self.faults, self.faults[:3]
        self.check_rest()
        return self.outcomes

    def converse(self, number: int, rounds: int) -> None:
        chance = random.Random(self.seed * 1000 + number)
        client = Client(self.gateway.proxy.address)
        try:
            for _ in range(rounds):
                self.one(client, chance)
        except Exception as fault:
            self.faults.append(f"client {number}: {fault!r}")

    def one(self, client: Client, chance: random.Random) -> None:
        request_id, size, then = new_id("early"), size_of(chance), chance.choice(THEN)
        wanted = chance.choice([0, 1, size // 2, max(0, size - chance.randrange(1, 20_000)), size])
        head = (f"POST /v1/files HTTP/1.1\r\nHost: a\r\nX-LLM-Request-ID: {request_id}\r\nX-Read: {wanted}\r\n"
                f"X-Then: {then}\r\nContent-Length: {size}\r\n\r\n").encode()
        self.ids.append(request_id)
        status, text, whole = client.ask(head, bytes(size))
        if status == 429:
            assert text == request_id.encode(), f"the answer to {text!r} went to {request_id}"
        else:  # an answer may be lost where the upstream resets, and nowhere else
            assert then in ("close", "reset") and status in (0, 502), (status, then, size, wanted, text)
        self.outcomes[f"{then} {status}"] += 1

    def check_rest(self) -> None:
        proxy = self.gateway.proxy
        names = ["llmgw_proxy_open_requests", "llmgw_proxy_overdue_requests", "llmgw_proxy_open_streams"]
        wait_until(lambda: all(proxy.metrics()[name] == 0 for name in names), f"{names} at 0", 2 * PATIENCE)
        wait_until(lambda: (seen := proxy.metrics())['llmgw_proxy_upstream_open_connections{upstream="openai"}']
                   == seen['llmgw_proxy_upstream_idle_connections{upstream="openai"}'], "no upstream connection in use")
        proxy.daemon.signal(signal.SIGTERM)
        assert proxy.daemon.wait() == 0
        stored = collections.Counter(event["request_id"] for event in self.gateway.collector.events())
        assert stored == collections.Counter(self.ids), (stored - collections.Counter(self.ids),
                                                         collections.Counter(self.ids) - stored)

    def close(self) -> None:
        self.upstream.listener.close()
        self.factory.close()


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        made = Rounds(pathlib.Path(folder), seed)
        print(f"seed {seed}", flush=True)  # first: of rounds that fail it is what one needs
        print(dict(made.run(rounds)))
        made.close()


if __name__ == "__main__":
    main()
