# SPDX-License-Identifier: MIT
"""Programs of tests/sdk/clients and a gateway with four providers; all of it only where the whole matrix is wanted."""

from sdk.matrix.registry import WHOLE
from support.providers import providers

__all__ = ["providers"]

collect_ignore_glob = [] if WHOLE else ["*_test.py"]  # they want what only `tools/check sdk-matrix` installs
