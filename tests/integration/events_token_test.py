# SPDX-License-Identifier: MIT
"""EVENTS_TOKEN_FILE: who has no valid token writes nothing, and a token is changed without an event lost or doubled."""

import collections
import json
import os
import pathlib
import threading

import pytest

from support import wire
from support.gateway import Collector, Factory, Gateway, chat, new_id
from support.process import Daemon, run, wait_until

OLD, NEW = "token-old-7d1f", "token-new-93ab"
EVENT = {"request_id": "req_1", "tenant": "demo", "provider": "openai", "model": "m", "latency_ms": 1.5,
         "status_code": 200, "ts": "2026-11-23T08:30:00.123Z"}


class TokenFile:
    """Replaced as a whole, as an editor or the kubelet does."""

    def __init__(self, path: pathlib.Path, *tokens: str) -> None:
        self.path = path
        self.changes = 0
        self._write(tokens)

    def _write(self, tokens: tuple[str, ...]) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_text("".join(f"{each}\n" for each in tokens))
        os.rename(fresh, self.path)

    def change(self, *daemons: Daemon, to: tuple[str, ...]) -> None:
        """Returns once each of these daemons uses it."""
        self._write(to)
        self.changes += 1
        for each in daemons:
            wait_until(lambda daemon=each: daemon.log().count("events token changed") == self.changes, "the new token")

    def __str__(self) -> str:
        return str(self.path)


def post(collector: Collector, token: str | None) -> wire.Response:
    fields = [("Authorization", f"Bearer {token}")] if token else []
    return wire.ask(collector.address, "POST", "/events", fields, json.dumps(EVENT).encode())


def assert_no_token_in(*daemons: Daemon) -> None:
    for each in daemons:
        assert "token-old" not in each.log() and "token-new" not in each.log()


class Load:
    """Requests through the proxy, one after the other, from a few threads, until the end."""

    def __init__(self, gateway: Gateway, threads: int = 3) -> None:
        self.gateway, self.ids = gateway, []
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=self._run) for _ in range(threads)]
        for each in self.threads:
            each.start()

    def _run(self) -> None:
        while not self.ending.wait(0.002):  # so many that each step has some, and no queue is filled
            request_id = new_id()
            fields = self.gateway.fields(request_id)
            response = self.gateway.proxy.ask("POST", "/v1/chat/completions", fields, chat())
            assert response.status == 200
            self.ids.append(request_id)

    def end(self) -> None:
        self.ending.set()
        for each in self.threads:
            each.join()
        wait_until(lambda: len(self.gateway.collector.events()) >= len(self.ids), "all events")
        stored = collections.Counter(event["request_id"] for event in self.gateway.collector.events())
        assert stored == collections.Counter(self.ids)


def start(factory: Factory, collector_file: TokenFile | None, proxy_file: TokenFile | None) -> Gateway:
    mock = factory.mock()
    settings = [{"EVENTS_TOKEN_FILE": str(each)} if each else {} for each in (collector_file, proxy_file)]
    collector = factory.collector(**settings[0])
    return Gateway(factory.proxy(mock.url, collector.url, **settings[1]), collector, mock)


def test_without_a_valid_token_nothing_is_stored(factory: Factory, tmp_path: pathlib.Path):
    collector = factory.collector(EVENTS_TOKEN_FILE=str(TokenFile(tmp_path / "token", NEW, OLD)))
    for token in (None, "", "other", OLD[:-1], OLD + "x", f"{NEW} {OLD}"):
        response = post(collector, token)
        assert response.status == 401 and response.get("WWW-Authenticate") == "Bearer"
        assert response.error["code"] == "invalid_token" and response.error["type"] == "invalid_request_error"
    assert collector.events() == []
    for path in ("/healthz", "/readyz", "/metrics"):
        assert wire.ask(collector.address, "GET", path).status == 200
    assert post(collector, OLD).status == 202 and post(collector, NEW).status == 202
    assert len(collector.events()) == 2
    assert "anyone who reaches" not in collector.daemon.log()
    assert_no_token_in(collector.daemon)


def test_without_the_setting_it_is_said_once(factory: Factory):
    collector = factory.collector()
    assert post(collector, None).status == 202 and post(collector, "whatever").status == 202
    lines = [line for line in collector.daemon.entries() if "anyone who reaches" in line["msg"]]
    assert len(lines) == 1 and lines[0]["level"] == "warn" and "EVENTS_TOKEN_FILE" in lines[0]["msg"]


def test_settings_show_the_file_and_not_the_token(tmp_path: pathlib.Path):
    path = TokenFile(tmp_path / "token", OLD)
    settings = {"UPSTREAM_OPENAI_API_KEY": "sk-x", "EVENTS_TOKEN_FILE": str(path)}
    for program in ("llm-proxy", "llm-collector"):
        done = run(program, "--check-config", **settings)
        row = next(line for line in done.stdout.splitlines() if "EVENTS_TOKEN_FILE" in line)
        assert done.returncode == 0 and str(path) in row and OLD not in done.stdout
        done = run(program, "--check-config", **settings | {"EVENTS_TOKEN_FILE": OLD})
        assert done.returncode == 2 and "EVENTS_TOKEN_FILE" in done.stderr and OLD not in done.stderr


def test_events_carry_the_token(factory: Factory, tmp_path: pathlib.Path):
    gateway = start(factory, TokenFile(tmp_path / "collector", OLD), TokenFile(tmp_path / "proxy", OLD))
    assert gateway.post(chat())[0].status == 200
    assert_no_token_in(gateway.proxy.daemon, gateway.collector.daemon)


@pytest.mark.parametrize("shared", [True, False], ids=["one-file", "two-files"])
def test_changed_under_load(factory: Factory, tmp_path: pathlib.Path, shared: bool):
    """The three steps of docs/security.md."""
    first = TokenFile(tmp_path / "token", OLD)
    files = [first, first if shared else TokenFile(tmp_path / "proxy", OLD)]
    gateway = start(factory, *files)
    daemons = [gateway.collector.daemon, gateway.proxy.daemon]
    load = Load(gateway)
    try:
        for tokens in ((OLD, NEW), (NEW, OLD), (NEW,)):
            if shared:
                first.change(*daemons, to=tokens)
            else:
                for file, daemon in zip(files, daemons):
                    file.change(daemon, to=tokens)
    finally:
        load.end()
    assert post(gateway.collector, OLD).status == 401
    assert "does not take events" not in gateway.proxy.daemon.log()  # none had to wait
    assert_no_token_in(*daemons)


def test_events_wait_for_a_collector_that_knows_their_token(factory: Factory, tmp_path: pathlib.Path):
    """Changed in the wrong order: nothing is lost all the same."""
    known, sent = TokenFile(tmp_path / "collector", OLD), TokenFile(tmp_path / "proxy", OLD)
    gateway = start(factory, known, sent)
    load = Load(gateway)
    try:
        sent.change(gateway.proxy.daemon, to=(NEW,))
        gateway.proxy.daemon.wait_for_log(lambda line: "does not take events" in line["msg"], "a refusal")
        known.change(gateway.collector.daemon, to=(NEW,))
        gateway.proxy.daemon.wait_for_log(lambda line: "takes events again" in line["msg"], "the end of it")
    finally:
        load.end()
    assert_no_token_in(gateway.proxy.daemon, gateway.collector.daemon)


def test_mounted_secret(factory: Factory, tmp_path: pathlib.Path):
    """The kubelet swaps a symbolic link to a folder: the file itself is never touched."""
    for version, token in (("..1", OLD), ("..2", NEW)):
        (tmp_path / version).mkdir()
        (tmp_path / version / "token").write_text(token)
    (tmp_path / "..data").symlink_to("..1")
    (tmp_path / "token").symlink_to("..data/token")
    collector = factory.collector(EVENTS_TOKEN_FILE=str(tmp_path / "token"))
    assert (post(collector, OLD).status, post(collector, NEW).status) == (202, 401)
    (tmp_path / "..tmp").symlink_to("..2")
    os.rename(tmp_path / "..tmp", tmp_path / "..data")
    wait_until(lambda: post(collector, NEW).status == 202, "the new token")
    assert post(collector, OLD).status == 401


def test_bad_new_content_keeps_the_last_token(factory: Factory, tmp_path: pathlib.Path):
    path = tmp_path / "token"
    path.write_text(OLD)
    collector = factory.collector(EVENTS_TOKEN_FILE=str(path))
    for bad in ("", "a b", f"{NEW}\n{NEW}\n{NEW}\n"):
        path.write_text(bad)
        wait_until(lambda: "not usable" in collector.daemon.log(), "a warning")
        assert (post(collector, OLD).status, post(collector, NEW).status) == (202, 401)
    path.unlink()
    assert post(collector, OLD).status == 202
    path.write_text(NEW)
    wait_until(lambda: post(collector, NEW).status == 202, "the new token")
    assert_no_token_in(collector.daemon)
