# SPDX-License-Identifier: MIT
"""Each program of examples/, run by its line in the README against the local binaries: its answers, its two events."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from support.gateway import APP_KEY, Gateway
from support.node import path_with_node
from support.process import ROOT

EXAMPLES = ROOT / "examples"
LINES = dict(re.findall(r"^\| \[\w+\]\((\S+)\).*\| `(.+)` \|$", (EXAMPLES / "README.md").read_text(), re.MULTILINE))
WANTS = {"curl/chat.sh": "curl", "python/chat.py": "python3", "node/chat.mjs": "node", "node-axios/chat.mjs": "npm",
         "node-sdk/chat.mjs": "npm", "java/src/main/java/Chat.java": "mvn", "go/main.go": "go"}
DOWNLOADED = {"npm", "mvn", "go"}
LONGEST = 600  # seconds, with the downloads of a machine that has none of them yet
SERVICE = "http://llm-proxy.llm-system.svc:8080/v1"
MADE_BY_TOOLS = {"node_modules", "target"}


def programs() -> set[str]:
    """All the sources, without what tools put beside them."""
    names = {path.relative_to(EXAMPLES) for path in EXAMPLES.rglob("*.*") if path.is_file()}
    return {str(name) for name in names
            if name.suffix in {".sh", ".py", ".mjs", ".java", ".go"} and not MADE_BY_TOOLS & set(name.parts)}


def test_each_program_is_run():
    assert programs() == set(LINES) == set(WANTS)
    assert all(SERVICE in (EXAMPLES / name).read_text() for name in LINES)


def path_for(name: str) -> str:
    """PATH with the tests' own Python first, as `python3` and `pip`, a Node that the SDK can use, and at the end what
    the matrix of SDKs has installed for lack of a better one."""
    may_install = os.environ.get("LLMGW_SDK_DOWNLOADS") == "1"
    path = path_with_node() if may_install and WANTS[name] in {"node", "npm"} else os.environ["PATH"]
    path = f"{pathlib.Path(sys.executable).parent}:{path}:{ROOT / 'build/sdk/go/python/bin'}"
    if shutil.which(WANTS[name], path=path) is None:
        why = f"needs {WANTS[name]}"
        pytest.fail(why) if WANTS[name] in DOWNLOADED else pytest.skip(why)
    return path


@pytest.mark.timeout(LONGEST + 60)
@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.downloads] if tool in DOWNLOADED else [])
                                  for name, tool in WANTS.items()])
def test_example(gateway: Gateway, tmp_path: pathlib.Path, name: str):
    tenant = "example-" + name.partition("/")[0]
    settings = {"PATH": path_for(name), "OPENAI_BASE_URL": f"{gateway.proxy.url}/v1", "OPENAI_API_KEY": APP_KEY,
                "LLM_TENANT": tenant}
    shutil.copytree(EXAMPLES, tmp_path / "examples", ignore=shutil.ignore_patterns(*MADE_BY_TOOLS))
    done = subprocess.run(["bash", "-euc", LINES[name]], cwd=tmp_path, capture_output=True, text=True, timeout=LONGEST,
                          stdin=subprocess.DEVNULL, env=dict(os.environ) | settings)
    assert done.returncode == 0, done.stdout + done.stderr
    plain, stream = gateway.wait_for_events(2, lambda event: event["tenant"] == tenant)
    assert (plain["stream"], stream["stream"]) == (False, True)
    for event in (plain, stream):
        assert (event["status_code"], event["outcome"]) == (200, "completed")
    assert plain["total_tokens"] > 0 and stream["output_bytes"] > 0
    printed = re.sub(r"\x1b\[\d*m", "", done.stdout).rstrip()  # Maven resets the colours of what is no terminal, too
    whole = "echo: Name three colours."
    streamed = "data: [DONE]" if name.startswith("curl") else whole
    assert whole in printed and printed.endswith(streamed), printed
    assert printed.index(whole) < printed.rindex(streamed)
