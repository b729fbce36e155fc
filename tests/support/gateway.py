# SPDX-License-Identifier: MIT
"""The gateway as the tests see it: mock upstream, collector and proxy on free ports, with what they recorded."""

import itertools
import json
import pathlib
import socket
import uuid
from collections.abc import Callable

from support import wire
from support.event import check_event
from support.process import PATIENCE, Daemon, wait_until

UPSTREAM_KEY = "sk-upstream-0123456789abcdef"
APP_KEY = "app-key-fedcba9876543210"

Address = tuple[str, int]


def url(address: Address, scheme: str = "http") -> str:
    host, port = address
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def read_lines(path: pathlib.Path) -> list[dict]:
    """The whole lines of a file that is still being written."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


def new_id(label: str = "test") -> str:
    return f"{label}-{uuid.uuid4().hex}"


def chat(text: str = "hello there", model: str = "gpt-4o-mini", **more: object) -> bytes:
    """The body of a chat completion request."""
    return json.dumps({"model": model, "messages": [{"role": "user", "content": text}]} | more).encode()


class Mock:
    """mock-upstream with its record."""

    def __init__(self, folder: pathlib.Path, address: str = "127.0.0.1:0", keys: str = "", models: str = "") -> None:
        self.record = folder / f"record-{uuid.uuid4().hex[:8]}.ndjson"
        more = ["--keys", keys] if keys else []
        more += ["--models", models] if models else []
        self.daemon = Daemon("mock-upstream", folder, "--listen", address, "--record", str(self.record), *more)
        self.address = self.daemon.address("traffic")
        self.url = url(self.address)

    def requests(self, request_id: str | None = None) -> list[dict]:
        """What it received so far; only those with this X-LLM-Request-ID if one is given."""
        found = [entry for entry in read_lines(self.record) if "method" in entry]
        if request_id is None:
            return found
        return [entry for entry in found if ["x-llm-request-id", request_id] in
                [[name.lower(), value] for name, value in entry["fields"]]]

    def request(self, request_id: str) -> dict:
        """The one request with this id, once it is recorded."""
        found = wait_until(lambda: self.requests(request_id), f"request {request_id} at the upstream")
        assert len(found) == 1, found
        return found[0]

    def wait_for_close(self, connection: int) -> dict:
        """The line that says the proxy closed this connection during an exchange."""
        return wait_until(lambda: next((entry for entry in read_lines(self.record)
                                        if entry.get("closed") == connection), None),
                          f"close of upstream connection {connection}")

    def billed(self) -> dict[str, dict[str, int]]:
        """Requests, calls that were billed and their tokens so far, by dialect."""
        return wire.ask(self.address, "GET", "/mock/billing").json()

    def release(self, gate: str) -> None:
        assert wire.ask(self.address, "POST", f"/mock/release?gate={gate}", body=b"").status < 300


def held_port() -> socket.socket:
    """A socket that keeps its port from everybody but a daemon that is told of it, which may start there again and again:
    who binds to any port or connects gets another one."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    return holder


class Collector:
    """llm-collector writing to a file, or to the store that STORE_URL names."""

    def __init__(self, folder: pathlib.Path, port: str = "", events: pathlib.Path | None = None, **settings: str) -> None:
        if not port:
            self.holder = held_port()
            port = "%s:%d" % self.holder.getsockname()
        self.events_path = events or folder / f"events-{uuid.uuid4().hex[:8]}.ndjson"
        has_store = "STORE_URL" in settings
        own = {"QUERY_LISTEN_ADDR": "127.0.0.1:0"} if has_store else {"EVENT_LOG_PATH": str(self.events_path)}
        self.daemon = Daemon("llm-collector", folder, **{"PORT": port, **own, **settings})
        self.address = self.daemon.address("events")
        self.query = self.daemon.address("query") if has_store and settings.get("QUERY_LISTEN_ADDR") != "off" else None
        self.url = url(self.address)

    def events(self, request_id: str | None = None) -> list[dict]:
        return [event for event in read_lines(self.events_path)
                if request_id is None or event["request_id"] == request_id]


class Proxy:
    """llm-proxy in front of an upstream."""

    defaults = {
        "LISTEN_ADDR": "127.0.0.1:0",
        "ADMIN_LISTEN_ADDR": "127.0.0.1:0",
        "UPSTREAM_OPENAI_API_KEY": UPSTREAM_KEY,
        "METERING_STREAM_USAGE": "passthrough",
        "METERING_ESTIMATE": "off",
        "EVENT_DRAIN_TIMEOUT": "2s",
        "PROXY_THREADS": "2",
    }

    def __init__(self, folder: pathlib.Path, upstream: str, collector: str | None, files: int | None = None,
                 before_exec: Callable[[], None] | None = None, **settings: str | None) -> None:
        chosen: dict[str, str | None] = self.defaults | {"UPSTREAM_OPENAI_BASE_URL": upstream, "COLLECTOR_URL": collector}
        chosen |= settings  # None leaves a variable unset
        self.daemon = Daemon("llm-proxy", folder, files=files, before_exec=before_exec,
                             **{name: value for name, value in chosen.items() if value is not None})
        self.address = self.daemon.address("traffic")
        self.admin = self.daemon.address("admin") if chosen["ADMIN_LISTEN_ADDR"] != "off" else None
        self.url = url(self.address)

    def ask(self, method: str, target: str, *rest: object, **named: object) -> wire.Response:
        return wire.ask(self.address, method, target, *rest, **named)

    def connect(self, **named: object) -> wire.Connection:
        return wire.Connection(self.address, **named)

    def scrape(self) -> str:
        response = wire.ask(self.admin, "GET", "/metrics")
        assert response.status == 200, response
        return response.body.decode()

    def metrics(self) -> dict[str, float]:
        """Every sample by its full name with labels."""
        lines = self.scrape().splitlines()
        return {name: float(value) for name, value in
                (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))}

    def ready(self) -> int:
        return wire.ask(self.admin, "GET", "/readyz").status


class Gateway:
    """Proxy, collector and upstream of one test, or of many."""

    def __init__(self, proxy: Proxy, collector: Collector | None, mock: Mock | None) -> None:
        self.proxy, self.collector, self.mock = proxy, collector, mock

    def is_running(self) -> bool:
        return all(each.daemon.is_running() for each in (self.proxy, self.collector, self.mock) if each)

    def post(self, body: bytes, fields: wire.Fields | None = None, mock: str = "", request_id: str | None = None,
             target: str = "/v1/chat/completions", **named: object) -> tuple[wire.Response, dict]:
        """One JSON request: its response and its metering event."""
        request_id = request_id or new_id()
        response = self.proxy.ask("POST", target, self.fields(request_id, mock) + (fields or []), body, **named)
        return response, self.event(request_id)

    def fields(self, request_id: str, mock: str = "") -> wire.Fields:
        fields = [("Authorization", f"Bearer {APP_KEY}"), ("Content-Type", "application/json"),
                  ("X-LLM-Request-ID", request_id)]
        return fields + ([("X-Mock", mock)] if mock else [])

    def event(self, request_id: str, patience: float = PATIENCE) -> dict:
        """The one event of this request, its form checked."""
        found = wait_until(lambda: self.collector.events(request_id), f"event of {request_id}", patience)
        assert len(found) == 1, found
        return check_event(found[0])

    def wait_for_events(self, count: int, matches: Callable[[dict], object] = bool) -> list[dict]:
        """At least `count` events, in their order."""
        def found() -> list[dict]:
            events = [event for event in self.collector.events() if matches(event)]
            return events if len(events) >= count else []
        return wait_until(found, f"{count} events", PATIENCE)


class Factory:
    """Starts daemons in one folder and ends them all; a daemon that ends badly fails the test."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.folders = itertools.count()
        self.daemons: list[Daemon] = []
        self.collectors: list[Collector] = []
        self.is_now = True  # what the clock of the daemons says
        self.has_proxy = False  # else whatever reached a collector was written by a test

    def _add(self, started: "Mock | Collector | Proxy") -> None:
        self.daemons.append(started.daemon)

    def make_folder(self) -> pathlib.Path:
        folder = self.folder / str(next(self.folders))
        folder.mkdir()
        return folder

    def mock(self, **named: str) -> Mock:
        mock = Mock(self.make_folder(), **named)
        self._add(mock)
        return mock

    def collector(self, **settings: object) -> Collector:
        collector = Collector(self.make_folder(), **settings)
        self._add(collector)
        self.collectors.append(collector)
        return collector

    def proxy(self, upstream: str, collector: str | None, **settings: object) -> Proxy:
        proxy = Proxy(self.make_folder(), upstream, collector, **settings)
        self._add(proxy)
        self.has_proxy = True
        return proxy

    def gateway(self, upstream: str | None = None, **settings: str | None) -> Gateway:
        """The three of them, or two in front of an upstream that is there already."""
        mock = None if upstream else self.mock()
        collector = self.collector()
        return Gateway(self.proxy(upstream or mock.url, collector.url, **settings), collector, mock)

    def close(self) -> None:
        faults = []
        for daemon in reversed(self.daemons):
            try:
                was_running = daemon.is_running()
                status = daemon.stop()
                if was_running and status != 0 and daemon.program != "mock-upstream":
                    faults.append(f"{daemon.program} ended with status {status}:\n{daemon.log()}")
                daemon.check_findings()
            except Exception as fault:  # the others are to be ended all the same
                faults.append(f"{daemon.program}: {fault!r}\n{daemon.log()}")
                daemon.kill()
        for event in (event for collector in self.collectors if self.has_proxy for event in collector.events()):
            check_event(event, self.is_now)
        assert not faults, "\n".join(faults)

