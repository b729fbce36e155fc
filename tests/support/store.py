# SPDX-License-Identifier: MIT
"""What is in the SQLite store of a collector, read beside it."""

import pathlib
import sqlite3

SUMS = ("requests", "prompt_tokens", "completion_tokens", "cached_tokens", "no_usage", "latency_us", "request_bytes")


class Store:
    """A file that a collector may be writing to."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path

    @property
    def url(self) -> str:
        return f"sqlite:{self.path}"

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
            [events] = connection.execute(
                "SELECT count(*), total(prompt_tokens), total(completion_tokens), total(cached_tokens), "
                "total(prompt_tokens IS NULL AND completion_tokens IS NULL AND total_tokens IS NULL), "
                "total(latency_us), total(request_bytes) FROM event").fetchall()
            for table in ("usage_hour", "usage_day"):
                sums = ", ".join(f"total({name})" for name in SUMS)
                assert connection.execute(f"SELECT {sums} FROM {table}").fetchall() == [events], table
            assert connection.execute("SELECT total(n) FROM latency_hour WHERE kind = 0").fetchone()[0] == events[0]
            return events[0]
        finally:
            connection.close()


def spelt(key: bytes) -> str:
    text = key.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
