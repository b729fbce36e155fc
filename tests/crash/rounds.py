# SPDX-License-Identifier: MIT
"""Crash test: rounds of traffic in which the proxy, the collector or both are killed at a random moment.

At the end every exchange that a client saw complete at least GRACE before a kill of its proxy is in the collector's log
exactly once. Run by `tools/check crash [ROUNDS [SEED]]`, and in a short form by tests/integration/crash_test.py.
"""

import collections
import dataclasses
import pathlib
import random
import signal
import sys
import tempfile
import threading
import time

from support import wire
from support.delivery import terms
from support.gateway import Collector, Mock, Proxy, chat, new_id, read_lines
from support.process import SANITIZED, wait_until

GRACE = 0.05  # seconds within which an event has to be on disk, on a machine that has a processor to spare
GRACE_IN_COMPANY = 0.5  # with sanitizers, or beside whatever else the machine does
CLIENTS = 4


@dataclasses.dataclass
class Report:
    rounds: int = 0
    kills: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    exchanged: int = 0  # responses that clients saw complete
    in_doubt: int = 0  # of them, those that completed too short before a kill of their proxy
    logged: int = 0  # lines in the log
    lost: int = 0
    doubled: int = 0

    def __str__(self) -> str:
        kills = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        return (f"{self.rounds} rounds (killed: {kills}): exchanged {self.exchanged}, logged {self.logged}, "
                f"in doubt {self.in_doubt}, lost {self.lost}, doubled {self.doubled}")


class Client(threading.Thread):
    """Asks one thing after the other over kept connections, whatever becomes of the proxy."""

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(daemon=True)
        self.address = address
        self.done = threading.Event()
        self.completed: list[tuple[str, float]] = []

    def run(self) -> None:
        while not self.done.is_set():
            try:
                with wire.Connection(self.address) as connection:
                    self.converse(connection)
            except (OSError, wire.Cut):
                time.sleep(0.002)  # no proxy there for now

    def converse(self, connection: wire.Connection) -> None:
        while not self.done.is_set():
            request_id = new_id("crash")
            connection.send(wire.request("POST", "/v1/chat/completions", [("X-LLM-Request-ID", request_id)], chat()))
            assert connection.read_response().status == 200
            self.completed.append((request_id, time.monotonic()))


class Crashes:
    """The three daemons, of which two die again and again, on the same ports, log and spool."""

    def __init__(self, folder: pathlib.Path, seed: int, grace: float) -> None:
        self.folder, self.random, self.grace = folder, random.Random(seed), grace
        self.mock = Mock(self.make_folder())
        self.log, self.spool = folder / "events.ndjson", folder / "spool"
        self.collector = self.start_collector("127.0.0.1:0")
        self.proxy = self.start_proxy("127.0.0.1:0")
        self.gaps: list[tuple[float, float]] = []  # from a kill of the proxy until it listens again
        self.report = Report()

    def make_folder(self) -> pathlib.Path:
        return pathlib.Path(tempfile.mkdtemp(dir=self.folder))

    def start_collector(self, port: str) -> Collector:
        return Collector(self.make_folder(), port, self.log, EVENT_LOG_SYNC="batch")

    def start_proxy(self, address: str) -> Proxy:
        return Proxy(self.make_folder(), self.mock.url, self.collector.url, LISTEN_ADDR=address,
                     EVENT_SPOOL_DIR=str(self.spool), EVENT_DRAIN_TIMEOUT="10s")

    def round(self) -> None:
        time.sleep(self.random.uniform(0.02, 0.35 + self.grace))  # traffic, of a random length: the moment is what is tested
        victims = self.random.choice((("proxy",), ("collector",), ("proxy", "collector"), ("collector", "proxy")))
        killed = time.monotonic()
        for victim in victims:
            getattr(self, victim).daemon.process.send_signal(signal.SIGKILL)
        for victim in victims:
            getattr(self, victim).daemon.wait()
        self.report.kills[" and ".join(sorted(victims))] += 1
        if "collector" in victims:
            self.collector = self.start_collector("%s:%d" % self.collector.address)
        if "proxy" in victims:
            self.proxy = self.start_proxy("%s:%d" % self.proxy.address)
            self.gaps.append((killed, time.monotonic()))
        self.report.rounds += 1

    def run(self, rounds: int) -> Report:
        clients = [Client(self.proxy.address) for _ in range(CLIENTS)]
        for each in clients:
            each.start()
        for _ in range(rounds):
            self.round()
        for each in clients:
            each.done.set()
        for each in clients:
            each.join()
        self.drain()
        self.judge([each for client in clients for each in client.completed])
        return self.report

    def drain(self) -> None:
        def is_empty() -> bool:
            now = terms(self.proxy)
            assert now["dropped"] == 0, now
            return now["queued"] == now["spooled"] == now["in_flight"] == 0
        wait_until(is_empty, "all events delivered", 60)
        for each in (self.proxy, self.collector, self.mock):
            status = each.daemon.stop()
            assert status == 0 or each is self.mock, (status, each.daemon.log())

    def judge(self, completed: list[tuple[str, float]]) -> None:
        logged = collections.Counter(event["request_id"] for event in read_lines(self.log))
        assert self.log.read_bytes().endswith(b"\n")
        for request_id, at in completed:
            # A client looks at its clock some time after the response's last byte: within a gap it is late.
            in_doubt = any(killed - self.grace < at < again for killed, again in self.gaps)
            self.report.in_doubt += in_doubt
            self.report.lost += not in_doubt and not logged[request_id]
        self.report.exchanged = len(completed)
        self.report.logged = logged.total()
        self.report.doubled = sum(count - 1 for count in logged.values())


def main(rounds: int, seed: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        report = Crashes(pathlib.Path(folder), seed, GRACE_IN_COMPANY if SANITIZED else GRACE).run(rounds)
    print(f"seed {seed}: {report}")
    return 1 if report.lost or report.doubled else 0


if __name__ == "__main__":
    arguments = [int(each) for each in sys.argv[1:]]
    sys.exit(main(arguments[0] if arguments else 200, arguments[1] if arguments[1:] else random.randrange(1 << 32)))
