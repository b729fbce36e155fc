# SPDX-License-Identifier: MIT
"""A ClickHouse server for tests: chdb behind support/chdb_server.py, or the one that CLICKHOUSE_TEST_URL names, such as
`clickhouse://default@127.0.0.1:8123`; there the tests make databases of their own, and leave none behind."""

import atexit
import json
import os
import pathlib
import subprocess
import tempfile
import urllib.parse
import uuid

from support import wire
from support.process import die_with_parent, wait_until

GIVEN = os.environ.get("CLICKHOUSE_TEST_URL", "")
PYTHON = os.environ.get("LLMGW_CHDB_PYTHON", "")  # one that has chdb; tools/check clickhouse sets it
PROGRAM = pathlib.Path(__file__).with_name("chdb_server.py")


class Server:
    """One process, which can be killed and started again on the same folder and port."""

    def __init__(self, folder: pathlib.Path, *arguments: str) -> None:
        self.folder = folder
        self.arguments = arguments
        self.address = ("127.0.0.1", 0)
        self.process: subprocess.Popen | None = None
        self.start()

    def start(self) -> None:
        command = [PYTHON, PROGRAM, self.folder, "--port", str(self.address[1]), *self.arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        words = self.process.stdout.readline().split()
        assert words[:1] == ["listening"], "chdb does not start"
        self.address = ("127.0.0.1", int(words[1]))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def faults(self, *faults: dict) -> None:
        """Each for one statement to come, see support/chdb_server.py."""
        assert wire.ask(self.address, "POST", "/shim/faults", body=json.dumps(faults).encode()).status == 200

    def asked(self) -> list[str]:
        return wire.ask(self.address, "GET", "/shim/asked").json()


class Given:
    """A server of somebody's, which is not started or stopped here."""

    def __init__(self) -> None:
        parts = urllib.parse.urlsplit(GIVEN)
        self.user = parts.username or "default"
        self.address = (parts.hostname, parts.port or 8123)


class Database:
    """One of its own, made anew, on a server."""

    def __init__(self, server: Server | Given) -> None:
        self.server = server
        self.name = f"llmgw_test_{uuid.uuid4().hex[:12]}"
        self.sql(f"CREATE DATABASE {self.name}", database="")

    def url(self, address: tuple[str, int] | None = None) -> str:
        """For STORE_URL; `address`: something that stands in front."""
        host, port = address or self.server.address
        user = f"{self.server.user}@" if isinstance(self.server, Given) else ""
        return f"clickhouse://{user}{host}:{port}/{self.name}"

    def sql(self, sql: str, database: str | None = None) -> list[list]:
        settings = {"default_format": "JSONCompact", "output_format_json_quote_64bit_integers": "0",
                    "wait_end_of_query": "1"}
        if name := self.name if database is None else database:
            settings["database"] = name
        fields = [("X-ClickHouse-User", self.server.user)] if isinstance(self.server, Given) else []
        response = wire.ask(self.server.address, "POST", "/?" + urllib.parse.urlencode(settings), fields, sql.encode())
        assert response.status == 200, response.body
        return response.json()["data"] if response.body.startswith(b"{") else []

    def one(self, sql: str) -> object:
        [[value]] = self.sql(sql)
        return value

    def drop(self) -> None:
        self.sql(f"DROP DATABASE {self.name}", database="")


shared: list[Server | Given] = []


def shared_server() -> Server | Given:
    """One for all tests of this process."""
    if not shared:
        shared.append(Given() if GIVEN else Server(pathlib.Path(tempfile.mkdtemp(prefix="chdb-"))))
        if not GIVEN:
            atexit.register(shared[0].kill)
    return shared[0]


SUMS = ("requests", "prompt_tokens", "completion_tokens", "cached_tokens", "no_usage", "latency_us", "request_bytes")
OF_EVENTS = ("count(), sum(ifNull(prompt_tokens, 0)), sum(ifNull(completion_tokens, 0)), sum(ifNull(cached_tokens, 0)), "
             "countIf(prompt_tokens IS NULL AND completion_tokens IS NULL AND total_tokens IS NULL), sum(latency_us), "
             "sum(request_bytes)")


class ClickHouseStore:
    """What is in the store of a collector, read beside it."""

    engine = "clickhouse"

    def __init__(self, server: Server | Given | None = None) -> None:
        self.database = Database(server or shared_server())
        self.url = self.database.url()
        self.sql = self.database.sql
        self.one = self.database.one

    def exists(self) -> bool:
        return self.one("EXISTS TABLE latency_hour") == 1

    def rows(self, sql: str) -> list[tuple]:
        return [tuple(each) for each in self.sql(sql)]

    def count(self) -> int:
        return self.one("SELECT count() FROM event FINAL")

    def ids(self) -> list[str]:
        return [each for [each] in self.sql("SELECT if(id = '', toString(event_id), id) FROM event FINAL")]

    def touched(self) -> list[int]:
        """Hours whose sums are behind."""
        return [hour for [hour] in self.sql("SELECT DISTINCT hour FROM touched FINAL WHERE is_done = 0")]

    def settle(self) -> None:
        wait_until(lambda: not self.touched(), "sums of all hours")

    def check(self) -> int:
        """Each event is there once, and the sums of each hour and day that is not behind are those of its events. How
        many events there are."""
        touched = self.touched()
        days = [hour // 24 for hour in touched]
        for table, period, span, behind in (("usage_hour", "hour", 0, touched), ("usage_day", "day", 1, days)):
            place = "hour" if span == 0 else "toInt64(floor(hour / 24))"
            sums = ", ".join(f"sum({name})" for name in SUMS)
            published = f"({period}, version) IN (SELECT period, version FROM summed FINAL WHERE span = {span})"
            summed = self.sql(f"SELECT {period} AS p, {sums} FROM {table} WHERE {published} AND NOT has({behind}::"
                              f"Array(Int64), p) GROUP BY p ORDER BY p")
            counted = self.sql(f"SELECT {place} AS p, {OF_EVENTS} FROM event FINAL WHERE NOT has({behind}::Array(Int64), p) "
                               f"GROUP BY p ORDER BY p")
            assert summed == counted, table
        times = self.one("SELECT sum(n) FROM latency_hour WHERE kind = 0 AND (hour, version) IN (SELECT period, version "
                         f"FROM summed FINAL WHERE span = 0) AND NOT has({touched}::Array(Int64), hour)")
        events = self.one(f"SELECT countIf(NOT has({touched}::Array(Int64), hour)) FROM event FINAL")
        assert (times or 0) == events
        assert self.one("SELECT count() - uniqExact(event_id) FROM event FINAL") == 0
        return self.count()
