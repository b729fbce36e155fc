# SPDX-License-Identifier: MIT
"""Configuration files, and three upstreams that such a file can name."""

import dataclasses
import json
import os
import pathlib

import yaml

from support import wire
from support.gateway import Factory, Proxy
from support.scripted import ScriptedServer, answering, reply

# What Proxy sets for the one upstream of the variables.
WITHOUT_VARIABLES = {"UPSTREAM_OPENAI_API_KEY": None, "UPSTREAM_OPENAI_BASE_URL": None}


def write(path: pathlib.Path, content: dict | str) -> pathlib.Path:
    """In one step, so that nobody reads half of it."""
    half = path.with_name(path.name + ".half")
    half.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
    os.replace(half, path)
    return path


def start(factory: Factory, path: pathlib.Path, collector: str | None = None, **settings: str | None) -> Proxy:
    return factory.proxy("", collector, GATEWAY_CONFIG=str(path), **(WITHOUT_VARIABLES | settings))


def configz(address: tuple[str, int]) -> dict:
    answer = wire.ask(address, "GET", "/configz")
    assert answer.status == 200 and answer.get("Content-Type") == "application/json", answer
    return json.loads(answer.body)


@dataclasses.dataclass
class Three:
    """Upstreams `a`, `b` and `local`, each saying its own name, with a key of their own but for the last."""
    servers: dict[str, ScriptedServer]

    @classmethod
    def open(cls) -> "Three":
        return cls({name: ScriptedServer(answering(reply(json.dumps({"from": name}).encode())))
                    for name in ("a", "b", "local")})

    def __enter__(self) -> "Three":
        return self

    def __exit__(self, *_: object) -> None:
        for each in self.servers.values():
            each.close()

    def config(self, folder: pathlib.Path) -> dict:
        """The first has its key in the variable KEY_A, the second in a file."""
        (folder / "key-b").write_text("sk-key-of-b\n")
        keys = {"a": [{"env": "KEY_A"}], "b": [{"name": "main", "file": str(folder / "key-b")}], "local": []}
        return {"version": 1, "default_provider": "a",
                "providers": {name: {"type": "openai", "base_url": server.url + "/v1", "keys": keys[name]}
                              for name, server in self.servers.items()}}

    def credentials(self, name: str) -> set[tuple[str, ...]]:
        """All values of Authorization that this upstream has seen."""
        return {tuple(each.values("Authorization")) for each in self.servers[name].requests}


def answered_by(proxy: Proxy, name: str | None = None) -> str:
    """Which of the upstreams answers a request that names this one, or none."""
    fields = [("Authorization", "Bearer of-the-client")] + ([("X-LLM-Provider", name)] if name else [])
    response = proxy.ask("GET", "/v1/models", fields)
    assert response.status == 200, response
    return response.json()["from"]
