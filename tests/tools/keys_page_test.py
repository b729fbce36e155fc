# SPDX-License-Identifier: MIT
"""The commands of docs/keys.md, run as they are written, and what the page says that they print."""

import pathlib
import re

import pytest

from support.pages import BIN, ROOT, bash, blocks

PAGE = (ROOT / "docs" / "keys.md").read_text()
SCANNER = r"gw_(live|test)_[0-9A-Za-z]{38}"


@pytest.fixture
def made(tmp_path: pathlib.Path) -> pathlib.Path:
    """Where a key was made by the page's own commands; the programs are found as they are there."""
    _, second = blocks("keys.md", "Make a key")
    assert bash(f"PATH={BIN}:$PATH\n{second}", tmp_path).returncode == 0
    return tmp_path


def test_a_key_is_made(tmp_path: pathlib.Path):
    first, _ = blocks("keys.md", "Make a key")
    done = bash(f"PATH={BIN}:$PATH\n{first}", tmp_path)
    assert done.returncode == 0, done.stderr
    shown = re.search(r"its entry:\n\n```\n(.*?)```", PAGE, re.DOTALL)[1]
    with_any_key = re.escape(shown).replace(re.escape(shown.splitlines()[0]), SCANNER)
    assert re.fullmatch(re.sub(r"[0-9a-f]{64}", "[0-9a-f]{64}", with_any_key), done.stdout), done.stdout
    assert f"```\n{SCANNER}\n```" in PAGE


def test_a_key_goes_nowhere_but_into_its_file(made: pathlib.Path):
    assert {each.name for each in made.iterdir()} == {"key-for-team-a", "keys.yaml"}
    key = (made / "key-for-team-a").read_text().strip()
    assert re.fullmatch(SCANNER, key) and key not in (made / "keys.yaml").read_text()
    assert all(each.stat().st_mode & 0o077 == 0 for each in made.iterdir())


def test_a_foreign_key_is_hashed(tmp_path: pathlib.Path):
    command, = blocks("keys.md", "Take over keys that others made")
    (tmp_path / "key-of-team-b").write_text("sk-team-b-0123456789abcdef\n")
    done = bash(f"PATH={BIN}:$PATH\n{command}", tmp_path)
    assert done.returncode == 0 and done.stdout in PAGE, done


def test_a_request_is_explained(made: pathlib.Path):
    command, = blocks("keys.md", "The file")
    done = bash(f"PATH={BIN}:$PATH\n{command}", made)
    assert done.returncode == 0 and done.stdout.splitlines(keepends=True)[0] in PAGE, done
