# SPDX-License-Identifier: MIT
"""docs/clients.md holds the matrix: every client of tests/sdk/clients in its locked version, and every case."""

import pathlib
import subprocess

from sdk.matrix import registry

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "clients.md").read_text()


def test_page_is_up_to_date():
    done = subprocess.run([ROOT / "tools" / "clients_page", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_page_names_every_client_and_case():
    clients = registry.load()
    assert len({client.id for client in clients}) == len(clients) >= 7
    assert [client.id for client in clients
            if f"| {client.title} ({client.language}) | {client.locked_version()} |" not in PAGE] == []
    assert [case for case in registry.CASES if f" {case} |" not in PAGE or f"`{case}`" not in PAGE] == []


def test_lock_files_name_no_registry():
    locks = [path for path in registry.FOLDER.rglob("*lock*") if path.is_file()]
    assert locks and all('"resolved"' not in path.read_text() for path in locks)
