# SPDX-License-Identifier: MIT
"""ClickHouse's HTTP interface in front of chdb, which is its engine without a server, for tests:

    python3 chdb_server.py FOLDER [--port 0] [--user NAME --password TEXT] [--certificate PEM --key PEM]

says `listening PORT` on stdout once it does. Needs the standard library and chdb alone. One statement runs at a time.
Beside `/ping` and `/?query=...` it has paths of its own, for tests: `POST /shim/faults` takes a list of faults, each for
one statement to come that holds `match`; `GET /shim/asked` tells the targets that were asked for, without their SQL."""

import argparse
import dataclasses
import gzip
import json
import re
import ssl
import sys
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from chdb import session

INSERT_OF_ROWS = re.compile(r"\s*INSERT\s+INTO\s+(\S+)\s*\(([^)]*)\)\s*FORMAT\s+(\w+)\s*$", re.IGNORECASE)
READS = re.compile(r"\s*(SELECT|WITH|DESCRIBE|SHOW|EXPLAIN)\b", re.IGNORECASE)
TAKES_SETTINGS = re.compile(r"\s*(SELECT|WITH|INSERT\b.*\bSELECT)\b", re.IGNORECASE | re.DOTALL)
CODE = re.compile(r"Code: (\d+)")

# What belongs to the interface and not to the engine.
NOT_SETTINGS = {"query", "database", "default_format", "query_id", "session_id", "user", "password", "wait_end_of_query",
                "readonly", "cancel_http_readonly_queries_on_client_close"}
# As the server maps the numbers of its exceptions; others are 500.
STATUS = {60: 404, 81: 404, 47: 404, 115: 404, 62: 400, 457: 400, 36: 400, 516: 403, 192: 403, 164: 403, 497: 403}
BODY_MOST = 1 << 30


class Refused(Exception):
    """An exception of the interface's own."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"Code: {code}. DB::Exception: {text}")


@dataclasses.dataclass
class Fault:
    """What happens to one statement. `what`: error (answered instead of run), error_after (run, and then answered),
    drop (cut before it is run), swallow (cut after), half (half of the answer, then cut), late (half of the answer, then
    an exception, and the answer ends as if it were whole), hang (not answered until the client has gone)."""

    match: str
    what: str
    code: int = 241
    skip: int = 0  # statements that match and are let through first


class Engine:
    """The engine with what is asked of it, one statement after the other."""

    def __init__(self, folder: str) -> None:
        self.session = session.Session(folder)
        self.lock = threading.Lock()

    def run(self, given: dict[str, str], body: bytes) -> bytes:
        """The answer to a request with these parameters. Errors of the engine have their number in their text."""
        sql = given.get("query", "")
        rows = INSERT_OF_ROWS.match(sql)
        if not rows:
            sql += body.decode()
        if "readonly" in given and not READS.match(sql):
            raise Refused(164, "Cannot execute query in readonly mode. (READONLY)")
        settings = ", ".join(f"{name} = {quoted(value)}" for name, value in given.items()
                             if name not in NOT_SETTINGS and not name.startswith("param_"))
        with self.lock:
            self.session.query(f"USE `{given.get('database', 'default')}`")
            if rows:
                return self._insert(rows[1], [name.strip(" `") for name in rows[2].split(",")], rows[3], settings, body)
            parameters = {name.removeprefix("param_"): value for name, value in given.items()
                          if name.startswith("param_")}
            if settings and TAKES_SETTINGS.match(sql):
                sql += f" SETTINGS {settings}"
            answer = self.session.query(sql, given.get("default_format", "TabSeparated"), params=parameters)
            return bytes(answer.bytes() or b"")

    def _insert(self, table: str, columns: list[str], form: str, settings: str, body: bytes) -> bytes:
        described = self.session.query(f"DESCRIBE TABLE {table} FORMAT TabSeparatedRaw").bytes().decode()
        types = {line.split("\t")[0]: line.split("\t")[1] for line in described.splitlines()}
        shape = ", ".join(f"`{name}` {types[name]}" for name in columns)
        names = ", ".join(f"`{name}`" for name in columns)
        with tempfile.NamedTemporaryFile(suffix=".rows") as file:
            file.write(body)
            file.flush()
            self.session.query(f"INSERT INTO {table} ({names}) {f'SETTINGS {settings}' if settings else ''} "
                               f"SELECT * FROM file({quoted(file.name)}, {form}, {quoted(shape)})")
        return b""


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


class Server(ThreadingHTTPServer):
    """What all connections share."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, engine: Engine, users: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.engine = engine
        self.users = users  # none: whoever asks
        self.faults: list[Fault] = []
        self.asked: list[str] = []
        self.guard = threading.Lock()

    def handle_error(self, *_: object) -> None:
        """Clients are killed in the middle, that is what they are here for."""

    def take_fault(self, statement: str) -> Fault | None:
        with self.guard:
            for fault in self.faults:
                if fault.match not in statement:
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                self.faults.remove(fault)
                return fault
        return None


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def log_message(self, *_: object) -> None:
        """Tests look at what the collector says."""

    def do_GET(self) -> None:
        if self.path == "/ping":
            self._reply(200, b"Ok.\n")
        elif self.path == "/shim/asked":
            self._reply(200, json.dumps(self.server.asked).encode())
        else:
            self.do_POST()

    def do_POST(self) -> None:
        try:
            body = self._body()
        except (OSError, ValueError, EOFError):
            self.close_connection = True
            return
        if self.path == "/shim/faults":
            with self.server.guard:
                self.server.faults = [Fault(**each) for each in json.loads(body)]
            self._reply(200, b"")
            return
        self._answer(dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True)), body)

    def _answer(self, given: dict[str, str], body: bytes) -> None:
        statement = given.get("query") or body.decode(errors="replace")
        with self.server.guard:
            self.server.asked.append(statement[:60] + " " + self.path[:2000])
        fault = self.server.take_fault(statement)
        what = fault.what if fault else ""
        if what in ("drop", "hang"):
            if what == "hang":
                self.rfile.read(1)  # returns once the client has closed
            self.close_connection = True
            return
        try:
            self._check_user()
            if fault and what == "error":
                raise Refused(fault.code, "as the test wants it")
            answer = self.server.engine.run(given, body)
            if fault and what == "error_after":
                raise Refused(fault.code, "as the test wants it")
        except Exception as error:  # the engine knows one kind
            self._refuse(str(error))
            return
        if what == "swallow":
            self.close_connection = True
        elif what in ("half", "late"):
            self._reply_half(answer, what == "late")
        else:
            self._reply(200, answer)

    def _check_user(self) -> None:
        user = self.headers.get("X-ClickHouse-User", "default")
        key = self.headers.get("X-ClickHouse-Key", "").encode("latin-1").decode()
        if self.server.users and self.server.users.get(user) != key:
            raise Refused(516, f"{user}: Authentication failed. (AUTHENTICATION_FAILED)")

    def _refuse(self, text: str) -> None:
        found = CODE.search(text)
        code = int(found[1]) if found else 0
        self._reply(STATUS.get(code, 500), f"{text}\n".encode(), {"X-ClickHouse-Exception-Code": str(code)})

    def _reply(self, status: int, body: bytes, fields: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(fields or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _reply_half(self, body: bytes, is_late: bool) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        half = body[:max(len(body) // 2, 1)] or b" "
        self.wfile.write(f"{len(half):x}\r\n".encode() + half + b"\r\n")
        if is_late:
            text = b"Code: 241. DB::Exception: in the middle. (MEMORY_LIMIT_EXCEEDED)\n"
            self.wfile.write(f"{len(text):x}\r\n".encode() + text + b"\r\n0\r\n\r\n")
        else:
            self.close_connection = True

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b"".join(self._chunks())
        else:
            size = int(self.headers.get("Content-Length", "0"))
            body = self.rfile.read(size)
            if len(body) != size or size > BODY_MOST:
                raise EOFError
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--certificate", default="")
    parser.add_argument("--key", default="")
    chosen = parser.parse_args()
    users = {chosen.user: chosen.password} if chosen.user else {}
    server = Server(chosen.port, Engine(chosen.folder), users)
    if chosen.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chosen.certificate, chosen.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(f"listening {server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
