# SPDX-License-Identifier: MIT
"""Keys that come, change and go while the proxy serves."""

import json
import pathlib
import threading
import time

import pytest

from support.config_file import configz, write
from support.gateway import Factory, Proxy, chat
from support.keys import bearer, entry, key_of, open_gateway, write_keys
from support.process import run, wait_until
from support.wire import request

AT_ONCE = 5  # seconds from the change of a file to the refusal of what it no longer has


def status(proxy: Proxy, name: str) -> int:
    return proxy.ask("POST", "/v1/chat/completions", bearer(name), chat()).status


def reloads(proxy: Proxy, result: str = "ok") -> float:
    return proxy.metrics()[f'llmgw_config_reloads_total{{result="{result}"}}']


def test_a_key_comes_and_goes(factory: Factory, tmp_path: pathlib.Path):
    path = write_keys(tmp_path / "keys.yaml", entry("one"), entry("two"))
    proxy = open_gateway(factory, path).proxy
    with proxy.connect() as connection:
        asked = request("POST", "/v1/chat/completions", bearer("two"), chat())
        connection.send(asked)
        assert connection.read_response().status == 200
        write_keys(path, entry("one"), entry("three"))
        changed = time.monotonic()
        while True:  # on a connection that had been let in
            connection.send(asked)
            if connection.read_response().status == 401:
                break
            assert time.monotonic() - changed < AT_ONCE
    assert [status(proxy, name) for name in ("one", "two", "three")] == [200, 401, 200]
    write_keys(path, entry("one"), entry("three", disabled=True))
    wait_until(lambda: status(proxy, "three") == 401, "the key to be disabled", AT_ONCE)


def test_a_key_expires_without_a_reload(factory: Factory, tmp_path: pathlib.Path):
    milliseconds = time.time_ns() // 1_000_000 + 3_000  # what a stamp can say
    soon = milliseconds / 1_000
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(milliseconds // 1_000)) + f".{milliseconds % 1_000:03}Z"
    path = write_keys(tmp_path / "keys.yaml", entry("brief", expires=stamp), entry("later", not_before=stamp))
    proxy = open_gateway(factory, path).proxy
    assert (status(proxy, "brief"), status(proxy, "later")) == (200, 401)
    wait_until(lambda: status(proxy, "brief") == 401, "the key to expire")
    assert time.time() >= soon and status(proxy, "later") == 200
    assert reloads(proxy) == 0


def test_a_stream_goes_on_without_its_key(factory: Factory, tmp_path: pathlib.Path):
    path = write_keys(tmp_path / "keys.yaml", entry("one"), entry("two"))
    gateway = open_gateway(factory, path)
    fields = bearer("two") + [("Content-Type", "application/json"), ("X-Mock", "chunks=3,gate=g"),
                              ("X-LLM-Request-ID", "stream-1")]
    with gateway.proxy.connect() as connection:
        connection.send(request("POST", "/v1/chat/completions", fields, chat(stream=True)))
        assert connection.read_head().status == 200
        write_keys(path, entry("one"))
        wait_until(lambda: status(gateway.proxy, "two") == 401, "the key to be gone", AT_ONCE)
        gateway.mock.release("g")
        rest = b""
        while piece := connection.read_chunk():
            rest += piece
    assert rest.endswith(b"data: [DONE]\n\n")
    event = gateway.event("stream-1")
    assert (event["key_id"], event["tenant"], event["outcome"]) == ("two", "team-a", "completed")


@pytest.mark.long
def test_a_faulty_file_changes_nothing(factory: Factory, tmp_path: pathlib.Path):
    path = write_keys(tmp_path / "keys.yaml", entry("one"))
    proxy = open_gateway(factory, path).proxy
    canary = key_of("canary")
    for count, bad in enumerate((
            json.dumps({"version": 1, "keys": [entry("two"), entry("two")]}), "version: 1\nkeys: [{id: two\n",
            json.dumps({"version": 1, "keys": [{"id": "two", "hash": canary, "tenant": "t"}]}),
            json.dumps({"version": 1, "keys": [entry(canary)]}), "version: 1\nkeys: []\n", "version: 1\n"), 1):
        write(path, bad)
        wait_until(lambda: reloads(proxy, "error") >= count, "the fault")
        assert (status(proxy, "one"), status(proxy, "two")) == (200, 401)
    faults = [line["fault"] for line in proxy.daemon.entries() if "fault" in line]
    assert faults[0].count("keys.yaml:1:") == 2 and "this id is another key's" in faults[0]
    assert "`keys` is empty, and with GATEWAY_KEYS=required nobody could call" in faults[-1]
    assert canary not in proxy.daemon.log() + str(configz(proxy.admin))
    path.unlink()
    wait_until(lambda: "cannot be read" in str(configz(proxy.admin)["last_error"]), "the missing file")
    assert status(proxy, "one") == 200 and proxy.ready() == 200


def test_starting_without_any(factory: Factory, tmp_path: pathlib.Path):
    path = write_keys(tmp_path / "keys.yaml")
    proxy = open_gateway(factory, path).proxy
    proxy.daemon.wait_for_log(lambda line: line["msg"] == "no gateway key is known: all requests are refused", "the warning")
    assert status(proxy, "one") == 401
    write_keys(path, entry("one"))
    wait_until(lambda: status(proxy, "one") == 200, "the first key", AT_ONCE)


def test_no_file_no_start(tmp_path: pathlib.Path):
    settings = {"GATEWAY_KEYS": "required", "UPSTREAM_OPENAI_API_KEY": "sk-x"}
    done = run("llm-proxy", **settings)
    assert done.returncode == 2 and done.stderr.startswith('llm-proxy: GATEWAY_KEYS="required": needs GATEWAY_CONFIG')
    done = run("llm-proxy", GATEWAY_CONFIG=str(tmp_path / "none.yaml"), **settings)
    assert done.returncode == 2 and "none.yaml" in done.stderr


def test_a_mounted_folder_of_files(factory: Factory, tmp_path: pathlib.Path):
    """As the kubelet mounts a Secret: links into a folder behind a link, which is swapped."""
    mount = tmp_path / "mount"
    for version, teams in (("..1", ("a", "b")), ("..2", ("b", "c"))):
        (mount / version).mkdir(parents=True)
        for team in ("a", "b", "c"):
            write_keys(mount / version / f"{team}.yaml", *([entry(team)] if team in teams else []))
    (mount / "..data").symlink_to("..1")
    for team in ("a", "b", "c"):
        (mount / f"{team}.yaml").symlink_to(f"..data/{team}.yaml")
    proxy = open_gateway(factory, mount).proxy
    assert [status(proxy, team) for team in ("a", "b", "c")] == [200, 200, 401]
    (mount / "..new").symlink_to("..2")
    (mount / "..new").rename(mount / "..data")
    wait_until(lambda: status(proxy, "a") == 401, "the key to be gone", AT_ONCE)
    assert [status(proxy, team) for team in ("a", "b", "c")] == [401, 200, 200]


@pytest.mark.long
@pytest.mark.parametrize("files", [20, 2_000])
def test_ten_thousand_keys_reloaded_under_load(factory: Factory, tmp_path: pathlib.Path, files: int):
    folder = tmp_path / "keys"
    folder.mkdir()
    write(folder / "0.yaml", "version: 1\n")
    each = 10_000 // files
    for number in range(files):
        names = [f"k{number * each + at}" for at in range(each)]
        write(folder / f"k{number}.json", json.dumps({"keys": [entry(name, f"team-{number}") for name in names]}))
    proxy = open_gateway(factory, folder).proxy
    stop, failed, served = threading.Event(), [], []

    def load(seed: int) -> None:
        count = seed
        with proxy.connect() as connection:
            while not stop.is_set():
                count = (count * 7 + 13) % 9_000 + 1_000  # none of the file that changes
                connection.send(request("POST", "/v1/chat/completions", bearer(f"k{count}"), chat()))
                response = connection.read_response()
                if response.status != 200:
                    failed.append(response)
                served.append(count)
    workers = [threading.Thread(target=load, args=(seed,)) for seed in range(4)]
    for worker in workers:
        worker.start()
    for turn in range(1, 4):
        write(folder / "k0.json", json.dumps({"keys": [entry(f"new-{turn}")]}))
        wait_until(lambda: status(proxy, f"new-{turn}") == 200, "the new key")
    assert status(proxy, "k0") == 401
    stop.set()
    for worker in workers:
        worker.join()
    assert not failed and len(served) > 100, (failed[:3], len(served))
    assert proxy.metrics()['llmgw_keys{state="active"}'] == 10_000 - each + 1
