# SPDX-License-Identifier: MIT
"""The Docker daemon, and the README's quickstart as it is written."""

import io
import json
import os
import pathlib
import re
import shlex
import subprocess
import tarfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMAGES = ("llm-proxy", "llm-collector", "mock-upstream")
BUILD_LIMIT, STEP_LIMIT = 3000, 60  # seconds


def docker(*arguments: str, check: bool = True, timeout: float = STEP_LIMIT) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=timeout)
    assert not check or done.returncode == 0, f"docker {shlex.join(arguments)}: {done.stderr}"
    return done.stdout.strip()


def inspect(name: str) -> dict:
    return json.loads(docker("inspect", name))[0]


def wait_until(condition, limit: float, what: str):
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {limit} s")


def quickstart() -> list[str]:
    """The shell blocks of the README's section on Docker."""
    section = (ROOT / "README.md").read_text().split("\n### Docker\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


def shell(script: str, timeout: float) -> str:
    script = script.replace("docker build ", f"docker build {os.environ.get('DOCKER_BUILD_ARGS', '')} ")
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, capture_output=True, text=True,
                          timeout=timeout)
    assert done.returncode == 0, f"{script}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def logs(container: str) -> str:
    """What it wrote to stderr."""
    return subprocess.run(["docker", "logs", container], capture_output=True, text=True, check=True).stderr


def opened(image: str) -> tarfile.TarFile:
    """The file system of the image, with what Docker itself adds to a container."""
    container = docker("create", image)
    try:
        exported = subprocess.run(["docker", "export", container], capture_output=True, check=True).stdout
    finally:
        docker("rm", container)
    return tarfile.open(fileobj=io.BytesIO(exported))


def remove() -> None:
    docker("rm", "--force", "--volumes", *IMAGES, check=False)
    docker("network", "rm", "llm", check=False)
