# SPDX-License-Identifier: MIT
"""The short form of `tools/check crash-store`."""

import pathlib

import pytest

from crash.store_rounds import run_engines
from support.process import SANITIZED


@pytest.mark.long
def test_nothing_is_lost_or_doubled(tmp_path: pathlib.Path):
    for report in run_engines(tmp_path, 3 if SANITIZED else 6, seed=20261130):
        assert report.lost == report.doubled == 0 and report.stored == report.sent, report
