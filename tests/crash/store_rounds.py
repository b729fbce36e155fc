# SPDX-License-Identifier: MIT
"""Crash test of stores: rounds of load, with repetitions, in which the collector, the database or both are killed.

At the end, all that was sent is there once, and the sums are those of the rows; they were so at every look in between.
Run by `tools/check crash-store [ROUNDS [SEED]]`, and in a short form by tests/integration/store_crash_test.py.
"""

import collections
import dataclasses
import pathlib
import random
import signal
import sys
import tempfile
import threading

from support.gateway import Collector
from support.postgres import PostgresServer
from support.process import PATIENCE, SANITIZED, wait_until
from support.senders import lines, new_ids, post
from support.store import AnyStore, PostgresStore, Store

SENDERS = 4
BATCH = 50


@dataclasses.dataclass
class Report:
    engine: str
    rounds: int = 0
    kills: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    sent: int = 0
    stored: int = 0
    lost: int = 0
    doubled: int = 0

    def __str__(self) -> str:
        kills = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        return (f"{self.engine}, {self.rounds} rounds (killed: {kills}): sent {self.sent}, stored {self.stored}, "
                f"lost {self.lost}, doubled {self.doubled}")


class Sender(threading.Thread):
    """Posts batches, each until it is taken, and every third one once more afterwards."""

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(daemon=True)
        self.address = address
        self.done = threading.Event()
        self.sent: list[str] = []
        self.taken = 0

    def run(self) -> None:
        while not self.done.is_set():
            ids = new_ids(BATCH)
            self.sent += ids
            for _ in range(2 if self.taken % 3 == 0 else 1):
                while not self.post(ids):
                    self.done.wait(0.002)  # goes on after the end until what it owes is taken
            self.taken += 1

    def post(self, ids: list[str]) -> bool:
        try:
            return post(self.address, lines(ids)).status == 202
        except (OSError, AssertionError):
            return False


def run(folder: pathlib.Path, store: AnyStore, server: PostgresServer | None, rounds: int, seed: int) -> Report:
    """`server`: that of the store, which may be killed."""
    randomness = random.Random(seed)
    report = Report(store.engine)
    victims = ["collector", "database", "both"] if server else ["collector"]
    settings = {"STORE_URL": store.url, "QUERY_LISTEN_ADDR": "off"}
    collector = Collector(folder, **settings)
    port = f"127.0.0.1:{collector.address[1]}"
    senders = [Sender(collector.address) for _ in range(SENDERS)]
    for each in senders:
        each.start()
    try:
        for _ in range(rounds):
            wanted = sum(each.taken for each in senders) + randomness.randint(2, 20)
            wait_until(lambda: sum(each.taken for each in senders) >= wanted, "batches to be taken", PATIENCE * 2)
            victim = randomness.choice(victims)
            if victim != "database":
                collector.daemon.kill()
            if victim != "collector":
                server.stop(randomness.choice((signal.SIGKILL, signal.SIGQUIT)))
                server.start()
            assert store.check() <= sum(len(each.sent) for each in senders)
            if victim != "database":
                collector = Collector(folder, port, **settings)
            report.kills[victim] += 1
            report.rounds += 1
        for each in senders:
            each.done.set()
        for each in senders:
            each.join(PATIENCE * 2)
            assert not each.is_alive(), "a batch is never taken"
        sent = [name for each in senders for name in each.sent]
        stored = collections.Counter(store.ids())
        report.sent, report.stored = len(sent), store.check()
        report.lost = len(set(sent) - set(stored))
        report.doubled = sum(count - 1 for count in stored.values()) + len(set(stored) - set(sent))
    finally:
        collector.daemon.stop()
        collector.daemon.check_findings()
    return report


def run_engines(folder: pathlib.Path, rounds: int, seed: int) -> list[Report]:
    server = PostgresServer().initialize()
    try:
        return [run(folder, Store(folder / "events.db"), None, rounds, seed),
                run(folder, PostgresStore(server), server, rounds, seed)]
    finally:
        server.close()


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20 if SANITIZED else 100
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1_000_000)
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        reports = run_engines(pathlib.Path(folder), rounds, seed)
    print(*reports, sep="\n")
    return 1 if any(each.lost or each.doubled or each.stored != each.sent for each in reports) else 0


if __name__ == "__main__":
    sys.exit(main())
