# SPDX-License-Identifier: MIT
"""Makes the common fixtures known to the tests of this folder."""

from support.fixtures import factory, gateway, servers, shared, small_disk, store

__all__ = ["factory", "gateway", "servers", "shared", "small_disk", "store"]
