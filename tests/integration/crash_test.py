# SPDX-License-Identifier: MIT
"""The crash test in its short form; `tools/check crash` runs 200 rounds."""

import pathlib

import pytest

from crash.rounds import Crashes

SEED = 8
ROUNDS = 20  # eight seconds; with sanitizers twice that, so they need not be fewer there


@pytest.mark.timeout(300)
def test_killed_again_and_again(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]):
    report = Crashes(tmp_path, SEED).run(ROUNDS)
    with capsys.disabled():
        print(f"\nseed {SEED}: {report}")
    assert report.rounds == ROUNDS and {"proxy", "collector"} <= set(report.kills)
    assert report.exchanged - report.in_doubt > 10 * ROUNDS, "hardly any traffic"
    assert (report.lost, report.doubled) == (0, 0)
