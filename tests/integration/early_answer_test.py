# SPDX-License-Identifier: MIT
"""Answers that come before the request has left, in a short form; `tools/check early-answers` runs 10,000 rounds."""

import pathlib

import pytest
from seams.early_answers import THEN, Rounds

SEED = 17
ROUNDS = 300


@pytest.mark.long
@pytest.mark.timeout(300)
def test_each_request_has_its_answer_and_one_event(tmp_path: pathlib.Path):
    rounds = Rounds(tmp_path, SEED)
    outcomes = rounds.run(ROUNDS)
    rounds.close()
    assert outcomes.total() == ROUNDS
    assert all(outcomes[f"{then} 429"] > 0 for then in THEN), outcomes
