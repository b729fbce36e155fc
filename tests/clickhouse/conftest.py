# SPDX-License-Identifier: MIT
"""Makes the common fixtures known to the tests of this folder."""

import pathlib
from collections.abc import Iterator

import pytest

from support.clickhouse import GIVEN, ClickHouseStore, Server, shared_server
from support.fixtures import factory

__all__ = ["factory", "faulty", "own_server", "store"]


@pytest.fixture
def store() -> Iterator[ClickHouseStore]:
    """An empty database of the shared server."""
    made = ClickHouseStore()
    yield made
    made.database.drop()


@pytest.fixture
def faulty() -> Iterator[Server]:
    """The shared server, for a test that tells it to fail."""
    if GIVEN:
        pytest.skip("a server that was given does not fail when it is told to")
    server = shared_server()
    yield server
    server.faults()


@pytest.fixture
def own_server(tmp_path: pathlib.Path) -> Iterator[Server]:
    """One that the test may kill, and tell to fail."""
    if GIVEN:
        pytest.skip("a server that was given is not killed")
    made = Server(tmp_path / "chdb")
    yield made
    made.kill()
