# SPDX-License-Identifier: MIT
"""bench-load as a child: a command a line, a result a line."""

import contextlib
import json
import pathlib
import subprocess
from collections.abc import Iterator

from suite import machine


class Fault(Exception):
    """A cell that gave wrong answers, or none."""


class Generator:
    def __init__(self, folder: pathlib.Path) -> None:
        self.authority, chain, key = make_certificates(folder)
        self.process = machine.start([machine.BIN / "bench-load", chain, key], machine.LOAD_CPU,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ports = self._read()
        self.plain, self.tls = ports["plain"], ports["tls"]

    def run(self, **words: object) -> dict:
        """Measures one cell. Every answer was compared; a single wrong or missing one is a Fault."""
        self._say(words)
        return self._check(self._read(), words)

    @contextlib.contextmanager
    def held(self, **words: object) -> Iterator[None]:
        """Streams that stay open, silent, while the body of the `with` runs."""
        self._say(words | {"hold": 1})
        if not self._read().get("held"):
            raise Fault(f"streams did not open: {words}")
        try:
            yield
        finally:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
            self._check(self._read(), words)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(machine.PATIENCE)

    def _say(self, words: dict[str, object]) -> None:
        self.process.stdin.write(" ".join(f"{name}={value}" for name, value in words.items()) + "\n")
        self.process.stdin.flush()

    def _read(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            raise Fault("bench-load ended")
        return json.loads(line)

    @staticmethod
    def _check(result: dict, words: dict[str, object]) -> dict:
        if "fault" in result:
            raise Fault(f"{result['fault']}: {words}")
        if result["errors"]:
            raise Fault(f"{result['errors']} wrong or missing answers: {words}")
        return result


def make_certificates(folder: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path, pathlib.Path]:
    """An authority for this run, and a chain and key of its for localhost."""
    def openssl(*words: object) -> None:
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)

    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    authority, authority_key, request, extensions, chain, key = (
        folder / name for name in ("ca.pem", "ca.key", "upstream.csr", "upstream.ext", "upstream.pem", "upstream.key"))
    openssl("req", "-x509", *curve, "-days", 2, "-subj", "/CN=bench", "-addext", "basicConstraints=critical,CA:TRUE",
            "-keyout", authority_key, "-out", authority)
    extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    openssl("req", *curve, "-subj", "/CN=localhost", "-keyout", key, "-out", request)
    openssl("x509", "-req", "-in", request, "-CA", authority, "-CAkey", authority_key, "-days", 2, "-extfile", extensions,
            "-out", chain)
    return authority, chain, key
