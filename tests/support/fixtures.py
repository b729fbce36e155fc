# SPDX-License-Identifier: MIT
"""Fixtures of the integration and SDK tests: a shared gateway, and factories for tests that need their own."""

import pathlib
import resource
import subprocess
from collections.abc import Iterator

import pytest

from support.gateway import Factory, Gateway
from support.store import ENGINES, AnyStore, Servers

_, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))


@pytest.fixture
def factory(tmp_path: pathlib.Path) -> Iterator[Factory]:
    """Starts daemons for one test; all must end well."""
    made = Factory(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The servers of stores."""
    made = Servers()
    yield made
    made.close()


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: pathlib.Path, servers: Servers) -> AnyStore:
    """A new store, of each engine in turn."""
    return ENGINES[request.param](tmp_path, servers)


class Shared:
    """One gateway for many tests, replaced when a test has brought it down."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self.temporary = factory
        self.current: tuple[Factory, Gateway] | None = None

    def get(self) -> Gateway:
        if self.current is None:
            factory = Factory(self.temporary.mktemp("gateway"))
            self.current = factory, factory.gateway()
        return self.current[1]

    def check(self) -> None:
        factory, gateway = self.current
        if not gateway.is_running():
            self.close()
            pytest.fail("a daemon of the shared gateway ended")
        for daemon in factory.daemons:
            daemon.check_findings()

    def close(self) -> None:
        if self.current is not None:
            factory, _ = self.current
            self.current = None
            factory.close()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    made = Shared(tmp_path_factory)
    yield made
    made.close()


@pytest.fixture
def gateway(shared: Shared) -> Iterator[Gateway]:
    """The shared gateway in front of the mock upstream."""
    yield shared.get()
    shared.check()


@pytest.fixture
def small_disk(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A file system of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)
