# SPDX-License-Identifier: MIT
"""The gateway with four providers, all of them the mock, each in its own dialect."""

import json
import pathlib
from collections.abc import Iterator

import pytest

from support.config_file import start, write
from support.gateway import Collector, Factory, Mock, Proxy
from support.native import KEY


class Providers:
    """Names of models say who answers: gpt-, claude-, gemini-; azure/NAME; the same with `many-` in front, where
    another provider follows on a failure."""

    def __init__(self, factory: Factory, folder: pathlib.Path) -> None:
        self.mock: Mock = factory.mock()
        self.collector: Collector = factory.collector()
        self.proxy: Proxy = start(factory, write(folder / "gateway.json", json.dumps(self.config())), self.collector.url,
                                  PROVIDER_KEY=KEY, METERING_STREAM_USAGE="inject")

    def config(self) -> dict:
        def provider(kind: str, **more: str) -> dict:
            return {"type": kind, "base_url": self.mock.url, "keys": [{"env": "PROVIDER_KEY"}]} | more

        def model(name: str, *fallback: str) -> dict:
            provider, _, model = name.partition("/")
            return {"targets": [{"provider": provider, "model": model}], "fallback": list(fallback),
                    "retry": {"attempts": 3, "causes": ["unsent", "rate_limit", "key", "overloaded", "server_error"],
                              "wait_max": "0s"}}

        return {
            "version": 1, "default_provider": "openai", "defaults": {"cooldown": {"failures": 0, "open": "1ms", "max": "1ms"}},
            "providers": {"openai": provider("openai"), "anthropic": provider("anthropic"), "gemini": provider("gemini"),
                          "azure": provider("azure", api="deployments", api_version="2024-10-21")},
            "models": {
                "claude-*": {"targets": [{"provider": "anthropic"}]}, "gemini-*": {"targets": [{"provider": "gemini"}]},
                "many-claude": model("anthropic/claude-sonnet-4-5", "many-gemini"),
                "many-gemini": model("gemini/gemini-2.5-flash", "many-gpt"),
                "many-gpt": model("openai/gpt-4o-mini")}}


@pytest.fixture(scope="session")
def providers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Providers]:
    folder = tmp_path_factory.mktemp("providers")
    made = Factory(folder)
    yield Providers(made, folder)
    made.close()
