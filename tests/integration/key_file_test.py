# SPDX-License-Identifier: MIT
"""The upstream key in a file: read at start, and again when the file changes, as a mounted Secret does."""

import os
import pathlib

from support.gateway import Factory, Proxy
from support.process import wait_until
from support.scripted import ScriptedServer, answering, reply


def start(factory: Factory, upstream: ScriptedServer, path: pathlib.Path) -> Proxy:
    return factory.proxy(upstream.url, None, UPSTREAM_OPENAI_API_KEY=None, UPSTREAM_OPENAI_API_KEY_FILE=str(path))


def key_in_use(proxy: Proxy, upstream: ScriptedServer) -> str:
    before = len(upstream.requests)
    assert proxy.ask("GET", "/v1/models").status == 200
    [value] = upstream.wait_for_requests(before + 1)[before].values("Authorization")
    return value.removeprefix("Bearer ")


def test_file_that_is_written_anew(factory: Factory, tmp_path: pathlib.Path):
    path = tmp_path / "key"
    path.write_text("sk-first-key\n")
    with ScriptedServer(answering(reply())) as upstream:
        proxy = start(factory, upstream, path)
        assert key_in_use(proxy, upstream) == "sk-first-key"
        path.write_text("sk-second-key")
        wait_until(lambda: key_in_use(proxy, upstream) == "sk-second-key", "the second key")
        assert "sk-" not in proxy.daemon.log()


def test_mounted_secret(factory: Factory, tmp_path: pathlib.Path):
    """The kubelet swaps a symbolic link to a folder: the file itself is never touched."""
    for version, key in (("..1", "sk-first-key"), ("..2", "sk-second-key")):
        (tmp_path / version).mkdir()
        (tmp_path / version / "key").write_text(key)
    (tmp_path / "..data").symlink_to("..1")
    (tmp_path / "key").symlink_to("..data/key")
    with ScriptedServer(answering(reply())) as upstream:
        proxy = start(factory, upstream, tmp_path / "key")
        assert key_in_use(proxy, upstream) == "sk-first-key"
        (tmp_path / "..tmp").symlink_to("..2")
        os.rename(tmp_path / "..tmp", tmp_path / "..data")
        wait_until(lambda: key_in_use(proxy, upstream) == "sk-second-key", "the second key")


def test_bad_new_content_keeps_the_last_key(factory: Factory, tmp_path: pathlib.Path):
    path = tmp_path / "key"
    path.write_text("sk-first-key")
    with ScriptedServer(answering(reply())) as upstream:
        proxy = start(factory, upstream, path)
        path.write_text("sk-half a key\nand more")
        proxy.daemon.wait_for_log(lambda line: line["level"] == "warn" and "key" in line["msg"], "a warning")
        assert key_in_use(proxy, upstream) == "sk-first-key"
        path.unlink()
        assert key_in_use(proxy, upstream) == "sk-first-key"
        path.write_text("sk-third-key")
        wait_until(lambda: key_in_use(proxy, upstream) == "sk-third-key", "the third key")
        assert "sk-" not in proxy.daemon.log()
