# SPDX-License-Identifier: MIT
"""Each server once, with a gateway in front of it."""

import pathlib
from collections.abc import Callable, Iterator

import pytest

from real_server import servers
from real_server.ways import Ways, as_one_upstream, as_provider
from support.gateway import Factory, Gateway


def made(start: Callable[[pathlib.Path], servers.Server],
         gateway_of: Callable[[str, Factory, pathlib.Path], Gateway] = as_one_upstream) -> Callable:
    @pytest.fixture(scope="session")
    def ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
        server = start(tmp_path_factory.mktemp("server"))
        folder = tmp_path_factory.mktemp("gateway")
        factory = Factory(folder)
        try:
            yield Ways(server.url, gateway_of(server.url, factory, folder))
        finally:
            factory.close()
            server.stop()
    return ways


llama_cpp = made(servers.llama_cpp)
llama_cpp_provider = made(servers.llama_cpp_without_key, as_provider)
llama_cpp_embeddings = made(servers.llama_cpp_embeddings)
llama_cpp_python = made(servers.llama_cpp_python)
foreign_mock = made(servers.foreign_mock)
