# SPDX-License-Identifier: MIT
"""Figures of the gateway alone, held against a limit without an opponent: events a second of one core, and the memory
of many idle streams."""

import json
import os
import pathlib
import subprocess

from suite import counts, machine
from suite.generator import Generator
from suite.programs import Collector
from suite.rounds import estimate
from suite.verdict import LIMITS, Row

CONNECTIONS, BATCH_BYTES = 2, 256 * 1024  # of event-load: what two busy proxies post
STREAMS = 5000


def rows(folder: pathlib.Path, generator: Generator, repetitions: int, quick: bool) -> list[Row]:
    posted = 200_000 if quick else 500_000
    found = {
        "outbox_to_batch": ("outbox to batch", micro("bench-events", "encode_queue_and_batch", repetitions)),
        "validated": ("collector, validated", collected(folder, pathlib.Path("/dev/null"), posted, repetitions)),
        "spooled": ("durable: through the spool", micro("bench-spool", "spool_through", repetitions)),
        "stored": ("durable: collector into a file", collected(folder, folder / "events.ndjson", posted, repetitions)),
    }
    events = [Row("events", what, estimate(values), LIMITS["events_per_second"][name], at_least=True, unit="a second")
              for name, (what, values) in found.items()]
    memory = counts.idle_memory(folder, generator, False, STREAMS)["stream"]
    return [*events, Row(f"idle{STREAMS}", "memory of a stream", estimate([memory]),
                         LIMITS["counts"]["estimated_stream_bytes"], unit="bytes")]


def micro(program: str, name: str, repetitions: int) -> list[float]:
    """Events a second in each repetition of a micro-benchmark."""
    done = subprocess.run([machine.BIN / program, f"--benchmark_filter=^{name}(/|$)", "--benchmark_format=json",
                           f"--benchmark_repetitions={repetitions}", "--benchmark_min_time=0.2"],
                          check=True, capture_output=True, text=True,
                          preexec_fn=lambda: os.sched_setaffinity(0, {machine.PROXY_CPU}))
    found = [each["items_per_second"] for each in json.loads(done.stdout)["benchmarks"]
             if each["run_type"] == "iteration"]
    if not found:
        raise RuntimeError(f"{program} has no benchmark {name}")
    return found


def collected(folder: pathlib.Path, log: pathlib.Path, events: int, repetitions: int) -> list[float]:
    """Events for each second of processor time that the collector took, all its threads together."""
    collector = Collector(folder, measured=True, EVENT_LOG_PATH=str(log)).start()
    try:
        found = []
        for _ in range(repetitions):
            words = (collector.port, collector.pids[0], CONNECTIONS, BATCH_BYTES, events)
            done = subprocess.run([machine.BIN / "event-load", *map(str, words)],
                                  check=True, capture_output=True, text=True,
                                  preexec_fn=lambda: os.sched_setaffinity(0, {machine.LOAD_CPU}))
            result = json.loads(done.stdout)
            found.append(result["events"] / result["cpu_seconds"])
        return found
    finally:
        collector.stop()
