# SPDX-License-Identifier: MIT
"""Makes the common fixtures known to the tests of this folder, and leaves out downloads that nobody asked for."""

import os

import pytest

from support.fixtures import factory, gateway, shared

__all__ = ["factory", "gateway", "shared"]


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("downloads") and os.environ.get("LLMGW_SDK_DOWNLOADS") != "1":
        pytest.skip("downloads packages: only with LLMGW_SDK_DOWNLOADS=1")
