# SPDX-License-Identifier: MIT
"""docs/clients.md holds the matrix, README.md what it comes to: every client of tests/sdk/clients in its locked
version, and every case."""

import json
import pathlib
import shutil
import subprocess

import pytest

from sdk.matrix import registry

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ("docs/clients.md", "README.md")
PAGE, README = ((ROOT / name).read_text() for name in PAGES)


def clients_page(root: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([root / "tools" / "clients_page", *arguments], capture_output=True, text=True)


@pytest.fixture
def copy(tmp_path: pathlib.Path) -> pathlib.Path:
    """All that the tool reads and writes, in a place of its own."""
    for name in ("tools", "docs", "tests/sdk", "README.md", "tests/requirements.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        copied = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copied(ROOT / name, tmp_path / name)
    return tmp_path


def test_pages_are_up_to_date():
    done = clients_page(ROOT, "--check")
    assert done.returncode == 0, done.stderr


def test_pages_name_every_client_and_case():
    clients = registry.load()
    assert len({client.id for client in clients}) == len(clients) >= 7
    for page in (PAGE, README):
        assert [client.id for client in clients
                if f"| {client.title} ({client.language}) | {client.locked_version()} |" not in page] == []
    assert [case for case in registry.CASES if f" {case} |" not in PAGE or f"`{case}`" not in PAGE] == []


def test_page_names_every_framework_that_loops():
    assert len(registry.looping()) >= 4
    assert [each.id for each in registry.looping()
            if f"| {each.title} ({each.language}) | {each.locked_version()} |" not in PAGE] == []
    locked = json.loads((registry.FOLDER / "claude_code" / "package.json").read_text())["dependencies"]
    assert all(f"`{name}` {version}" in PAGE for name, version in locked.items())


def test_readme_counts_what_the_matrix_shows():
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.endswith((" pass |", " – |"))]
    assert len(rows) == len(registry.load())
    for name, version, *cells in rows:
        assert f"| {name} | {version} | {cells.count('pass')} of {cells.count('pass')} |\n" in README


@pytest.mark.parametrize("name", PAGES)
def test_an_old_version_is_found_and_mended(copy: pathlib.Path, name: str):
    page = copy / name
    now = page.read_text()
    client = registry.load()[0]
    page.write_text(now.replace(f" | {client.locked_version()} | ", " | 0.0.1 | "))
    done = clients_page(copy, "--check")
    assert done.returncode == 1 and done.stderr.startswith(f"{name} is not up to date")
    report = copy / "build" / "reports" / "sdk-matrix.md"
    report.parent.mkdir(parents=True)
    report.write_text(registry.table(registry.load(), {}, "pass"))
    assert clients_page(copy).returncode == 0 and page.read_text() == now


def test_a_matrix_with_a_failure_is_not_written(copy: pathlib.Path):
    report = copy / "build" / "reports" / "sdk-matrix.md"
    report.parent.mkdir(parents=True)
    clients = registry.load()
    report.write_text(registry.table(clients, {(clients[0].id, "chat"): "FAIL"}, "pass"))
    done = clients_page(copy)
    assert done.returncode == 1 and "sdk-matrix.md is not that of a whole" in done.stderr
    assert [(copy / name).read_text() for name in PAGES] == [PAGE, README]


def test_lock_files_name_no_registry():
    locks = [path for path in registry.FOLDER.rglob("*lock*") if path.is_file()]
    assert locks and all('"resolved"' not in path.read_text() for path in locks)
