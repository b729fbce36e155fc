# SPDX-License-Identifier: MIT
"""GATEWAY_CONFIG: what is read of it, what is said of its faults, and that the schema says the same."""

import json
import pathlib
import re

import jsonschema
import pytest
import yaml

from support.config_file import Three, answered_by, configz, start, write
from support.gateway import Factory
from support.process import ROOT, run
from support.wire import ask

SCHEMA = json.loads((ROOT / "docs" / "config.schema.json").read_text())
COLLECTOR = {"PORT": "127.0.0.1:0"}

GOOD = [
    {"version": 1, "providers": {"a": {"type": "openai"}}},
    {"version": 1, "providers": {"a.b-c_1": {"type": "openai", "base_url": "http://h:1/x", "keys": []}}},
    {"version": 1, "default_provider": "c", "providers": {
        "a": {"type": "azure", "base_url": "https://r.openai.azure.com", "api": "deployments", "api_version": "2024-10-21"},
        "b": {"type": "azure", "base_url": "https://r.openai.azure.com", "auth": "bearer"},
        "c": {"type": "anthropic", "version": "2023-06-01"}, "d": {"type": "gemini"}}},
    {"version": 1, "default_provider": "b", "providers": {"a": {"type": "openai"}, "b": {
        "type": "openai", "stream_usage": "ask", "keys": [{"name": "main", "env": "KEY", "weight": 2}, {"env": "KEY"}]}}},
    {"version": 1, "providers": {"a": {"type": "openai", "timeouts": {"head": "5s", "total": "0s"},
                                       "cooldown": {"failures": 0, "max": "1h"}}},
     "defaults": {"retry": {"attempts": 8, "causes": [], "wait_max": "0s"}},
     "models": {"m": {"targets": [{"provider": "a", "model": "x/y:z", "weight": 0}], "affinity": True,
                      "fallback": ["org/*"]}, "org/*": {"targets": [{"provider": "a"}]}},
     "routes": [{"name": "r", "match": {"tenant": "t", "header": {"X-A": "b*"}, "path": ["/v1/*"]}, "model": "m"},
                {"name": "d", "match": {"tenant": ["t", "u-*"], "provider": "a"}, "deny": True}]},
]
# Each is refused by the schema too.
BAD = [
    {},
    {"version": 2},
    {"version": "1"},
    {"version": 1, "more": {}},
    {"version": 1, "providers": {}},
    {"version": 1, "providers": []},
    {"version": 1, "providers": {"a": {}}},
    {"version": 1, "providers": {"a": None}},
    {"version": 1, "providers": {"a": {"type": "bedrock"}}},
    {"version": 1, "providers": {"a b": {"type": "openai"}}},
    {"version": 1, "providers": {"a" * 65: {"type": "openai"}}},
    {"version": 1, "providers": {"a": {"type": "openai", "base_url": "ftp://h"}}},
    {"version": 1, "providers": {"a": {"type": "openai", "base_url": None}}},
    {"version": 1, "providers": {"a": {"type": "openai", "keys": {}}}},
    {"version": 1, "providers": {"a": {"type": "openai", "keys": [{}]}}},
    {"version": 1, "providers": {"a": {"type": "openai", "keys": ["sk-secret"]}}},
    {"version": 1, "providers": {"a": {"type": "openai", "keys": [{"env": "KEY", "file": "/k"}]}}},
    {"version": 1, "providers": {"a": {"type": "openai", "timeouts": {"head": 5}}}},
    {"version": 1, "providers": {"a": {"type": "openai", "cooldown": {"failures": -1}}}},
    {"version": 1, "providers": {"a": {"type": "openai"}}, "models": {"m": {"targets": []}}},
    {"version": 1, "providers": {"a": {"type": "openai"}}, "models": {"a*b": {"targets": [{"provider": "a"}]}}},
    {"version": 1, "providers": {"a": {"type": "openai"}}, "models": {"m": {"targets": [{"provider": "a"}], "affinity": "true"}}},
    {"version": 1, "providers": {"a": {"type": "openai"}}, "models": {"m": {
        "targets": [{"provider": "a"}], "retry": {"causes": ["luck"]}}}},
    {"version": 1, "providers": {"a": {"type": "openai"}}, "routes": [{"name": "r", "match": {}}]},
    {"version": 1, "providers": {"a": {"type": "openai"}}, "routes": [
        {"name": "r", "match": {}, "deny": True, "model": "m"}]},
    {"version": 1, "providers": {"a": {"type": "openai"}}, "routes": [{"name": "r", "match": {"tenant": []}, "deny": True}]},
    {"version": 1, "providers": {"a": {"type": "openai", "keys": [{"env": "no name"}]}}},
    {"version": 1, "providers": {"a": {"type": "openai", "keys": [{"file": ""}]}}},
    {"version": 1, "providers": {"a": {"type": "openai", "keys": [{"env": "KEY", "weight": 0}]}}},
    {"version": 1, "providers": {"a": {"type": "openai", "keys": [{"env": "KEY", "weight": 1.5}]}}},
    {"version": 1, "providers": {"a": {"type": "openai", "stream_usage": "yes"}}},
    {"version": 1, "providers": {"a": {"type": "openai", "ca_file": ""}}},
    {"version": 1, "providers": {"a": {"type": "openai"}}, "default_provider": "a b"},
]


def check(path: pathlib.Path, program: str = "llm-proxy", **settings: str):
    return run(program, "--check-config", GATEWAY_CONFIG=str(path), **settings)


@pytest.mark.parametrize("form", ["yaml", "json"])
@pytest.mark.parametrize("content", GOOD, ids=range(len(GOOD)))
def test_schema_and_reader_accept_the_same(tmp_path: pathlib.Path, content: dict, form: str):
    jsonschema.Draft202012Validator(SCHEMA).validate(content)
    path = write(tmp_path / f"c.{form}", json.dumps(content) if form == "json" else content)
    done = check(path, KEY="sk-secret")
    assert done.returncode == 0 and "sk-secret" not in done.stdout, done


@pytest.mark.parametrize("content", BAD, ids=range(len(BAD)))
def test_schema_and_reader_refuse_the_same(tmp_path: pathlib.Path, content: dict):
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(content)
    done = check(write(tmp_path / "c.yaml", content), KEY="sk-secret", UPSTREAM_OPENAI_API_KEY="")
    assert done.returncode == 2 and done.stdout == "", done
    assert f"{tmp_path}/c.yaml:" in done.stderr and "sk-secret" not in done.stderr


def test_schema_is_closed_and_complete(tmp_path: pathlib.Path):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["additionalProperties"] is False
    done = check(write(tmp_path / "c.yaml", "version: 1\nnone: 1\n"), "llm-collector")
    names = re.search(r"accepted are (.*)", done.stderr)[1]
    assert set(re.split(r", | and ", names)) == set(SCHEMA["properties"])


def test_example_is_accepted(tmp_path: pathlib.Path):
    for path in (ROOT / "examples" / "config").glob("*.yaml"):
        content = yaml.safe_load(path.read_text())
        jsonschema.Draft202012Validator(SCHEMA).validate(content)
        keys = ("OPENAI_API_KEY", "EU_API_KEY", "OPENAI_KEY_A", "OPENAI_KEY_B", "AZURE_EU_KEY", "ANTHROPIC_API_KEY",
                "GEMINI_API_KEY")
        done = check(path, **dict.fromkeys(keys, "sk-secret"))
        assert done.returncode == 0 and "sk-secret" not in done.stdout, done


def test_all_faults_are_told_at_once(tmp_path: pathlib.Path):
    write(tmp_path / "1.yaml", "version: 1\nproviders:\n  a: {type: x}\n  b: {keys: [{env: NOWHERE}]}\n")
    write(tmp_path / "2.yaml", "default_provider: c\nmore: 1\n")
    done = run("llm-proxy", GATEWAY_CONFIG=str(tmp_path), LOG_LEVEL="loud")
    assert done.returncode == 2 and done.stdout == ""
    places = [line.split(": ")[1] for line in done.stderr.splitlines()]
    assert sorted(places[1:]) == sorted(f"{tmp_path}/{place}" for place in
                                        ("1.yaml:3:13", "1.yaml:4:6", "1.yaml:4:20", "2.yaml:1:19", "2.yaml:2:1")), done


def test_check_config_shows_what_is_in_effect(tmp_path: pathlib.Path):
    with Three.open() as three:
        path = write(tmp_path / "c.yaml", three.config(tmp_path))
        done = check(path, KEY_A="sk-key-of-a")
        assert done.returncode == 0 and "sk-key" not in done.stdout, done
        rows = {row[0]: row[1:] for row in (re.split(r" {2,}", line.strip()) for line in done.stdout.splitlines())}
        assert rows["providers.b.base_url"] == [three.servers["b"].url, "c.yaml:11"], done.stdout
        assert rows["providers.a.keys[0].env"] == ["KEY_A", "c.yaml:8"]
        assert rows["providers.local.stream_usage"] == ["ask", "default"]
        assert rows["default_provider"] == ["a", "c.yaml:2"]
        assert rows["GATEWAY_CONFIG"] == [f"{path} environment"]  # wider than its column


def test_explain(tmp_path: pathlib.Path):
    with Three.open() as three:
        settings = {"GATEWAY_CONFIG": str(write(tmp_path / "c.yaml", three.config(tmp_path))), "KEY_A": "sk-key-of-a"}
        for request, provider in (("model=m tenant=t", "a/0"), ("header=x-llm-provider:local", "local"),
                                  ("header=X-LLM-Provider:nobody", "none: the gateway answers 400 invalid_value")):
            done = run("llm-proxy", "--explain", request, **settings)
            assert done.returncode == 0 and f"target    {provider}\n" in done.stdout, done
            assert "sk-key" not in done.stdout
        assert run("llm-proxy", "--explain", "nonsense", **settings).returncode == 2
        assert run("llm-proxy", "--explain", "model=m", **(settings | {"KEY_A": ""})).returncode == 2
        assert run("llm-collector", "--explain", "model=m").returncode == 2


def test_variables_beside_providers(tmp_path: pathlib.Path):
    path = write(tmp_path / "c.yaml", GOOD[0])
    done = check(path, UPSTREAM_OPENAI_API_KEY="sk-secret", UPSTREAM_OPENAI_BASE_URL="http://h")
    assert done.returncode == 2 and done.stderr.count("drop the variable") == 2, done


def test_collector_reads_its_sections_only(factory: Factory, tmp_path: pathlib.Path):
    path = write(tmp_path / "c.yaml", {"version": 1, "providers": {"a": {"type": "azure"}}})
    collector = factory.collector(GATEWAY_CONFIG=str(path))
    assert configz(collector.address)["files"] == [str(path)]
    assert 'llmgw_config_last_error 0' in ask(collector.address, "GET", "/metrics").body.decode()
    done = run("llm-collector", GATEWAY_CONFIG=str(write(tmp_path / "d.yaml", {"version": 3})), **COLLECTOR)
    assert done.returncode == 2 and "d.yaml:1:10: version" in done.stderr, done


def test_nothing_of_it_is_there_without_the_variable(factory: Factory):
    gateway = factory.gateway()
    assert "llmgw_config_" not in gateway.proxy.scrape()
    for address in (gateway.proxy.admin, gateway.collector.address):
        assert ask(address, "GET", "/configz").status == 404


def test_file_without_providers(factory: Factory, tmp_path: pathlib.Path):
    """The variables describe the upstream then."""
    with Three.open() as three:
        proxy = start(factory, write(tmp_path / "c.yaml", {"version": 1}), UPSTREAM_OPENAI_API_KEY="sk-key",
                      UPSTREAM_OPENAI_BASE_URL=three.servers["a"].url)
        assert answered_by(proxy) == "a"
        assert three.credentials("a") == {("Bearer sk-key",)}
