# SPDX-License-Identifier: MIT
"""Where the cases run: binaries started here, or a gateway that is up already, named by the environment."""

import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# What the local gateway is started with beside its defaults; a case may rely on it by `needs`.
LOCAL_SETTINGS = {"HTTP_CLIENT_TIMEOUT": "1s", "METERING_STREAM_USAGE": "inject"}


class Target:
    """A gateway in front of the mock upstream. `read_events` is None where events cannot be read."""

    def __init__(self, base: str, settings: dict[str, str], read_events: Callable[[], str] | None) -> None:
        self.base, self.settings, self.read_events = base, settings, read_events

    def lacks(self, needs: dict[str, str]) -> str:
        missing = [f"{name}={value}" for name, value in needs.items() if self.settings.get(name) != value]
        return " ".join(missing)

    def events(self) -> list[dict]:
        """Whatever else is in there, such as a daemon's log, is passed over."""
        found = []
        for line in self.read_events().split("\n")[:-1]:
            if line.startswith("{") and '"event_id"' in line:
                found.append(json.loads(line))
        return found


@contextmanager
def local() -> Iterator[Target]:
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
    from support.gateway import Factory  # wants the packages of tests/requirements.txt, which elsewhere are not there

    with tempfile.TemporaryDirectory() as folder:
        factory = Factory(pathlib.Path(folder))
        try:
            gateway = factory.gateway(**LOCAL_SETTINGS)
            path = gateway.collector.events_path
            yield Target(gateway.proxy.url, LOCAL_SETTINGS, lambda: path.read_text() if path.exists() else "")
        finally:
            factory.close()


def output_of(command: str) -> str:
    return subprocess.run(shlex.split(command), check=True, capture_output=True, text=True, timeout=30).stdout


@contextmanager
def chosen() -> Iterator[Target]:
    base = os.environ.get("CONTRACT_BASE_URL")
    if not base:
        with local() as target:
            yield target
        return
    settings = dict(each.split("=", 1) for each in os.environ.get("CONTRACT_SETTINGS", "").split())
    path, command = os.environ.get("CONTRACT_EVENTS_FILE"), os.environ.get("CONTRACT_EVENTS_COMMAND")
    read = (lambda: pathlib.Path(path).read_text()) if path else (lambda: output_of(command)) if command else None
    yield Target(base, settings, read)
