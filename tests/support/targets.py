# SPDX-License-Identifier: MIT
"""Upstreams that answer what a test says, the file that names them, and the events of what was asked of them."""

import json
import pathlib
from collections.abc import Callable

from support import wire
from support.config_file import start, write
from support.gateway import Factory, Proxy, chat, new_id
from support.process import wait_until
from support.scripted import Peer, ScriptedServer, reply

Answer = Callable[[Peer], bool | None] | bytes  # False: the connection is closed behind it, which nobody announced


class Targets:
    """A server for each name; its answer may be replaced at any time."""

    def __init__(self, *names: str) -> None:
        self.answers: dict[str, Answer] = {name: reply(json.dumps({"from": name}).encode()) for name in names}
        self.servers = {name: ScriptedServer(self.script(name)) for name in names}

    def __enter__(self) -> "Targets":
        return self

    def __exit__(self, *_: object) -> None:
        for each in self.servers.values():
            each.close()

    def script(self, name: str) -> Callable[[Peer], None]:
        def serve(peer: Peer) -> None:
            while peer.read_request() is not None:
                answer = self.answers[name]
                if not callable(answer):
                    peer.send(answer)
                elif answer(peer) is False:
                    return
        return serve

    def count(self, name: str) -> int:
        return len(self.servers[name].requests)

    def counts(self) -> dict[str, int]:
        return {name: self.count(name) for name in self.servers}

    def providers(self, **more: dict) -> dict:
        """They are not asked for their models, unless a test says so."""
        return {name: {"type": "openai", "base_url": server.url + "/v1", "keys": [], "discover": False} | more.get(name, {})
                for name, server in self.servers.items()}

    def open(self, factory: Factory, folder: pathlib.Path, content: dict, collector: str | None = None,
             **settings: str | None) -> Proxy:
        whole = {"version": 1, "providers": self.providers()} | content
        return start(factory, write(folder / "gateway.yaml", json.dumps(whole)), collector, **settings)


def targets(*providers: str) -> dict:
    """The entry of a model."""
    return {"targets": [{"provider": each} for each in providers]}


def ask(proxy: Proxy, model: str = "m", fields: wire.Fields | None = None, **more: object) -> wire.Response:
    return proxy.ask("POST", "/v1/chat/completions",
                     [("Content-Type", "application/json")] + (fields or []), chat(model=model, **more))


def ask_for_event(proxy: Proxy, collector, model: str = "m", fields: wire.Fields | None = None,
                  **more: object) -> tuple[wire.Response, dict]:
    """The answer, and the one event of it."""
    request_id = new_id()
    response = ask(proxy, model, [("X-LLM-Request-ID", request_id)] + (fields or []), **more)
    found = wait_until(lambda: [each for each in collector.events() if each["request_id"] == request_id],
                       f"the event of {request_id}")
    assert len(found) == 1, found
    return response, found[0]
