# SPDX-License-Identifier: MIT
"""Pages for people whose commands are run as they are written."""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("LLMGW_BIN_DIR") or ROOT / "build" / "release" / "bin").resolve()


def blocks(page: str, section: str) -> list[str]:
    """The commands of one section of a page in docs/."""
    text = (ROOT / "docs" / page).read_text().split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^ *```sh\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)


def bash(script: str, folder: pathlib.Path) -> subprocess.CompletedProcess:
    # The jobs are gone with the shell, also where a command of the page fails.
    script = f"set -eu\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n{script}"
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(["bash", "-c", script], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)
