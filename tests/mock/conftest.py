# SPDX-License-Identifier: MIT
"""The mock upstream by itself: what it says as each provider, and how it fails."""

import json
from collections.abc import Iterator

import pytest

from support import wire
from support.fixtures import factory
from support.gateway import Factory, Mock
from support.native import ANTHROPIC_FIELDS, AZURE_FIELDS, GEMINI_FIELDS, STREAMED, gemini_target

__all__ = ["factory"]


class Asked:
    """The mock, asked as each provider's clients would."""

    def __init__(self, mock: Mock) -> None:
        self.mock, self.address, self.url = mock, mock.address, mock.url

    def ask(self, method: str, target: str, fields: wire.Fields, body: object = None, behaviour: str = "") -> wire.Response:
        wish = [("X-Mock", behaviour)] if behaviour else []
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        return wire.ask(self.address, method, target, fields + wish, data)

    def anthropic(self, body: object, behaviour: str = "", target: str = "/v1/messages") -> wire.Response:
        return self.ask("POST", target, ANTHROPIC_FIELDS, body, behaviour)

    def gemini(self, body: object, behaviour: str = "", **target: str) -> wire.Response:
        return self.ask("POST", gemini_target(**target), GEMINI_FIELDS, body, behaviour)

    def gemini_stream(self, body: object, behaviour: str = "") -> wire.Response:
        return self.gemini(body, behaviour, **STREAMED)

    def azure(self, body: object, behaviour: str = "",
              target: str = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21") -> wire.Response:
        return self.ask("POST", target, AZURE_FIELDS, body, behaviour)

    def billed(self) -> dict:
        return self.mock.billed()


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    made = Factory(tmp_path_factory.mktemp("mock"))
    yield Asked(made.mock())
    made.close()
