#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A collector that is away while traffic goes on: the traffic must not feel it, and every event must arrive afterwards.

Usage: tests/soak/outage.py [MINUTES [RATE]]. Two proxies with a spool take RATE requests a second each (default 2,000), at
the same time and for the same rounds; one has a collector, the other's is away for MINUTES (default 10). Needs the
release programs and bench-load. Prints a line a round and a verdict; exit status 1 if traffic paid, memory grew or an
event is missing."""

import concurrent.futures
import os
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "bench")]

from suite import machine  # noqa: E402
from suite.generator import Generator  # noqa: E402
from support.delivery import adds_up, terms  # noqa: E402
from support.gateway import Collector, Proxy  # noqa: E402
from support.process import wait_until  # noqa: E402

ROUND = 10.0  # seconds
MOST_CPU = 1.02  # the proxy without its collector against the other, processor time a request
MOST_DELAY = 1.10  # the same of the median latency
MOST_MEMORY = 64e6  # bytes
CATCH_UP = 300.0  # seconds that the delivery of all may take afterwards


class Side:
    """One proxy with its collector and its clients."""

    def __init__(self, folder: pathlib.Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.generator = Generator(folder)
        self.collector = Collector(folder)
        os.sched_setaffinity(self.collector.daemon.pid, {machine.LOAD_CPU})
        self.proxy = Proxy(folder, f"http://127.0.0.1:{self.generator.plain}", self.collector.url, PROXY_THREADS="1",
                           EVENT_SPOOL_DIR=str(folder / "spool"), EVENT_SPOOL_MAX="4GB", EVENT_DRAIN_TIMEOUT="60s",
                           before_exec=lambda: os.sched_setaffinity(0, {machine.PROXY_CPU}))
        self.results: list[dict] = []

    def round(self, rate: int) -> None:
        self.results.append(self.generator.run(kind="paced", port=self.proxy.address[1], connections=32, rate=rate,
                                               warmup=0.5, seconds=ROUND, processes=self.proxy.daemon.pid))

    def cost(self) -> list[float]:
        """Microseconds of processor time a request, by round."""
        return [sum(each["cpu_ns"]) / each["requests"] / 1e3 for each in self.results]

    def stop_collector(self) -> None:
        assert self.collector.daemon.stop() == 0

    def start_collector(self) -> None:
        port = f"127.0.0.1:{self.collector.address[1]}"
        self.collector = Collector(self.folder, port, events=self.collector.events_path)

    def close(self) -> None:
        self.generator.close()
        self.proxy.daemon.kill()
        self.collector.daemon.kill()


def median(side: Side, name: str) -> float:
    return statistics.median(each[name] for each in side.results)


def play(kept: Side, cut: Side, minutes: float, rate: int) -> float:
    """All rounds; the most memory that the proxy without a collector had."""
    memory = 0.0
    with concurrent.futures.ThreadPoolExecutor(2) as both:
        for number in range(max(1, round(minutes * 60 / ROUND))):
            list(both.map(lambda side: side.round(rate), (kept, cut)))
            memory = max(memory, cut.proxy.daemon.resident_bytes())
            now = terms(cut.proxy)
            assert adds_up(now) and now["dropped"] == 0, now
            print(f"{number:>4}  us/request {kept.cost()[-1]:6.2f} {cut.cost()[-1]:6.2f}  p50 us "
                  f"{kept.results[-1]['p50_us']:7.1f} {cut.results[-1]['p50_us']:7.1f}  spooled {now['spooled']:>9}"
                  f"  RSS MB {cut.proxy.daemon.resident_bytes() / 1e6:6.1f}", flush=True)
    return memory


def catch_up(cut: Side) -> list[str]:
    """The collector comes back: everything produced is delivered, and in its file once."""
    begin = time.monotonic()
    cut.start_collector()
    produced = terms(cut.proxy)["produced"]
    wait_until(lambda: terms(cut.proxy)["delivered"] == produced, "all events delivered", CATCH_UP)
    seconds = time.monotonic() - begin
    ids = set()
    written = 0
    with open(cut.collector.events_path, "rb") as file:
        for line in file:
            written += 1
            at = line.index(b'"event_id":"') + 12
            ids.add(line[at:at + 36])
    print(f"delivered {produced:,} in {seconds:.1f} s; written {written:,}, of them different {len(ids):,}")
    return [] if produced == written == len(ids) else ["events are missing or doubled"]


def main() -> int:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    rate = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    with tempfile.TemporaryDirectory(prefix="outage-") as folder:
        kept, cut = Side(pathlib.Path(folder) / "kept"), Side(pathlib.Path(folder) / "cut")
        try:
            cut.stop_collector()
            memory = play(kept, cut, minutes, rate)
            faults = catch_up(cut)
        finally:
            kept.close()
            cut.close()
    cpu = statistics.median(b / a for a, b in zip(kept.cost(), cut.cost()))
    delay = median(cut, "p50_us") / median(kept, "p50_us")
    print(f"processor time a request {cpu:.3f}, p50 {delay:.3f}, p99 {median(cut, 'p99_us') / median(kept, 'p99_us'):.3f} "
          f"of the proxy that has its collector; at most {memory / 1e6:.1f} MB")
    if cpu > MOST_CPU:
        faults.append(f"a request costs {cpu:.3f} times as much, the limit is {MOST_CPU}")
    if delay > MOST_DELAY:
        faults.append(f"the median latency is {delay:.3f} times as high, the limit is {MOST_DELAY}")
    if memory > MOST_MEMORY:
        faults.append(f"{memory / 1e6:.1f} MB of memory, the limit is {MOST_MEMORY / 1e6:.0f} MB")
    print("\n".join(faults) or "not felt, nothing lost")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
