# SPDX-License-Identifier: MIT
"""The crash test in its short form, also for a busy machine; `tools/check crash` runs 200 rounds on an idle one."""

import pathlib

import pytest

from crash.rounds import GRACE_IN_COMPANY, Crashes

SEED = 8
ROUNDS = 20  # fifteen seconds


@pytest.mark.long
@pytest.mark.timeout(300)
def test_killed_again_and_again(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]):
    report = Crashes(tmp_path, SEED, GRACE_IN_COMPANY).run(ROUNDS)
    with capsys.disabled():
        print(f"\nseed {SEED}: {report}")
    assert report.rounds == ROUNDS and {"proxy", "collector"} <= set(report.kills)
    assert report.exchanged - report.in_doubt > 10 * ROUNDS, "hardly any traffic"
    assert (report.lost, report.doubled) == (0, 0)
