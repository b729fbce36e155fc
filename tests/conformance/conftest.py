# SPDX-License-Identifier: MIT
"""Counts what the corpus compares, and prints it a class a line."""

import pytest

from conformance.replay import Tally, Upstream
from support.gateway import Factory


@pytest.fixture(scope="session")
def tally(request: pytest.FixtureRequest) -> Tally:
    request.config.tally = Tally()
    return request.config.tally


@pytest.fixture(scope="session")
def upstream():
    with Upstream() as started:
        yield started


@pytest.fixture(scope="session")
def proxy(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory):
    factory = Factory(tmp_path_factory.mktemp("conformance"))
    yield factory.proxy(upstream.url, None, PROXY_THREADS="1")
    factory.close()


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    if found := getattr(config, "tally", None):
        terminalreporter.section("fidelity, direct against through the gateway")
        for line in found.lines():
            terminalreporter.write_line(line)
