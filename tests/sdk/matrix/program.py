# SPDX-License-Identifier: MIT
"""The programs of tests/sdk/clients as child processes that answer one line with one line."""

import json
import queue
import subprocess
import threading
from typing import IO

from sdk.matrix.registry import FOLDER
from support.process import die_with_parent, environment

UNAVAILABLE = 69  # EX_UNAVAILABLE of sysexits.h
LONGEST_CALL = 60.0  # seconds; a bound for failures


class Unavailable(Exception):
    """This machine lacks what the program needs; the text says what."""


class Program:
    """One program; started by its first call, and again after one that failed to answer. One call at a time."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.process: subprocess.Popen | None = None
        self.why_not: str | None = None

    def call(self, request: dict) -> dict:
        """Its answer. Unavailable; AssertionError when there is no answer, or none that can be read."""
        if self.why_not:
            raise Unavailable(self.why_not)
        if self.process is None:
            self._start()
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # the answer says why
        try:
            line = self.answers.get(timeout=LONGEST_CALL)
        except queue.Empty:
            self.close()
            raise AssertionError(f"no answer of {self.folder} to {request}\n{self.log()}") from None
        if line is None:
            self._raise_end(request)
        return json.loads(line)

    def close(self) -> None:
        """Ends it, by EOF or by force."""
        process, self.process = self.process, None
        if process is None:
            return
        try:
            process.stdin.close()
            process.wait(1.0)
        except (subprocess.TimeoutExpired, BrokenPipeError):
            process.kill()
            process.wait()

    def log(self) -> str:
        return "".join(self.errors[-50:])

    def _start(self) -> None:
        self.process = subprocess.Popen(
            [FOLDER / self.folder / "run"], cwd=FOLDER / self.folder, env=environment({}), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        self.answers: queue.Queue[str | None] = queue.Queue()
        self.errors: list[str] = []
        self.readers = [
            threading.Thread(target=self._read_answers, args=(self.process.stdout, self.answers), daemon=True),
            threading.Thread(target=self.errors.extend, args=(self.process.stderr,), daemon=True)]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def _read_answers(pipe: IO[str], answers: queue.Queue) -> None:
        """Every line, then None for the end."""
        for line in pipe:
            answers.put(line)
        answers.put(None)

    def _raise_end(self, request: dict) -> None:
        process = self.process
        status = process.wait()
        self.process = None
        for reader in self.readers:
            reader.join(1.0)
        if status == UNAVAILABLE:
            self.why_not = self.log().strip()
            raise Unavailable(self.why_not)
        raise AssertionError(f"{self.folder} ended with status {status} at {request}\n{self.log()}")

