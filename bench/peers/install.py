# SPDX-License-Identifier: MIT
"""Other gateways from the package registries, by name, into build/peers; nothing of them is ever committed."""

import os
import pathlib
import subprocess
import sys
from dataclasses import dataclass

from suite import machine

FOLDER = machine.ROOT / "build" / "peers"
PATIENCE = 600  # seconds for one command; the largest of them brings a hundred packages along


class Unavailable(Exception):
    """Why a gateway cannot take part; for the table."""


@dataclass(frozen=True)
class Package:
    """`registry` is PyPI, npm or Go; `name` what it calls the package, with the extras that it needs."""
    registry: str
    name: str
    version: str

    @property
    def folder(self) -> pathlib.Path:
        return FOLDER / self.name.split("[")[0].replace("/", "_").replace("@", "").lower()

    def __str__(self) -> str:
        return f"{self.name.split('[')[0]} {self.version}"


def install(package: Package) -> pathlib.Path:
    """The folder that has it, at once where it is there already."""
    stamp = package.folder / "installed"
    if stamp.exists() and stamp.read_text() == str(package):
        return package.folder
    print(f"installing {package} from {package.registry}", file=sys.stderr, flush=True)
    package.folder.mkdir(parents=True, exist_ok=True)
    {"PyPI": _from_pypi, "npm": _from_npm, "Go": _from_go}[package.registry](package)
    stamp.write_text(str(package))
    return package.folder


def _from_pypi(package: Package) -> None:
    _run([sys.executable, "-m", "venv", package.folder])
    _run([package.folder / "bin" / "pip", "install", "--quiet", f"{package.name}=={package.version}"])


def _from_npm(package: Package) -> None:
    _run(["npm", "install", "--prefix", package.folder, "--no-audit", "--no-fund", "--no-package-lock",
          "--loglevel=error", f"{package.name}@{package.version}"])


def _from_go(package: Package) -> None:
    _run(["go", "install", f"{package.name}@{package.version}"], GOBIN=str(package.folder / "bin"))


def _run(command: list, **environment: str) -> None:
    words = [str(word) for word in command]
    try:
        subprocess.run(words, check=True, timeout=PATIENCE, env=os.environ | environment, text=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except FileNotFoundError:
        raise Unavailable(f"{words[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{words[0]} was not done within {PATIENCE} s") from None
    except subprocess.CalledProcessError as fault:
        said = " ".join(fault.output.strip().splitlines()[-1:]).strip()[-200:]
        raise Unavailable(f"not installed: {said}") from None
