# SPDX-License-Identifier: MIT
"""Daemons under test as child processes: started, watched through their log, stopped, and looked over for findings."""

import ctypes
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("LLMGW_BIN_DIR") or ROOT / "build" / "release" / "bin").resolve()
# No sanitizer looks at what the tests themselves bring, so that theirs is that of the release.
MOCK_BIN = pathlib.Path(os.environ.get("LLMGW_MOCK_DIR") or BIN).resolve()
PRESET = os.environ.get("LLMGW_PRESET") or BIN.parent.name
SANITIZED = PRESET in ("asan", "tsan")
PATIENCE = 60.0 if SANITIZED else 20.0  # seconds that something may take which is to happen at once

FINDINGS = re.compile(r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:|Assertion .* failed")
KEPT_ENVIRONMENT = re.compile(r"PATH$|HOME$|TMPDIR$|LANG$|LC_|LD_LIBRARY_PATH$|\w+SAN_OPTIONS$|GCOV_|LLVM_")
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


def wait_until(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> object:
    """Polls until the condition holds and returns its value; a bound for failures, not a pause."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience:.0f} s: {what}")
        time.sleep(0.005)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """What a daemon sees: its settings, and nothing else that could be one."""
    return {key: value for key, value in os.environ.items() if KEPT_ENVIRONMENT.match(key)} | dict(settings)


def die_with_parent() -> None:
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def prepare_child(files: int | None, before_exec: Callable[[], None] | None) -> None:
    die_with_parent()
    if files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    if before_exec:
        before_exec()


def path_of(program: str) -> pathlib.Path:
    return (MOCK_BIN if program == "mock-upstream" else BIN) / program


def run(program: str, *arguments: str, patience: float = PATIENCE, **settings: str) -> subprocess.CompletedProcess:
    """Runs a program to its end."""
    done = subprocess.run([path_of(program), *arguments], env=environment(settings), text=True, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=patience, preexec_fn=die_with_parent)
    assert not FINDINGS.search(done.stderr), done.stderr
    return done


class Daemon:
    """One child process. Its standard error is gathered by a thread, its standard output goes to a file, or to the
    descriptor `stdout`. `files`: how many descriptors it may have. `before_exec` runs in the child."""

    def __init__(self, program: str, folder: pathlib.Path, *arguments: str, stdout: int | None = None,
                 files: int | None = None, before_exec: Callable[[], None] | None = None,
                 **settings: str) -> None:
        self.program = program
        self.lines: list[str] = []
        self.changed = threading.Condition()
        number = len(list(folder.glob(f"{program}-*.out")))
        self.output = folder / f"{program}-{number}.out"
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen([path_of(program), *arguments], env=environment(settings), cwd=folder,
                                            stdin=subprocess.DEVNULL, stdout=output if stdout is None else stdout,
                                            stderr=subprocess.PIPE, preexec_fn=lambda: prepare_child(files, before_exec))
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        for line in self.process.stderr:
            with self.changed:
                self.lines.append(line.decode(errors="replace").rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    @staticmethod
    def on_descriptor(program: str, stderr: int, **settings: str) -> subprocess.Popen:
        """A daemon whose log goes to a descriptor of the test's own."""
        return subprocess.Popen([path_of(program)], env=environment(settings), stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=stderr, preexec_fn=die_with_parent)

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_running(self) -> bool:
        return self.process.poll() is None

    def entries(self) -> list[dict]:
        """Log lines that are JSON objects."""
        found = []
        for line in list(self.lines):
            if line.startswith("{"):
                found.append(json.loads(line))
        return found

    def wait_for_log(self, matches: Callable[[dict], object], what: str, patience: float = PATIENCE) -> dict:
        deadline = time.monotonic() + patience
        with self.changed:
            while True:
                for entry in self.entries():
                    if matches(entry):
                        return entry
                rest = deadline - time.monotonic()
                assert rest > 0 and self.reader.is_alive(), f"no log line of {self.program}: {what}\n{self.log()}"
                self.changed.wait(min(rest, 0.5))

    def address(self, listener: str) -> tuple[str, int]:
        """Where it listens, once it does."""
        entry = self.wait_for_log(lambda line: line.get("msg") == "listening" and line.get("listener") == listener,
                                  f"listening on {listener}")
        host, port = entry["address"].rsplit(":", 1)
        return host.strip("[]"), int(port)

    def log(self) -> str:
        return "\n".join(self.lines)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, patience: float = PATIENCE) -> int:
        """Its exit status; the log is complete afterwards."""
        status = self.process.wait(patience)
        self.reader.join(PATIENCE)
        return status

    def stop(self, patience: float = PATIENCE) -> int:
        """SIGTERM, and the exit status."""
        if self.is_running():
            self.signal(signal.SIGTERM)
        return self.wait(patience)

    def kill(self) -> None:
        """For the ends of tests that failed, and for tests of crashes."""
        if self.is_running():
            self.process.kill()
        self.wait()

    def resident_bytes(self) -> int:
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def cpu_seconds(self) -> float:
        """What it has used so far."""
        user, system = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def check_findings(self) -> None:
        assert not FINDINGS.search(self.log()), f"{self.program} has a finding:\n{self.log()}"
