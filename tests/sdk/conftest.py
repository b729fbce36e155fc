# SPDX-License-Identifier: MIT
"""Makes the common fixtures known to the tests of this folder, and leaves out downloads that nobody asked for."""

import os
from collections.abc import Iterator

import pytest

from sdk.matrix.program import Program
from support.fixtures import factory, gateway, shared

__all__ = ["factory", "gateway", "shared"]


@pytest.fixture(scope="session")
def programs() -> Iterator[dict[str, Program]]:
    """By their folders; whoever starts one puts it here."""
    running: dict[str, Program] = {}
    yield running
    for each in running.values():
        each.close()


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("downloads") and os.environ.get("LLMGW_SDK_DOWNLOADS") != "1":
        pytest.skip("downloads packages: only with LLMGW_SDK_DOWNLOADS=1")
