# SPDX-License-Identifier: MIT
"""Events sent to a collector by hand, once or by many at once, until they are taken."""

import json
import threading
import uuid

from support import wire
from support.process import wait_until

NDJSON = [("Content-Type", "application/x-ndjson")]
KEYS = ("request_id", "tenant", "provider", "model")


def new_ids(count: int) -> list[str]:
    return [str(uuid.uuid4()) for _ in range(count)]


def lines(ids: list[str], padding: int = 0) -> bytes:
    shared = {name: "x" for name in KEYS} | {"latency_ms": 1.5, "status_code": 200, "ts": "2026-11-23T08:30:00.123Z"}
    if padding:
        shared["padding"] = "p" * padding
    return b"".join(json.dumps(shared | {"event_id": each}).encode() + b"\n" for each in ids)


def post(address: tuple[str, int], body: bytes, fields: wire.Fields = NDJSON) -> wire.Response:
    return wire.ask(address, "POST", "/events", fields, body)


def metrics(address: tuple[str, int]) -> dict[str, float]:
    text = wire.ask(address, "GET", "/metrics").body.decode()
    return {name: float(value) for name, value in
            (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))}


class Senders:
    """Threads that post batches one after the other, and send again what was not answered with 202."""

    def __init__(self, address: tuple[str, int], count: int, batch: int = 40) -> None:
        self.address = address
        self.batch = batch
        self.sent: list[list[str]] = []  # every batch, answered or not
        self.answered = 0
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=self._run) for _ in range(count)]
        for each in self.threads:
            each.start()

    def _run(self) -> None:
        while not self.ending.is_set():
            ids = new_ids(self.batch)
            self.sent.append(ids)
            while not self._post(ids):  # once at least: what is in `sent` was sent
                if self.ending.wait(0.002):
                    return

    def _post(self, ids: list[str]) -> bool:
        try:
            accepted = post(self.address, lines(ids)).status == 202
        except (OSError, AssertionError):  # the collector was killed
            return False
        self.answered += accepted
        return accepted

    def wait_for(self, answers: int) -> None:
        wanted = self.answered + answers
        wait_until(lambda: self.answered >= wanted, f"{answers} more batches")

    def end(self) -> list[str]:
        """All ids there are."""
        self.ending.set()
        for each in self.threads:
            each.join()
        return [each for batch in self.sent for each in batch]
