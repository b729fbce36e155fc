# SPDX-License-Identifier: MIT
"""Several proxies that borrow of one collector, in front of an upstream that a test plays, and load for them."""

import contextlib
import dataclasses
import itertools
import pathlib
import threading
import time
from collections.abc import Iterator

from support import wire
from support.config_file import write
from support.gateway import Collector, Factory, Proxy, chat
from support.limited import GOOD
from support.process import wait_until
from support.scripted import AnsweringServer

RESERVED = "llmgw_limit_reserved_units"


def metrics_of(address: tuple[str, int]) -> dict[str, float]:
    lines = wire.ask(address, "GET", "/metrics").body.decode().splitlines()
    return {name: float(value) for name, value in
            (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))}


@dataclasses.dataclass
class Exchange:
    began: float
    ended: float
    status: int


class Cluster:
    """The collector comes back where it was."""

    def __init__(self, factory: Factory, folder: pathlib.Path, content: dict, proxies: int = 3, answer: object = GOOD,
                 lender: dict[str, str] | None = None, url: str | None = None, **settings: str) -> None:
        self.factory = factory
        self.path = write(folder / "limits.yaml", content)
        self.upstream = AnsweringServer(answer)
        self.lender = {"GATEWAY_CONFIG": str(self.path), "LIMITS_STATE_DIR": str(folder / "state")} | (lender or {})
        self.collector: Collector | None = None if url else factory.collector(**self.lender)
        self.settings = {"GATEWAY_CONFIG": str(self.path), "LIMITS_URL": url or self.collector.url} | settings
        self.proxies: list[Proxy] = [self.start_proxy() for _ in range(proxies)]

    def start_proxy(self) -> Proxy:
        return self.factory.proxy(self.upstream.url, None, **self.settings)

    def restart_proxy(self, number: int) -> None:
        self.proxies[number].daemon.kill()
        self.proxies[number] = self.start_proxy()

    def restart_collector(self) -> None:
        self.collector.daemon.kill()
        host, port = self.collector.address
        self.collector = self.factory.collector(port=f"{host}:{port}", **self.lender)

    def ask(self, proxy: int = 0, tenant: str = "t", fields: wire.Fields | None = None, **more: object) -> wire.Response:
        head = [("Content-Type", "application/json"), ("X-LLM-Tenant", tenant)] + (fields or [])
        return self.proxies[proxy].ask("POST", "/v1/chat/completions", head, chat(model="m", **more))

    def statuses(self, count: int, **named: object) -> list[int]:
        """Of so many requests, one after the other, to one proxy after the other."""
        return [self.ask(number % len(self.proxies), **named).status for number in range(count)]

    def admitted(self, least: int, **named: object) -> int:
        """A collector that has just started lends nothing for a lease; how many passed until so many did."""
        numbers = itertools.count()
        passed = 0
        def enough() -> bool:
            nonlocal passed
            passed += self.ask(next(numbers) % len(self.proxies), **named).status == 200
            return passed >= least
        wait_until(enough, f"{least} that are admitted")
        return passed

    def lent(self) -> tuple[float, float]:
        """Slots and units of rates that the collector thinks are with proxies."""
        metrics = metrics_of(self.collector.address)
        return metrics["llmgw_collector_lease_lent_slots"], metrics["llmgw_collector_lease_lent_units"]

    def state(self, proxy: int = 0) -> str:
        metrics = self.proxies[proxy].metrics()
        return next(word for word in ("ok", "stale", "away") if metrics[f'llmgw_lease_state{{state="{word}"}}'])

    def wait_for_state(self, state: str) -> None:
        for number in range(len(self.proxies)):
            wait_until(lambda number=number: self.state(number) == state, f"{state} at proxy {number}")

    def syncs(self, result: str, proxy: int = 0) -> int:
        return int(self.proxies[proxy].metrics()[f'llmgw_lease_syncs_total{{result="{result}"}}'])

    def is_free(self) -> bool:
        """No proxy has an exchange, or something that one has reserved."""
        return all(not any(value for name, value in each.metrics().items() if name.startswith(RESERVED))
                   and each.metrics()["llmgw_proxy_open_requests"] == 0 for each in self.proxies)

    def wait_until_free(self) -> None:
        wait_until(self.is_free, "the end of all that is reserved")

    def close(self) -> None:
        self.upstream.close()


@contextlib.contextmanager
def cluster(*arguments: object, **named: object) -> Iterator[Cluster]:
    opened = Cluster(*arguments, **named)
    try:
        yield opened
    finally:
        opened.close()


class Load:
    """Requests to all proxies at a steady rate, each by itself, whatever becomes of the last ones."""

    def __init__(self, of: Cluster, each_second: float, **named: object) -> None:
        self.of, self.pause, self.named = of, len(of.proxies) / each_second, named
        self.done: list[Exchange] = []
        self.ends = threading.Event()
        self.threads = [threading.Thread(target=self._run, args=(number,)) for number in range(len(of.proxies))]

    def _run(self, number: int) -> None:
        due = time.monotonic()
        while not self.ends.wait(max(0.0, due - time.monotonic())):
            due = max(due + self.pause, time.monotonic() - 1)
            began = time.monotonic()
            status = 0
            with contextlib.suppress(OSError, AssertionError):  # of a proxy that is killed
                status = self.of.ask(number, **self.named).status
            self.done.append(Exchange(began, time.monotonic(), status))

    def __enter__(self) -> "Load":
        for each in self.threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ends.set()
        for each in self.threads:
            each.join()

    def admitted(self) -> list[Exchange]:
        return sorted((each for each in self.done if each.status == 200), key=lambda each: each.began)

    def check(self, rate: float, burst: float) -> None:
        """In each window no more was admitted than one bucket would: between its first question and its last answer."""
        admitted = self.admitted()
        for first in range(len(admitted)):
            last = admitted[first].ended
            for at in range(first, len(admitted)):
                last = max(last, admitted[at].ended)
                count, window = at - first + 1, last - admitted[first].began
                assert count <= burst + rate * window + 1, f"{count} in {window:.3f} s"
