# SPDX-License-Identifier: MIT
"""Makes the common fixtures known to the tests of this folder."""

from support.fixtures import factory, gateway, shared, small_disk

__all__ = ["factory", "gateway", "shared", "small_disk"]
