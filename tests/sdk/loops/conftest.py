# SPDX-License-Identifier: MIT
"""Programs of tests/sdk/clients and a gateway with four providers; all of it only where the whole matrix is wanted."""

from collections.abc import Iterator

import pytest

from sdk.matrix.program import Program
from sdk.matrix.registry import WHOLE
from support.providers import providers

__all__ = ["providers"]

collect_ignore_glob = [] if WHOLE else ["*_test.py"]  # they want what only `tools/check sdk-matrix` installs


@pytest.fixture(scope="session")
def programs() -> Iterator[dict[str, Program]]:
    running: dict[str, Program] = {}
    yield running
    for each in running.values():
        each.close()
