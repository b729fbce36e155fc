# SPDX-License-Identifier: MIT
"""The machine as the suite uses it: what is measured on one CPU, load and upstream on another."""

import ctypes
import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / "build" / "release" / "bin"
PR_SET_PDEATHSIG = 1
PATIENCE = 20.0  # seconds for a program to listen or to end
libc = ctypes.CDLL(None, use_errno=True)

CPUS = sorted(os.sched_getaffinity(0))
LOAD_CPU, PROXY_CPU = CPUS[0], CPUS[-1]


def start(command: list, cpu: int, environment: dict[str, str] | None = None, **more: object) -> subprocess.Popen:
    """A child on one CPU; it ends with this process. It sees no variable that could be a setting of the gateway."""
    plain = {name: value for name, value in os.environ.items()
             if name in ("PATH", "HOME", "TMPDIR", "LANG") or name.startswith("LC_")}

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        os.sched_setaffinity(0, {cpu})

    return subprocess.Popen([str(word) for word in command], env=plain | (environment or {}),
                            preexec_fn=prepare, **more)


def stop(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that nothing listens on; for programs that cannot choose one themselves."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port: int, process: subprocess.Popen, name: str, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{name} does not listen on port {port}") from None
            time.sleep(0.01)


def children(pid: int) -> list[int]:
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]


def memory(pid: int) -> dict[str, int]:
    """Bytes of a process: RssAnon is its own memory, VmRSS has the pages of its files too."""
    found = {}
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in ("VmRSS", "RssAnon"):
            found[name] = int(value.split()[0]) * 1024
    return found


def busy_seconds() -> float:
    """Processor time that all programs of the machine have taken so far, on the CPUs in use."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0
    for line in pathlib.Path("/proc/stat").read_text().splitlines():
        name, *fields = line.split()
        if name.startswith("cpu") and name[3:].isdigit() and int(name[3:]) in (LOAD_CPU, PROXY_CPU):
            user, nice, system, _idle, _wait, hard, soft, stolen, *_ = map(int, fields)
            total += user + nice + system + hard + soft + stolen
    return total / ticks
