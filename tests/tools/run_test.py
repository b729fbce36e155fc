# SPDX-License-Identifier: MIT
"""`make run` as a newcomer meets it: the first metered requests, taken ports, and nothing left behind."""

import os
import pathlib
import select
import signal
import socket
import subprocess
import uuid
from collections.abc import Iterator

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 120.0  # seconds; the first run may have something left to build
DEFAULT_PORTS = (8080, 8081, 8082, 9090)


def as_from_a_terminal() -> None:
    """A job in the background of a shell is started with SIGINT ignored, and no shell below it can trap that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Run:
    """tools/run with its output gathered; its children carry a mark by which they are found."""

    def __init__(self, **settings: str) -> None:
        self.mark = uuid.uuid4().hex
        inherited = {name: value for name, value in os.environ.items()
                     if not name.startswith(("UPSTREAM_", "LISTEN_ADDR", "ADMIN_LISTEN", "ONCE", "MAKE", "MODEL", "STORE"))}
        self.process = subprocess.Popen([ROOT / "tools" / "run"], env=inherited | settings | {"RUN_MARK": self.mark},
                                        cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, preexec_fn=as_from_a_terminal)
        self.text = ""

    def read_until(self, text: str) -> None:
        for line in self.process.stdout:
            self.text += line
            if text in line:
                return
        pytest.fail(f"ended without saying {text!r}:\n{self.text}")

    def end(self) -> int:
        rest, _ = self.process.communicate(timeout=PATIENCE)
        self.text += rest
        return self.process.returncode

    def living(self) -> list[int]:
        """Processes that were started by this run and are still there."""
        wanted = f"RUN_MARK={self.mark}".encode()
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:  # it has ended meanwhile
                pass
        return found


@pytest.fixture
def taken_ports() -> Iterator[None]:
    """The default ports, held by us where nobody else has them."""
    held = []
    for port in DEFAULT_PORTS:
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # past connections to it leave it taken for a minute
        try:
            one.bind(("127.0.0.1", port))
            one.listen()
        except OSError:
            pass  # taken already, which serves as well
        held.append(one)
    yield
    for one in held:
        one.close()


@pytest.mark.timeout(PATIENCE * 2)
def test_two_requests_and_their_events(taken_ports):
    run = Run(ONCE="1")
    assert run.end() == 0, run.text
    assert run.text.count("metering event:") == 2 and run.text.count("outcome              completed") == 2, run.text
    assert run.text.count("echo: Say hello in one short sentence.") == 4, run.text
    for provider in ("anthropic", "gemini"):
        assert f"answered by {provider} ({provider}/0)" in run.text, run.text
    assert "port 8080 is taken, another one is used" in run.text
    assert "http://127.0.0.1:8080" not in run.text
    assert run.living() == []


@pytest.mark.timeout(PATIENCE * 2)
def test_events_in_a_postgres_server():
    run = Run(ONCE="1", STORE="postgres")
    assert run.end() == 0, run.text
    assert "store          postgres://gateway@127.0.0.1:" in run.text
    assert run.text.count("metering event:") == 2, run.text
    assert run.living() == []
    run = Run(ONCE="1", STORE="oracle")
    assert run.end() == 1 and "accepted: sqlite, postgres" in run.text


@pytest.mark.timeout(PATIENCE * 2)
def test_stays_up_until_ctrl_c():
    run = Run()
    run.read_until("appears below")
    assert len(run.living()) == 4  # itself and three daemons
    run.process.send_signal(signal.SIGINT)
    assert run.end() == 0, run.text
    assert run.living() == []


@pytest.mark.timeout(PATIENCE * 2)
def test_daemons_do_not_outlive_it():
    run = Run()
    run.read_until("appears below")
    daemons = [os.pidfd_open(pid) for pid in run.living() if pid != run.process.pid]
    assert len(daemons) == 3
    run.process.kill()
    run.end()
    poll = select.poll()
    for each in daemons:
        poll.register(each, select.POLLIN)  # a pidfd becomes readable when its process ends
        assert poll.poll(PATIENCE * 1000), "a daemon outlived the script"
        poll.unregister(each)
        os.close(each)


def test_a_real_key_is_used_and_a_bad_setting_is_told():
    run = Run(ONCE="1", UPSTREAM_OPENAI_API_KEY="sk-secret", UPSTREAM_OPENAI_BASE_URL="ftp://nowhere")
    assert run.end() == 1
    assert "UPSTREAM_OPENAI_BASE_URL" in run.text and "sk-secret" not in run.text, run.text
    assert run.living() == []
