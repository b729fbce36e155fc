# SPDX-License-Identifier: MIT
"""Each server once, with a gateway in front of it."""

import pathlib
from collections.abc import Callable, Iterator

import pytest

from real_server import servers
from real_server.ways import Ways
from support.gateway import Factory


def made(start: Callable[[pathlib.Path], servers.Server]) -> Callable:
    @pytest.fixture(scope="session")
    def ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
        server = start(tmp_path_factory.mktemp("server"))
        factory = Factory(tmp_path_factory.mktemp("gateway"))
        try:
            yield Ways(server.url, factory)
        finally:
            factory.close()
            server.stop()
    return ways


llama_cpp = made(servers.llama_cpp)
llama_cpp_embeddings = made(servers.llama_cpp_embeddings)
llama_cpp_python = made(servers.llama_cpp_python)
foreign_mock = made(servers.foreign_mock)
