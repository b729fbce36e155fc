# SPDX-License-Identifier: MIT
"""The pages for people: no line too wide, and nothing in them points at what is not there."""

import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDEST = 120
CODE = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
SOURCE = re.compile(r"`((?:bench|charts|collector|common|deploy|docs|examples|proxy|tests|tools)/[\w./-]+)`")


def pages() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        return listed.stdout.split()
    return [str(path.relative_to(ROOT)) for path in ROOT.rglob("*.md") if "build" not in path.parts]


def text_of(page: str) -> str:
    """Without what is code or a program's output."""
    return CODE.sub("", (ROOT / page).read_text())


def anchors(page: pathlib.Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", CODE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def leads_nowhere(page: str, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = (ROOT / page).parent / name if name else ROOT / page
    return not target.exists() or bool(anchor) and target.suffix == ".md" and anchor not in anchors(target)


@pytest.mark.parametrize("page", [page for page in pages() if not page.startswith("charts/")])  # helm-docs' own
def test_lines_are_not_too_wide(page: str):
    assert [line for line in text_of(page).splitlines() if len(line) > WIDEST and not line.lstrip().startswith("|")] == []


@pytest.mark.parametrize("page", pages())
def test_links_lead_somewhere(page: str):
    links = [link for link in LINK.findall(text_of(page)) if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in links if leads_nowhere(page, link)] == []


@pytest.mark.parametrize("page", pages())
def test_named_files_are_there(page: str):
    """A file may be named without its suffix, as in `common/async/edge_set`."""
    named = SOURCE.findall(text_of(page))
    assert [name for name in named if not (ROOT / name).exists() and not list(ROOT.glob(name + ".*"))] == []
