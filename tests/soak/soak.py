#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Mixed load for a long time: memory, descriptors and connections must be flat, and every exchange metered once.

Usage: tests/soak/soak.py [MINUTES [CLIENTS]]. Takes the release programs, or those in LLMGW_BIN_DIR. Prints a line every
ten seconds and a verdict at the end; exit status 1 if something grew."""

import asyncio
import collections
import dataclasses
import pathlib
import random
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.fixtures import most_files  # noqa: E402  (raises the limit of descriptors)
from support.gateway import Collector, Proxy, chat, url  # noqa: E402
from support.process import Daemon  # noqa: E402
from support.wire import request  # noqa: E402

INTERVAL = 10.0
ID_WINDOW = 40e6  # bytes: what the collector's memory of a million events may take, and takes step by step
WARM_UP = 0.15  # of the time: pools fill, allocators settle
BAD = [b"GET /v1/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"GET /v1/x HTTP/1.1\nHost: a\n\n", b"\x16\x03\x01\0\0\r\n\r\n",
       b"POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       b"POST /v1/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
       b"GET /" + b"a" * 70_000, b"GET /v1/x HTTP/1.1\r\nX: " + b"y" * 70_000]


@dataclasses.dataclass
class Sample:
    minute: float
    rss: int
    files: int
    connections: int
    collector_rss: int
    done: int


class Load:
    """What the clients do, and how often each thing came out how."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.outcomes: collections.Counter[str] = collections.Counter()
        self.ends = False

    async def client(self, seed: int) -> None:
        dice = random.Random(seed)
        kinds = [self.plain] * 8 + [self.stream] * 4 + [self.abort] * 2 + [self.bad, self.upload, self.dying, self.slow]
        while not self.ends:
            kind = dice.choice(kinds)
            try:
                async with asyncio.timeout(60):
                    reader, writer = await asyncio.open_connection(*self.address)
                    try:
                        result = await kind(reader, writer, dice)
                    finally:
                        writer.close()
                self.outcomes[f"{kind.__name__} {result}"] += 1
            except (OSError, asyncio.IncompleteReadError, ValueError) as fault:
                self.outcomes[f"{kind.__name__} {type(fault).__name__}"] += 1
            await asyncio.sleep(dice.uniform(0, 0.2))

    async def answer(self, reader: asyncio.StreamReader) -> int:
        """The status of a whole answer."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        if "transfer-encoding: chunked" in head:
            while size := int(await reader.readuntil(b"\r\n"), 16):
                await reader.readexactly(size + 2)
            await reader.readuntil(b"\r\n")
        elif "content-length: " in head:
            await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
        return int(head.split(" ")[1])

    async def plain(self, reader, writer, dice) -> int:
        status = 0
        for _ in range(dice.randint(1, 10)):
            writer.write(request("POST", "/v1/chat/completions", [], chat("x" * dice.randint(1, 5000))))
            status = await self.answer(reader)
        return status

    async def stream(self, reader, writer, dice) -> int:
        mock = f"chunks={dice.randint(1, 60)},pace={dice.randint(0, 30)},usage=top"
        writer.write(request("POST", "/v1/chat/completions", [("X-Mock", mock)], chat(stream=True)))
        return await self.answer(reader)

    async def abort(self, reader, writer, dice) -> str:
        mock = dice.choice(["hang=1", "chunks=1000,pace=5", "delay=2000"])
        writer.write(request("POST", "/v1/chat/completions", [("X-Mock", mock)], chat(stream=True)))
        await writer.drain()
        await asyncio.sleep(dice.uniform(0, 0.2))
        writer.transport.abort()
        return "left"

    async def bad(self, reader, writer, dice) -> int:
        writer.write(dice.choice(BAD))
        return await self.answer(reader)

    async def upload(self, reader, writer, dice) -> int:
        pieces = [bytes(dice.randint(1, 20_000)) for _ in range(dice.randint(1, 30))]
        writer.write(request("POST", "/v1/embeddings", [("X-Mock", "size=10")], chunks=[b'{"model":"m","input":"', *pieces, b'"}']))
        return await self.answer(reader)

    async def dying(self, reader, writer, dice) -> int:
        mock = dice.choice(["cut=head", "cut=40", "cut=2,chunks=5", "raw=bm9uc2Vuc2UNCg0K", "status=500", "early=1"])
        writer.write(request("POST", "/v1/chat/completions", [("X-Mock", mock)], chat(stream="chunks" in mock)))
        return await self.answer(reader)

    async def slow(self, reader, writer, dice) -> int:
        for byte in request("POST", "/v1/chat/completions", [], chat("slow"))[:dice.randint(1, 300)]:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.005)
        return 0


async def kill_now_and_then(load: Load, mocks: list[Daemon], start: callable) -> None:
    """The upstream dies without a word and is back a second later."""
    while not load.ends:
        await asyncio.sleep(45)
        mocks[-1].process.kill()
        mocks[-1].process.wait()
        await asyncio.sleep(1)
        mocks.append(await asyncio.to_thread(start))


async def watch(load: Load, proxy: Proxy, collector: Collector, minutes: float) -> list[Sample]:
    begin = time.monotonic()
    samples = []
    print(f"{'minute':>7}{'RSS MB':>9}{'files':>7}{'clients':>9}{'collector MB':>14}{'exchanges':>11}", flush=True)
    while time.monotonic() - begin < minutes * 60:
        await asyncio.sleep(INTERVAL)
        metrics = await asyncio.to_thread(proxy.metrics)
        sample = Sample((time.monotonic() - begin) / 60, proxy.daemon.resident_bytes(), proxy.daemon.open_files(),
                        int(metrics["llmgw_proxy_open_connections"]), collector.daemon.resident_bytes(),
                        sum(load.outcomes.values()))
        samples.append(sample)
        print(f"{sample.minute:>7.1f}{sample.rss / 1e6:>9.1f}{sample.files:>7}{sample.connections:>9}"
              f"{sample.collector_rss / 1e6:>14.1f}{sample.done:>11}", flush=True)
    load.ends = True
    return samples


def verdict(samples: list[Sample]) -> list[str]:
    """What grew: the last quarter against the quarter behind the warm-up."""
    rest = samples[int(len(samples) * WARM_UP):]
    quarter = max(1, len(rest) // 4)
    faults = []
    for name, slack in (("rss", 3e6), ("files", 30), ("connections", 30), ("collector_rss", ID_WINDOW)):
        early = statistics.median(getattr(each, name) for each in rest[:quarter])
        late = statistics.median(getattr(each, name) for each in rest[-quarter:])
        print(f"{name}: {early:,.0f} -> {late:,.0f}")
        if late > early * 1.05 + slack:
            faults.append(f"{name} grew from {early:,.0f} to {late:,.0f}")
    return faults


async def run(minutes: float, clients: int, folder: pathlib.Path) -> int:
    mocks = [Daemon("mock-upstream", folder, "--listen", "127.0.0.1:0")]
    host, port = mocks[0].address("traffic")

    def start_mock() -> Daemon:
        return Daemon("mock-upstream", folder, "--listen", f"{host}:{port}")
    collector = Collector(folder)
    proxy = Proxy(folder, url((host, port)), collector.url, HTTP_CLIENT_TIMEOUT="5s")
    files_at_rest = proxy.daemon.open_files()
    load = Load(proxy.address)
    killer = asyncio.create_task(kill_now_and_then(load, mocks, start_mock))
    tasks = [asyncio.create_task(load.client(number)) for number in range(clients)]
    samples = await watch(load, proxy, collector, minutes)
    await asyncio.gather(*tasks)
    killer.cancel()
    deadline = time.monotonic() + 90  # idle upstream connections are kept for less than that
    while proxy.daemon.open_files() > files_at_rest + 8 and time.monotonic() < deadline:
        await asyncio.sleep(1)
    faults = verdict(samples)
    print(f"files at rest: {files_at_rest} before, {proxy.daemon.open_files()} after")
    if proxy.daemon.open_files() > files_at_rest + 8:
        faults.append("descriptors are left over")
    status = proxy.daemon.stop(), collector.daemon.stop()
    if status != (0, 0):
        faults.append(f"exit statuses {status}")
    last = [line for line in proxy.daemon.entries() if line["msg"] == "event delivery"][-1]
    written = sum(chunk.count(b"\n") for chunk in iter_blocks(collector.events_path))
    print(f"events: {last}, written {written}")
    if not last["produced"] == last["delivered"] == written:
        faults.append("events are missing")
    for outcome, count in sorted(load.outcomes.items()):
        print(f"  {outcome:<40}{count:>9}")
    for mock in mocks:
        mock.kill()
    print("\n".join(faults) or "flat")
    return 1 if faults else 0


def iter_blocks(path: pathlib.Path):
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            yield block


def main() -> int:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 30
    clients = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    assert most_files > clients * 2
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        return asyncio.run(run(minutes, clients, pathlib.Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
