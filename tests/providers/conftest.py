# SPDX-License-Identifier: MIT
"""The gateway with four providers, all of them the mock, each in its own dialect."""

from support.fixtures import factory
from support.providers import providers

__all__ = ["factory", "providers"]
