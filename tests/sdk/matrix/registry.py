# SPDX-License-Identifier: MIT
"""The clients of tests/sdk/clients, as their clients.json describe them, and the cases each has to pass."""

import dataclasses
import json
import os
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[3]
WHOLE = os.environ.get("LLMGW_SDK_MATRIX") == "whole"  # else the quick clients, and only those that can run here
FOLDER = ROOT / "tests" / "sdk" / "clients"
CASES = ("chat", "keys", "stream", "stream_usage", "abort", "tools", "structured", "image", "embeddings", "responses",
         "responses_stream", "raw", "errors", "refusals", "retries", "waits", "call_options", "timeout", "parallel")


@dataclasses.dataclass(frozen=True)
class Named:
    """Who answers calls, and where its version is locked."""

    folder: str
    language: str
    name: str
    title: str
    version: dict[str, str]

    @property
    def id(self) -> str:
        return f"{self.folder}/{self.name}"

    def locked_version(self) -> str:
        found = re.findall(self.version["pattern"], (ROOT / self.version["file"]).read_text(), re.MULTILINE)
        assert len(found) == 1, f"{self.id}: {self.version} matches {found}"
        return found[0]


@dataclasses.dataclass(frozen=True)
class Client(Named):
    """One SDK in one way of using it."""

    errors: dict[str, str]
    timeout_error: str
    quick: bool = False
    counts_retries: bool = True
    heeds_should_retry: bool = True
    hides: tuple[str, ...] = ()
    lacks: dict[str, str] = dataclasses.field(default_factory=dict)

    def error(self, status: int) -> str:
        return self.errors.get(str(status)) or self.errors["default"]


@dataclasses.dataclass(frozen=True)
class Looping(Named):
    """One framework that runs loops of tools; `returns`: providers whose thinking or signatures it hands back."""

    returns: tuple[str, ...] = ()


def case_of(test: str) -> str:
    return test.partition("[")[0].removeprefix("test_")


def described(kind: type[Named], member: str) -> list:
    """What the clients.json of all folders have there, in a fixed order."""
    found = []
    for path in sorted(FOLDER.glob("*/clients.json")):
        folder = json.loads(path.read_text())
        found += [kind(folder=path.parent.name, language=folder["language"], **each) for each in folder.get(member, [])]
    return found


def looping() -> list[Looping]:
    return described(Looping, "loops")


def load() -> list[Client]:
    """All clients of the matrix."""
    clients = described(Client, "clients")
    for client in clients:
        assert set(client.lacks) <= set(CASES), f"{client.id} lacks what is no case"
    return clients


def table(clients: list[Client], cell: dict[tuple[str, str], str], default: str,
          versions: dict[str, str] | None = None) -> str:
    """The matrix as Markdown; `cell` by client and case, `default` where it says nothing; `versions` by client, as
    locked where it says nothing."""
    rows = [["client", "version", *CASES], ["---"] * (len(CASES) + 2)]
    for client in clients:
        found = ["–" if case in client.lacks else cell.get((client.id, case), default) for case in CASES]
        version = (versions or {}).get(client.id) or client.locked_version()
        rows.append([f"{client.title} ({client.language})", version, *found])
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines[1] = "|" + "---|" * len(rows[0])
    reasons = [f"- {client.title} ({client.language}), {', '.join(cases)}: {reason}."
               for client in clients for reason, cases in by_reason(client.lacks).items()]
    return "\n".join([*lines, "", *reasons]).rstrip() + "\n"


def summary(clients: list[Client]) -> str:
    """What the matrix comes to once all of it passed, as Markdown: a line a client, counting the cases it has."""
    rows = ["| client | version | cases passed |", "|---|---|---|"]
    for client in clients:
        passed = len(CASES) - len(client.lacks)
        rows.append(f"| {client.title} ({client.language}) | {client.locked_version()} | {passed} of {passed} |")
    return "\n".join(rows) + "\n"


def loops_table() -> str:
    """Who runs loops of tools, as Markdown, and what the requests of each bring the provider again."""
    words = {True: "handed back", False: "lost"}
    rows = ["| framework | version | thinking of Anthropic | signatures of Gemini |", "|---|---|---|---|"]
    for each in looping():
        cells = [words[name in each.returns] for name in ("anthropic", "gemini")]
        rows.append(f"| {each.title} ({each.language}) | {each.locked_version()} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def by_reason(lacks: dict[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for case, reason in lacks.items():
        found.setdefault(reason, []).append(case)
    return found
