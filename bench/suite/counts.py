# SPDX-License-Identifier: MIT
"""Counts a request: system calls, sends, instructions, allocations, memory. They hardly depend on the machine, so they
are hard limits (bench/limits.json). Each is the difference of two runs of different length, so that starting, warming
up and stopping cancel out."""

import collections
import pathlib
import re
import struct
import subprocess

from suite import machine
from suite.generator import Generator
from suite.programs import Collector, Gateway

SENDS = ("sendmsg", "sendto", "writev")
SYSCALL = re.compile(r"^(\d+) +(\w+)\(")
COLLECTED = re.compile(r"^totals: (\d+)", re.MULTILINE)


def system_calls(folder: pathlib.Path, generator: Generator, collector: Collector,
                 requests: tuple[int, int] = (2000, 6000)) -> dict[str, float]:
    """By name, of the worker's thread, at 32 connections; `total` is all of them."""
    totals = []
    for count in requests:
        log = folder / f"strace-{count}"
        proxy = Gateway(folder, generator.plain, None, wrapper=["strace", "-f", "-qq", "-o", log], COLLECTOR_URL=collector.url)
        proxy.start()
        try:
            generator.run(kind="closed", port=proxy.port, connections=32, requests=count)
        finally:
            interrupt(proxy)
        totals.append(busiest_thread(log))
    spent = requests[1] - requests[0]
    names = totals[0].keys() | totals[1].keys()
    found = {name: (totals[1][name] - totals[0][name]) / spent for name in names}
    return {"total": sum(found.values()), "sends": sum(found.get(name, 0) for name in SENDS)} | {
        name: each for name, each in sorted(found.items(), key=lambda item: -item[1]) if each > 0.001}


def busiest_thread(log: pathlib.Path) -> collections.Counter[str]:
    """The calls of the thread that made most: the one worker. Interrupted calls are written on two lines, counted once."""
    threads: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for line in log.read_text(errors="replace").splitlines():
        if found := SYSCALL.match(line):
            threads[found[1]][found[2]] += 1
    return max(threads.values(), key=lambda counter: counter.total())


def allocations(folder: pathlib.Path, generator: Generator, collector: Collector, requests: int = 20_000,
                **words: object) -> dict[str, float]:
    """Heap allocations a request, and their bytes, of the whole process."""
    file = folder / "allocations"
    file.write_bytes(bytes(16))
    proxy = Gateway(folder, generator.plain, None, COLLECTOR_URL=collector.url, ALLOCATIONS_FILE=str(file),
                    LD_PRELOAD=str(machine.BIN / "bench-allocations.so")).start()
    try:
        cell = {"kind": "closed", "port": proxy.port, "connections": 32} | words
        generator.run(requests=requests // 4, **cell)
        before = struct.unpack("QQ", file.read_bytes())
        generator.run(requests=requests, **cell)
        after = struct.unpack("QQ", file.read_bytes())
    finally:
        proxy.stop()
    return {"calls": (after[0] - before[0]) / requests, "bytes": (after[1] - before[1]) / requests}


def instructions(folder: pathlib.Path, generator: Generator, collector: Collector,
                 requests: tuple[int, int] = (500, 2500), settings: dict[str, str] | None = None,
                 **words: object) -> dict[str, float]:
    """User instructions a request: of the worker's thread, and of the courier's beside it."""
    totals = []
    for count in requests:
        stem = folder / f"callgrind-{count}"
        for file in folder.glob(f"{stem.name}-*"):
            file.unlink()
        proxy = Gateway(folder, generator.plain, None, COLLECTOR_URL=collector.url,
                        wrapper=["valgrind", "-q", "--tool=callgrind", "--separate-threads=yes",
                                 f"--callgrind-out-file={stem}"], **settings or {})
        proxy.start()
        try:
            generator.run(kind="closed", port=proxy.port, connections=32, requests=count, **words)
        finally:
            proxy.stop()
        threads = [int(COLLECTED.search(file.read_text())[1]) for file in sorted(folder.glob(f"{stem.name}-*"))]
        totals.append(sorted(threads))
    spent = requests[1] - requests[0]
    worker = max((b - a) / spent for a, b in zip(*totals))
    return {"worker": worker, "process": (sum(totals[1]) - sum(totals[0])) / spent}


def idle_memory(folder: pathlib.Path, generator: Generator, tls: bool, streams: int,
                **settings: str) -> dict[str, float]:
    """Bytes of a fresh process, and what each open, silent stream adds: its own memory, for how much of the program's
    file counts as present is up to the kernel."""
    proxy = Gateway(folder, generator.tls if tls else generator.plain, generator.authority if tls else None,
                    **settings).start()
    try:
        before = machine.memory(proxy.pids[0])
        with generator.held(kind="idle", port=proxy.port, connections=streams, tls=int(tls)):
            open_ = machine.memory(proxy.pids[0])
    finally:
        proxy.stop()
    return {"process": before["RssAnon"], "stream": (open_["RssAnon"] - before["RssAnon"]) / streams}


def interrupt(proxy: Gateway) -> None:
    """strace passes no SIGTERM on; the daemon below it gets it."""
    for pid in machine.children(proxy.process.pid):
        subprocess.run(["kill", "-TERM", str(pid)], check=False)
    proxy.process.wait(machine.PATIENCE)


def all_counts(folder: pathlib.Path, generator: Generator, streams: int) -> dict[str, float]:
    """Every count by its name in bench/limits.json, and what explains it. Instructions and system calls need valgrind and
    strace; both come with the packages of the tests."""
    collector = Collector(folder).start()
    try:
        calls = system_calls(folder, generator, collector)
        heap = allocations(folder, generator, collector)
        user = instructions(folder, generator, collector, settings={"METERING_ESTIMATE": "off"})
        estimating = instructions(folder, generator, collector)
    finally:
        collector.stop()
    plain = idle_memory(folder, generator, False, streams, METERING_ESTIMATE="off")
    held = idle_memory(folder, generator, False, streams)
    tls = idle_memory(folder, generator, True, streams // 2)
    return {"system_calls": calls["total"], "sends": calls["sends"], "worker_instructions": user["worker"],
            "estimating_instructions": estimating["worker"],
            "process_instructions": user["process"], "allocations": heap["calls"], "allocated_bytes": heap["bytes"],
            "plain_stream_bytes": plain["stream"], "estimated_stream_bytes": held["stream"],
            "tls_stream_bytes": tls["stream"], "idle_process_bytes": held["process"]}


def beyond_limits(found: dict[str, float], limits: dict[str, float]) -> list[str]:
    """What is above its limit, for people; a send too few would be a fault of the count."""
    faults = [f"{name} is {found[name]:.2f}, the limit {limit:g}" for name, limit in limits.items()
              if found[name] > limit * 1.005]
    if found["sends"] < 1.99:
        faults.append(f"sends were counted as {found['sends']:.2f}: a request has two")
    return faults
