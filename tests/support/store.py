# SPDX-License-Identifier: MIT
"""What is in the store of a collector, read beside it: one class an engine, and the list of engines."""

import os
import pathlib
import random
import sqlite3
import time
import uuid
from collections.abc import Callable
from typing import Protocol

from support.clickhouse import ClickHouseStore
from support.postgres import PostgresServer

SUMS = ("requests", "prompt_tokens", "completion_tokens", "cached_tokens", "no_usage", "latency_us", "request_bytes")
TOTALS = ", ".join(f"coalesce(sum({name}), 0)" for name in SUMS)
# The same of the events.
TOTALS_OF_EVENTS = ", ".join(f"coalesce(sum({name}), 0)" for name in (
    "1", "prompt_tokens", "completion_tokens", "cached_tokens",
    "CASE WHEN coalesce(prompt_tokens, completion_tokens, total_tokens) IS NULL THEN 1 ELSE 0 END",
    "latency_us", "request_bytes"))


class AnyStore(Protocol):
    """What tests of every engine use. SQL that they give is plain: tables and columns of docs/store.md."""

    engine: str
    url: str

    def exists(self) -> bool: ...
    def rows(self, sql: str) -> list[tuple]: ...
    def one(self, sql: str) -> object: ...
    def count(self) -> int: ...
    def ids(self) -> list[str]: ...
    def check(self) -> int: ...


class Store:
    """A SQLite file that a collector may be writing to."""

    engine = "sqlite"

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path

    @property
    def url(self) -> str:
        return f"sqlite:{self.path}"

    def exists(self) -> bool:
        return self.path.exists()

    def rows(self, sql: str, *values: object) -> list[tuple]:
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=20)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def one(self, sql: str, *values: object) -> object:
        [[value]] = self.rows(sql, *values)
        return value

    def count(self) -> int:
        return self.one("SELECT count(*) FROM event")

    def ids(self) -> list[str]:
        """Of all events, whether their id is their place or not."""
        placed = dict((place, name) for name, place in self.rows("SELECT id, event_id FROM placed"))
        return [placed.get(key) or spelt(key) for (key,) in self.rows("SELECT event_id FROM event")]

    def check(self) -> int:
        """The file is sound, and each sum is that of the rows, at one moment. How many there are."""
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=20, isolation_level=None)
        try:
            connection.execute("BEGIN")
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            [events] = connection.execute(f"SELECT {TOTALS_OF_EVENTS} FROM event").fetchall()
            for table in ("usage_hour", "usage_day"):
                assert connection.execute(f"SELECT {TOTALS} FROM {table}").fetchall() == [events], table
            assert connection.execute("SELECT coalesce(sum(n), 0) FROM latency_hour WHERE kind = 0").fetchone()[0] == events[0]
            return events[0]
        finally:
            connection.close()


class PostgresStore:
    """A database of its own on a server."""

    engine = "postgresql"

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self.database = server.new_database()
        self.url = server.url(self.database)

    def exists(self) -> bool:
        return self.rows("SELECT to_regclass('llmgw.latency_hour') IS NOT NULL") == [("t",)]

    def rows(self, sql: str) -> list[tuple]:
        return self.server.rows(sql, self.database)

    def one(self, sql: str) -> object:
        [[value]] = self.rows(sql)
        return value

    def count(self) -> int:
        return self.one("SELECT count(*) FROM event")

    def ids(self) -> list[str]:
        return [name or place for name, place in self.rows(
            "SELECT coalesce(id, ''), event_id FROM event LEFT JOIN placed USING (event_id)")]

    def check(self) -> int:
        """One statement sees one moment."""
        found = self.rows(f"SELECT 'event', {TOTALS_OF_EVENTS} FROM event UNION ALL SELECT 'hour', {TOTALS} FROM "
                          f"usage_hour UNION ALL SELECT 'day', {TOTALS} FROM usage_day UNION ALL SELECT 'times', "
                          "coalesce(sum(n), 0), 0, 0, 0, 0, 0, 0 FROM latency_hour WHERE kind = 0")
        by_table = {name: values for name, *values in found}
        assert by_table["hour"] == by_table["event"] and by_table["day"] == by_table["event"], found
        assert by_table["times"][0] == by_table["event"][0], found
        return by_table["event"][0]


class Servers:
    """The servers behind engines, each started when it is first wanted."""

    def __init__(self) -> None:
        self._postgres: PostgresServer | None = None

    @property
    def postgres(self) -> PostgresServer:
        if self._postgres is None:
            self._postgres = PostgresServer().initialize()
        return self._postgres

    def close(self) -> None:
        if self._postgres is not None:
            self._postgres.close()


# Every engine, and how a store of it is made in a folder of the test's.
KNOWN: dict[str, Callable[[pathlib.Path, Servers], AnyStore]] = {
    "sqlite": lambda folder, _: Store(folder / "events.db"),
    "postgres": lambda _, servers: PostgresStore(servers.postgres),
    "clickhouse": lambda *_: ClickHouseStore(),
}
# Those of this run: the one that LLMGW_STORE names, else all but ClickHouse, which is too large to be there everywhere
# (tools/check clickhouse).
CHOSEN = os.environ.get("LLMGW_STORE", "")
ENGINES = {name: make for name, make in KNOWN.items() if (name == CHOSEN if CHOSEN else name != "clickhouse")}


def spelt(key: bytes) -> str:
    text = key.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def uuid7(milliseconds: int) -> str:
    value = milliseconds << 80 | 7 << 76 | random.getrandbits(12) << 64 | 2 << 62 | random.getrandbits(62)
    return str(uuid.UUID(int=value))


def event(**changes: object) -> dict:
    """One of now, or of the millisecond `at`."""
    at = changes.pop("at", time.time_ns() // 1_000_000)
    ts = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at // 1000)) + f".{at % 1000:03}Z"
    return {"request_id": f"req_{uuid.uuid4().hex}", "tenant": "demo", "app_key": "sha256:3f1c9a0b4d2e",
            "provider": "openai", "model": "gpt-4o-mini", "prompt_tokens": 14, "completion_tokens": 9,
            "total_tokens": 23, "latency_ms": 812.4, "status_code": 200, "ts": ts, "schema_version": 1,
            "event_id": uuid7(at), "request_model": "gpt-4o-mini", "endpoint": "/v1/chat/completions", "stream": True,
            "outcome": "completed", "usage_source": "upstream", "cached_tokens": 0, "reasoning_tokens": None,
            "ttft_ms": 211.7, "upstream_request_id": "req_abc", "request_bytes": 412, "response_bytes": 9310,
            "captured_bytes": 9310, "capture_truncated": False, "finish_reason": "stop"} | changes
