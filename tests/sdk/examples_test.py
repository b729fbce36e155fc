# SPDX-License-Identifier: MIT
"""Each program of examples/ as its README says, against the local binaries: its answers, and its two events."""

import pathlib
import shutil
import subprocess
import sys

import pytest

from support.gateway import APP_KEY, Gateway
from support.process import PATIENCE, environment

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
COMMANDS = {"curl/chat.sh": [], "python/chat.py": [sys.executable], "node/chat.mjs": ["node"]}


def test_each_program_is_run():
    found = {str(path.relative_to(EXAMPLES)) for path in EXAMPLES.rglob("*.*") if path.suffix != ".md"}
    assert found == set(COMMANDS)
    assert all(name in (EXAMPLES / "README.md").read_text() for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_example(gateway: Gateway, name: str):
    command = COMMANDS[name]
    if command and shutil.which(command[0]) is None:
        pytest.skip(f"needs {command[0]}")
    tenant = "example-" + name.partition("/")[0]
    done = subprocess.run([*command, EXAMPLES / name], capture_output=True, text=True, timeout=PATIENCE,
                          env=environment({"OPENAI_BASE_URL": f"{gateway.proxy.url}/v1", "OPENAI_API_KEY": APP_KEY,
                                           "LLM_TENANT": tenant}))
    assert done.returncode == 0, done.stderr
    plain, stream = gateway.wait_for_events(2, lambda event: event["tenant"] == tenant)
    assert (plain["stream"], stream["stream"]) == (False, True)
    for event in (plain, stream):
        assert (event["status_code"], event["outcome"]) == (200, "completed")
    assert plain["total_tokens"] > 0 and stream["output_bytes"] > 0
    whole, streamed = "echo: Name three colours.", "data: [DONE]" if name.startswith("curl") else "echo: Name three colours."
    assert whole in done.stdout and done.stdout.rstrip().endswith(streamed), done.stdout
    assert done.stdout.index(whole) < done.stdout.rindex(streamed)
