# SPDX-License-Identifier: MIT
"""Figures of the collector with a SQLite store: how much of what comes it stores, how soon, how large, and how soon it
answers with the sums of a hundred million events."""

import http.client
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import threading
import time
import urllib.parse

from suite import machine
from suite.generator import Fault
from suite.programs import Collector, listening_port
from suite.rounds import estimate
from suite.verdict import LIMITS, Row

DAY = 86_400_000
BATCH = 1_000
TENANTS, KEYS, MODELS = 40, 5, 8  # keys of each tenant
OUTCOMES = [("completed", 200, 96), ("completed", 429, 2), ("client_aborted", 200, 1), ("upstream_invalid", 502, 1)]
MIB = 1 << 20
# What the page asks for when it opens on a month.
OVERVIEW = ("usage?group_by=model&order=cost&limit=200", "usage?bucket=day&group_by=status_class&limit=1000",
            "usage?bucket=day&group_by=model&limit=1000", "latency?kind=latency", "latency?kind=ttft&bucket=day")


class Store(Collector):
    """The collector with a store in its folder."""

    name = "store"

    def __init__(self, folder: pathlib.Path, **settings: str) -> None:
        super().__init__(folder, measured=True, EVENT_LOG_PATH="", STORE_URL=f"sqlite:{folder}/events.db",
                         QUERY_LISTEN_ADDR="127.0.0.1:0", EVENT_RETENTION="0", **settings)
        self.path = folder / "events.db"
        self.query = 0

    def start(self) -> "Store":
        super().start()
        self.query = listening_port(self.process, self.name)  # which is said after the port of events
        return self

    def size(self) -> int:
        return sum(path.stat().st_size for path in (self.path, self.path.with_name(self.path.name + "-wal")) if path.exists())

    def cpu_seconds(self) -> float:
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def most_memory(self) -> int:
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
        raise Fault("no VmHWM")

    def forget_most_memory(self) -> None:
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")


def rows(folder: pathlib.Path, repetitions: int, quick: bool) -> list[Row]:
    stored, exported = (50_000, 50_000) if quick else (300_000, 1_000_000)
    limits = LIMITS["store"]

    def row(what: str, values: list[float], limit: str, unit: str, at_least: bool = False) -> Row:
        return Row("store", what, estimate(values), limits[limit], at_least=at_least, unit=unit)

    found = []
    (folder / "ingest").mkdir()
    store = Store(folder / "ingest").start()
    try:
        found.append(row("memory, idle", [machine.memory(store.process.pid)["VmRSS"] / MIB], "idle_mib", "MiB"))
        rates = [ingest_rate(store, stored) for _ in range(repetitions)]
        found.append(row("stored, all sums, a batch of 1,000", rates, "events_per_second", "a CPU s", at_least=True))
        found.append(row("memory, under load", [store.most_memory() / MIB], "loaded_mib", "MiB"))
        found.append(row("one event, to 202: p99", [p99(lone(store, 300)) for _ in range(repetitions)], "lone_ms", "ms"))
    finally:
        store.stop()
    count = sqlite3.connect(store.path).execute("SELECT count(*) FROM event").fetchone()[0]
    found.append(row("of an event, in the file", [store.size() / count], "bytes_per_event", "bytes"))

    (folder / "asked").mkdir()
    store = fill(folder / "asked", exported, 100_000_000)
    store.start()
    try:
        found += [row(f"100 M events: {each.split('&limit')[0]}: p95", answers(store, each, 20), "overview_ms", "ms")
                  for each in OVERVIEW]
        quiet = p99(lone(store, 300))
        with Viewers(store, 4):
            busy = p99(lone(store, 300))
        found.append(row("one event while four look: p99 / without", [busy / quiet], "busy_ratio", "times"))
        seconds, memory = export(store)
        found.append(row(f"export of {exported:,} events, CSV", [seconds], "export_seconds", "s"))
        found.append(row("memory that it adds", [memory / MIB], "export_mib", "MiB"))
        if (shown := first_numbers(store)) is not None:
            found.append(row("page: first numbers, CPU at a quarter", shown, "page_seconds", "s"))
    finally:
        store.stop()
    return found


def stamp(milliseconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(milliseconds // 1000)) + f".{milliseconds % 1000:03}Z"


def line(randomness: random.Random, at: int, number: int) -> str:
    """An event as proxies write it, with a cost."""
    tenant, model = randomness.randrange(TENANTS), randomness.randrange(MODELS)
    [(outcome, status, _)] = randomness.choices(OUTCOMES, [each[2] for each in OUTCOMES])
    prompt, completion = randomness.randrange(8_000), randomness.randrange(1_000)
    latency = round(randomness.lognormvariate(7, 0.7), 3)
    return (f'{{"request_id":"req_{at:012x}7{number:019x}","tenant":"team-{tenant}",'
            f'"app_key":"sha256:{tenant * KEYS + number % KEYS:012x}","provider":"openai","model":"model-{model}-2026-01-01",'
            f'"prompt_tokens":{prompt},"completion_tokens":{completion},"total_tokens":{prompt + completion},'
            f'"latency_ms":{latency},"status_code":{status},"ts":"{stamp(at)}","schema_version":1,'
            f'"event_id":"{at >> 16:08x}-{at & 0xffff:04x}-7{number & 0xfff:03x}-8000-{number:012x}",'
            f'"request_model":"model-{model}","endpoint":"/v1/chat/completions","stream":true,"outcome":"{outcome}",'
            f'"usage_source":"upstream","cached_tokens":{prompt // 3},"reasoning_tokens":0,"ttft_ms":{round(latency / 4, 3)},'
            f'"upstream_request_id":"req_{number:024x}","request_bytes":{prompt * 4},"response_bytes":{completion * 180},'
            f'"captured_bytes":{completion * 180},"capture_truncated":false,"finish_reason":"stop","stream_chunks":{completion},'
            f'"output_bytes":{completion * 4},"cache_write_tokens":0,"service_tier":"default","native_finish_reason":null,'
            f'"cost_nano_usd":{prompt * 150 + completion * 600},"cost_assumed":false,"price_id":"8d2339b1c4c7"}}\n')


NUMBERS = iter(range(1, 1 << 40))


def ingest_rate(store: Store, count: int) -> float:
    """Events for each second of processor time that the collector took, all its threads together. They are of the last
    minute, a second out of order, as those of several proxies come."""
    randomness = random.Random(count)
    now = time.time_ns() // 1_000_000
    at = (now - 60_000 + 60_000 * number // count - randomness.randrange(1_000) for number in range(count))
    bodies = ["".join(line(randomness, next(at), next(NUMBERS)) for _ in range(BATCH)).encode() for _ in range(count // BATCH)]
    connection = http.client.HTTPConnection("127.0.0.1", store.port, timeout=60)
    before = store.cpu_seconds()
    for each in bodies:
        post(connection, each)
    return count / (store.cpu_seconds() - before)


def post(connection: http.client.HTTPConnection, body: bytes) -> None:
    connection.request("POST", "/events", body, {"Content-Type": "application/x-ndjson"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 202:
        raise Fault(f"the collector answered {answer.status}")


def lone(store: Store, count: int) -> list[float]:
    """Milliseconds of each of so many events, one after the other."""
    connection = http.client.HTTPConnection("127.0.0.1", store.port, timeout=60)
    randomness = random.Random(1)
    took = []
    for _ in range(count):
        body = line(randomness, time.time_ns() // 1_000_000, next(NUMBERS)).encode()
        begin = time.perf_counter()
        post(connection, body)
        took.append((time.perf_counter() - begin) * 1_000)
    return took


def p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


def fill(folder: pathlib.Path, single: int, sums_of: int) -> Store:
    """Single events of today, and beside them sums of the 30 days before: by their keys, not by their events, sums are
    as large as they are."""
    store = Store(folder)
    now = time.time_ns() // 1_000_000
    today = now - now % DAY
    randomness = random.Random(7)
    settings = {"STORE_URL": store.settings["STORE_URL"], "STORE_SYNC": "none"}
    importing = machine.start([machine.BIN / "llm-collector", "import", "--from-stdin"], machine.PROXY_CPU, settings,
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    span = max(now - today, 1_000)
    for number in range(single):
        importing.stdin.write(line(randomness, today + number * span // single, next(NUMBERS)).encode())
    importing.stdin.close()
    if importing.wait() != 0:
        raise Fault("events could not be brought in")
    with sqlite3.connect(store.path) as database:
        add_sums(database, today // DAY, sums_of, randomness)
    database.close()
    return store


def add_sums(database: sqlite3.Connection, today: int, events: int, randomness: random.Random) -> None:
    """600 series, hour by hour, and the classes of their times."""
    series = database.execute("SELECT DISTINCT tenant, app_key, provider, model, class FROM usage_day "
                              "ORDER BY requests DESC LIMIT 600").fetchall()
    models = sorted({(provider, model) for _, _, provider, model, _ in series})
    each = events // (30 * 24 * len(series))
    marks = ",".join("?" * 20)
    for day in range(today - 30, today):
        hours = [(hour, *key, each, each * 4_000, each * 500, each * 1_300, 0, 0, 0, each * 900_000, 0, each * 1_500_000,
                  each * 400_000, each, each * 16_000, each * 90_000)
                 for hour in range(day * 24, day * 24 + 24) for key in series]
        database.executemany(f"INSERT INTO usage_hour VALUES({marks})", hours)
        days = [(day, *key, *(24 * value for value in hours[0][6:])) for key in series]
        database.executemany(f"INSERT INTO usage_day VALUES({marks})", days)
        database.executemany("INSERT INTO latency_hour VALUES(?,?,?,?,?,?)", [
            (hour, provider, model, kind, bucket, randomness.randrange(1, 2_000))
            for hour in range(day * 24, day * 24 + 24) for provider, model in models for kind in (0, 1)
            for bucket in range(25, 53)])


def ask(store: Store, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", store.query, timeout=120)
    connection.request("GET", f"/api/v1/{path}", headers={"Host": "localhost"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise Fault(f"{path}: {answer.status} {body[:200]!r}")
    return body


def month(path: str) -> str:
    end = int(time.time() * 1000) // DAY * DAY + DAY
    span = urllib.parse.urlencode({"from": stamp(end - 31 * DAY), "to": stamp(end)})
    return f"{path}&{span}"


def answers(store: Store, path: str, count: int) -> list[float]:
    took = []
    for _ in range(count):
        begin = time.perf_counter()
        ask(store, month(path))
        took.append((time.perf_counter() - begin) * 1_000)
    return [sorted(took)[int(count * 0.95)]]


class Viewers:
    """Ask for what the page shows, one question after the other, until they are ended."""

    def __init__(self, store: Store, count: int) -> None:
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(store,)) for _ in range(count)]

    def run(self, store: Store) -> None:
        while not self.ending.is_set():
            for each in OVERVIEW:
                ask(store, month(each))

    def __enter__(self) -> "Viewers":
        for each in self.threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        for each in self.threads:
            each.join()


def export(store: Store) -> tuple[float, int]:
    """Seconds, and bytes of memory that it added at most."""
    before = machine.memory(store.process.pid)["VmRSS"]
    store.forget_most_memory()
    begin = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", store.query, timeout=600)
    connection.request("GET", "/api/v1/export?what=events&format=csv", headers={"Host": "localhost"})
    answer = connection.getresponse()
    while answer.read(1 << 20):
        pass
    return time.perf_counter() - begin, max(0, store.most_memory() - before)


def first_numbers(store: Store) -> list[float] | None:
    """Seconds until the first figure of the page stands there, with nothing cached; nothing without a browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("the page is left out: build/venv/bin/python bench/run has the browser of tools/check page", flush=True)
        return None
    took = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium",
                                             args=["--no-sandbox", "--disable-dev-shm-usage"])
        for _ in range(5):
            page = browser.new_context().new_page()
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
            begin = time.perf_counter()
            page.goto(f"http://127.0.0.1:{store.query}/", wait_until="commit")
            page.wait_for_selector(".figure .value:not(.waiting):not(:empty)")
            took.append(time.perf_counter() - begin)
            page.context.close()
        browser.close()
    return took
