# SPDX-License-Identifier: MIT
"""GATEWAY_CONFIG with three upstreams, and what changes of it while the proxy serves."""

import os
import pathlib
import signal
import threading
from collections.abc import Iterator

import pytest

from support.config_file import Three, answered_by, configz, start, write
from support.gateway import Factory, Proxy
from support.process import wait_until


@pytest.fixture
def three() -> Iterator[Three]:
    with Three.open() as opened:
        yield opened


def open_proxy(factory: Factory, three: Three, folder: pathlib.Path, **settings: str) -> Proxy:
    return start(factory, write(folder / "c.yaml", three.config(folder)), KEY_A="sk-key-of-a", **settings)


def reloads(proxy: Proxy, result: str = "ok") -> float:
    return proxy.metrics()[f'llmgw_config_reloads_total{{result="{result}"}}']


def wait_for_reload(proxy: Proxy, before: float, result: str = "ok") -> None:
    wait_until(lambda: reloads(proxy, result) > before, f"a reload that is {result}")


def test_field_chooses_and_each_sees_its_own_key(factory: Factory, three: Three, tmp_path: pathlib.Path):
    proxy = open_proxy(factory, three, tmp_path)
    assert answered_by(proxy) == "a"
    for name in ("b", "local", "a", "b"):
        assert answered_by(proxy, name) == name
    assert three.credentials("a") == {("Bearer sk-key-of-a",)}
    assert three.credentials("b") == {("Bearer sk-key-of-b",)}
    assert three.credentials("local") == {()}
    assert all(not request.values("X-LLM-Provider") for server in three.servers.values() for request in server.requests)
    refused = proxy.ask("GET", "/v1/models", [("X-LLM-Provider", "nobody")])
    assert refused.status == 400 and refused.error["code"] == "invalid_value", refused
    assert "sk-key" not in proxy.daemon.log()


def test_upstream_is_one_more_block(factory: Factory, three: Three, tmp_path: pathlib.Path):
    config = three.config(tmp_path)
    local = config["providers"].pop("local")
    path = write(tmp_path / "c.yaml", config)
    proxy = start(factory, path, KEY_A="sk-key-of-a")
    before = configz(proxy.admin)
    assert proxy.ask("GET", "/v1/models", [("X-LLM-Provider", "local")]).status == 400
    config["providers"]["local"] = local
    write(path, config)
    wait_for_reload(proxy, 0)
    assert answered_by(proxy, "local") == "local"
    after = configz(proxy.admin)
    assert after["hash"] != before["hash"] and after["loaded_at"] > before["loaded_at"]
    assert after["files"] == [str(path)] and after["last_error"] is None
    del config["providers"]["a"], config["default_provider"]
    write(path, config | {"default_provider": "b"})
    wait_for_reload(proxy, 1)
    assert answered_by(proxy) == "b"
    assert proxy.ask("GET", "/v1/models", [("X-LLM-Provider", "a")]).status == 400


def test_wrong_file_keeps_the_old_one(factory: Factory, three: Three, tmp_path: pathlib.Path):
    proxy = open_proxy(factory, three, tmp_path)
    path = tmp_path / "c.yaml"
    good, before = path.read_text(), configz(proxy.admin)
    write(path, "version: 1\nproviders:\n  a: {type: x, keys: [{env: sk-secret}]}\n")
    wait_for_reload(proxy, 0, "error")
    assert [answered_by(proxy, name) for name in (None, "b", "local")] == ["a", "b", "local"]
    lines = [line for line in proxy.daemon.entries() if "fault" in line]
    assert len(lines) == 2 and all(f"{path}:3:" in line["fault"] for line in lines), lines
    told = configz(proxy.admin)
    assert told["hash"] == before["hash"] and told["last_error"]["faults"] == [line["fault"] for line in lines]
    assert proxy.metrics()["llmgw_config_last_error"] == 1
    assert "sk-secret" not in proxy.daemon.log() + str(told)
    write(path, good)
    wait_for_reload(proxy, 0)
    assert configz(proxy.admin)["last_error"] is None and proxy.metrics()["llmgw_config_last_error"] == 0


def test_signal_reads_it_at_once(factory: Factory, three: Three, tmp_path: pathlib.Path):
    proxy = open_proxy(factory, three, tmp_path)
    for count in range(1, 4):
        proxy.daemon.signal(signal.SIGHUP)
        wait_for_reload(proxy, count - 1)
    assert answered_by(proxy) == "a"
    collector = factory.collector(GATEWAY_CONFIG=str(tmp_path / "c.yaml"))
    collector.daemon.signal(signal.SIGHUP)
    collector.daemon.wait_for_log(lambda line: line["msg"] == "configuration read", "the reading")


def test_key_file_changes(factory: Factory, three: Three, tmp_path: pathlib.Path):
    proxy = open_proxy(factory, three, tmp_path)
    assert answered_by(proxy, "b") == "b"
    write(tmp_path / "key-b", "sk-half a key")
    wait_for_reload(proxy, 0, "error")
    assert answered_by(proxy, "b") == "b"
    write(tmp_path / "key-b", "sk-second\n")
    wait_for_reload(proxy, 0)
    assert answered_by(proxy, "b") == "b"
    assert [each.values("Authorization") for each in three.servers["b"].requests] == \
        [["Bearer sk-key-of-b"], ["Bearer sk-key-of-b"], ["Bearer sk-second"]]
    assert "sk-" not in proxy.daemon.log().replace("sk-key-of-a", "")


def test_mounted_folder(factory: Factory, three: Three, tmp_path: pathlib.Path):
    """As the kubelet mounts a ConfigMap: links into a folder behind a link, which is swapped."""
    config, mount = three.config(tmp_path), tmp_path / "mount"
    for version, default in (("..1", "a"), ("..2", "b")):
        (mount / version).mkdir(parents=True)
        write(mount / version / "gateway.yaml", config | {"default_provider": default})
    (mount / "..data").symlink_to("..1")
    (mount / "gateway.yaml").symlink_to("..data/gateway.yaml")
    proxy = start(factory, mount, KEY_A="sk-key-of-a")
    assert answered_by(proxy) == "a"
    (mount / "..tmp").symlink_to("..2")
    os.rename(mount / "..tmp", mount / "..data")
    wait_for_reload(proxy, 0)
    assert answered_by(proxy) == "b"
    write(mount / "more.json", '{"default_provider": "a"}')
    wait_for_reload(proxy, 0, "error")
    assert answered_by(proxy) == "b"


def test_reloads_under_load_lose_nothing(factory: Factory, three: Three, tmp_path: pathlib.Path):
    """Upstreams come, go and move while requests run; each is answered, by whom it asked."""
    proxy = open_proxy(factory, three, tmp_path)
    config, path = three.config(tmp_path), tmp_path / "c.yaml"
    ended, faults, counts = threading.Event(), [], []

    def ask_on(name: str | None) -> None:
        count = 0
        while not ended.is_set():
            try:
                if answered_by(proxy, name) not in ({name} if name else {"a", "b"}):
                    faults.append((name, "answered by another"))
            except BaseException as fault:
                faults.append((name, repr(fault)))
                return
            count += 1
        counts.append(count)

    threads = [threading.Thread(target=ask_on, args=(name,)) for name in (None, None, "a", "b")]
    for each in threads:
        each.start()
    for number in range(60):
        changed = config | {"default_provider": "ab"[number % 2]}
        changed["providers"] = dict(config["providers"])
        changed["providers"]["a"] = config["providers"]["a"] | {"stream_usage": ("ask", "never")[number % 2]}
        if number % 3:
            del changed["providers"]["local"]
        write(path, changed)
        before = reloads(proxy)
        proxy.daemon.signal(signal.SIGHUP)
        wait_for_reload(proxy, before)
    ended.set()
    for each in threads:
        each.join()
    assert faults == [] and len(counts) == 4 and min(counts) > 0
