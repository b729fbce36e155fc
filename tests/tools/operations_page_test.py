# SPDX-License-Identifier: MIT
"""docs/operations.md names every line that the daemons log and every error that the gateway makes."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text()
LINE = re.compile(r'\blog(?:::|_?\.)(?:debug|info|warn|error)\(\s*((?:"[^"]*"\s*)+)')
ERROR = re.compile(r'constinit const GatewayError \w+\{\s*(\d+), (\w+), "(\w+)"')


def joined(literals: str) -> str:
    return "".join(re.findall(r'"([^"]*)"', literals))


def logged() -> set[str]:
    sources = [path for folder in ("common", "proxy", "collector") for path in (ROOT / folder).rglob("*.cpp")]
    return {joined(found) for path in sources for found in LINE.findall(path.read_text())}


def test_each_line_of_the_log_is_explained():
    messages = logged()
    assert len(messages) > 30
    assert {each for each in messages if f"`{each}`" not in PAGE} == set()


def test_each_error_is_explained():
    errors = ERROR.findall((ROOT / "proxy" / "api" / "error_reply.cpp").read_text())
    assert len(errors) > 8
    types = {"invalid_request": "invalid_request_error", "upstream": "upstream_error", "gateway": "gateway_error"}
    assert [each for each in errors if f"| {each[0]} | `{types[each[1]]}` | `{each[2]}` |" not in PAGE] == []
