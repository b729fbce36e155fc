# SPDX-License-Identifier: MIT
"""Servers of other people, as child processes on a free port."""

import pathlib
import re
import subprocess

from support.gateway import UPSTREAM_KEY
from support.process import PATIENCE, ROOT, die_with_parent, environment, wait_until

INSTALLED = ROOT / "build" / "real-server"
LIBRARIES = INSTALLED / "llama" / "bin"
MODEL = "random"


class Server:
    """Runs until it is stopped; its log tells where it listens."""

    def __init__(self, folder: pathlib.Path, command: list, **settings: str) -> None:
        self.log = folder / "log.txt"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT, cwd=folder, env=environment(settings),
                                            preexec_fn=die_with_parent)
        self.url = wait_until(self._find_url, f"{command[0]} listening, see {self.log}", PATIENCE * 2)

    def _find_url(self) -> str | None:
        log = self.log.read_text(errors="replace")
        assert self.process.poll() is None, log
        found = re.search(r"(?:running|listening) on (http://127\.0\.0\.1:[1-9]\d*)\b", log)
        return found and found[1]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)


def llama_cpp(folder: pathlib.Path) -> Server:
    """llama.cpp's own server. Cached prompts would make the second of two equal answers another one."""
    return llama_server(folder, "--api-key", UPSTREAM_KEY)


def llama_cpp_without_key(folder: pathlib.Path) -> Server:
    """The same for whoever reaches it."""
    return llama_server(folder)


def llama_server(folder: pathlib.Path, *more: str) -> Server:
    return Server(folder, [LIBRARIES / "llama-server", "--model", INSTALLED / "model.gguf", "--alias", MODEL, "--jinja",
                           "--host", "127.0.0.1", "--port", 0, "--threads", 1, "--parallel", 4, "--ctx-size", 8192,
                           "--no-cache-prompt", *more])


def llama_cpp_embeddings(folder: pathlib.Path) -> Server:
    """The same for embeddings, which it wants a process of their own for."""
    return Server(folder, [LIBRARIES / "llama-server", "--model", INSTALLED / "model.gguf", "--alias", MODEL,
                           "--host", "127.0.0.1", "--port", 0, "--threads", 1, "--embeddings", "--pooling", "mean",
                           "--api-key", UPSTREAM_KEY])


def llama_cpp_python(folder: pathlib.Path) -> Server:
    """The server of llama-cpp-python, on the same libraries."""
    return Server(folder, [INSTALLED / "venv/bin/python", "-m", "llama_cpp.server", "--model", INSTALLED / "model.gguf",
                           "--model_alias", MODEL, "--n_threads", 1, "--n_ctx", 2048, "--embedding", True,
                           "--api_key", UPSTREAM_KEY], HOST="127.0.0.1", PORT="0", LLAMA_CPP_LIB_PATH=str(LIBRARIES))


def foreign_mock(folder: pathlib.Path) -> Server:
    program = INSTALLED / "foreign_mock/node_modules/@copilotkit/aimock/dist/cli.js"
    fixtures = pathlib.Path(__file__).parent / "foreign_mock/fixtures.json"
    return Server(folder, [INSTALLED / "nodejs/bin/node", program, "--port", 0, "--strict", "--validate-on-load",
                           "--fixtures", fixtures])
