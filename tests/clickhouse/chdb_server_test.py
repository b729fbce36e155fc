# SPDX-License-Identifier: MIT
"""The server of the tests by itself: what it answers, so that the tests of the store can rely on it."""

import gzip
import struct
import urllib.parse

import pytest

from support import wire
from support.clickhouse import ClickHouseStore, Server


def ask(server: Server, body: bytes, fields: wire.Fields | None = None, **parameters: str) -> wire.Response:
    return wire.ask(server.address, "POST", "/?" + urllib.parse.urlencode(parameters), fields or [], body)


def test_ping(faulty: Server):
    response = wire.ask(faulty.address, "GET", "/ping")
    assert response.status == 200 and response.body == b"Ok.\n"


@pytest.mark.parametrize("text", ["plain", "a'b\\c\nd\te\0f\"ä", "\\N", "{x:String}"])
def test_parameters_are_values(faulty: Server, text: str):
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\0", "\\0")
    response = ask(faulty, b"SELECT {x:String}", default_format="JSONCompact", param_x=escaped)
    assert response.json()["data"] == [[text]]


def test_settings_are_of_one_statement(faulty: Server):
    sql = b"SELECT getSetting('max_block_size')"
    assert ask(faulty, sql, max_block_size="77").body == b"77\n"
    assert ask(faulty, sql).body != b"77\n"


@pytest.mark.parametrize("sql, status, code", [
    (b"SELECT * FROM no_such_table", 404, 60), (b"SELEC 1", 400, 62), (b"SELECT no_such_column", 404, 47),
    (b"SELECT throwIf(1)", 500, 395),
])
def test_errors_have_their_number(faulty: Server, sql: bytes, status: int, code: int):
    response = ask(faulty, sql)
    assert (response.status, response.get("X-ClickHouse-Exception-Code")) == (status, str(code))
    assert response.body.startswith(f"Code: {code}. DB::Exception".encode())


@pytest.mark.parametrize("form", ["plain", "gzip", "chunked"])
def test_rows_in_the_body(faulty: Server, store: ClickHouseStore, form: str):
    store.sql("CREATE TABLE t (a Int64, b LowCardinality(Nullable(String))) ENGINE = MergeTree ORDER BY a")
    rows = b"".join(struct.pack("<q", number) + (b"\1" if number % 2 else b"\0\2xy") for number in range(1_000))
    target = "/?" + urllib.parse.urlencode({"database": store.database.name, "query": "INSERT INTO t (a, b) FORMAT RowBinary"})
    with wire.Connection(faulty.address) as connection:
        if form == "chunked":
            connection.send(wire.request("POST", target, [("Transfer-Encoding", "chunked")]),
                            wire.chunk(rows[:5_000]), wire.chunk(rows[5_000:]), b"0\r\n\r\n")
        else:
            fields = [("Content-Encoding", "gzip")] if form == "gzip" else []
            connection.send(wire.request("POST", target, fields, gzip.compress(rows) if form == "gzip" else rows))
        response = connection.read_response("POST")
    assert (response.status, response.body) == (200, b"")
    assert store.sql("SELECT count(), sum(a), countIf(b = 'xy') FROM t") == [[1_000, 499_500, 500]]


def test_a_token_is_stored_once(faulty: Server, store: ClickHouseStore):
    store.sql("CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 10")
    for token in ("one", "one", "two"):
        assert ask(faulty, b"\5", database=store.database.name, query="INSERT INTO t (a) FORMAT RowBinary",
                   insert_deduplication_token=token).status == 200
    assert store.one("SELECT count() FROM t") == 2


def test_readers_may_not_write(faulty: Server, store: ClickHouseStore):
    response = ask(faulty, b"CREATE TABLE t (a UInt8) ENGINE = Memory", database=store.database.name, readonly="2")
    assert response.status == 403 and response.get("X-ClickHouse-Exception-Code") == "164"


def test_faults_are_for_one_statement(faulty: Server):
    faulty.faults({"match": "SELECT 11", "what": "error", "code": 999, "skip": 1})
    assert ask(faulty, b"SELECT 12").status == 200
    assert [ask(faulty, b"SELECT 11").status for _ in range(3)] == [200, 500, 200]
    faulty.faults({"match": "SELECT 13", "what": "late"})
    assert b"DB::Exception" in ask(faulty, b"SELECT 13").body
