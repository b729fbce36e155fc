# SPDX-License-Identifier: MIT
"""Settings and command lines: every fault is one clear line, and no secret is ever shown."""

import json
import re
import time

import pytest

from support.gateway import UPSTREAM_KEY, Gateway
from support.process import PATIENCE, SANITIZED, Daemon, run, wait_until
from support.wire import ask

PROXY = {"UPSTREAM_OPENAI_API_KEY": UPSTREAM_KEY, "LISTEN_ADDR": "127.0.0.1:0", "ADMIN_LISTEN_ADDR": "127.0.0.1:0"}
COLLECTOR = {"PORT": "127.0.0.1:0"}

BAD_PROXY = [
    ("LISTEN_ADDR", "8080x"), ("LISTEN_ADDR", ":99999"), ("LISTEN_ADDR", "localhost"), ("LISTEN_ADDR", "127.0.0.1"),
    ("LISTEN_ADDR", ":-1"), ("LISTEN_ADDR", "[::1:80"),
    ("LISTEN_ADDR", "example.com:8080"), ("ADMIN_LISTEN_ADDR", "on"), ("ADMIN_LISTEN_ADDR", ":"),
    ("ALLOWED_ENDPOINTS", "/v2/"), ("ALLOWED_ENDPOINTS", "/v1/chat/*"), ("ALLOWED_ENDPOINTS", "/v1/,"),
    ("ALLOWED_ORIGINS", "app.example.com"), ("ALLOWED_ORIGINS", "https://a/"), ("ALLOWED_ORIGINS", "null"),
    ("ALLOWED_HOSTS", "http://a"), ("ALLOWED_HOSTS", "*"),
    ("UPSTREAM_OPENAI_BASE_URL", "api.openai.com"), ("UPSTREAM_OPENAI_BASE_URL", "ftp://api.openai.com"),
    ("UPSTREAM_OPENAI_BASE_URL", "https://"), ("UPSTREAM_OPENAI_BASE_URL", "http://host:port"),
    ("UPSTREAM_OPENAI_BASE_URL", "https://h/v1/chat/completions"),
    ("UPSTREAM_CA_FILE", "/nonexistent/ca.pem"), ("UPSTREAM_CA_FILE", "/etc/hostname"),
    ("UPSTREAM_OPENAI_API_KEY_FILE", "/nonexistent/key"),
    ("COLLECTOR_URL", "collector:8081"), ("COLLECTOR_URL", "http://"),
    ("EVENT_QUEUE_SIZE", "0"), ("EVENT_QUEUE_SIZE", "-5"), ("EVENT_QUEUE_SIZE", "many"), ("EVENT_QUEUE_SIZE", "1e4"),
    ("EVENT_SPOOL_MAX", "1000"), ("EVENT_SPOOL_MAX", "much"),
    ("EVENT_DRAIN_TIMEOUT", "10"), ("EVENT_SPOOL_EPHEMERAL", "yes"), ("EVENT_FLUSH_TIMEOUT", "2"), ("EVENT_FLUSH_TIMEOUT", "2 s"), ("EVENT_FLUSH_TIMEOUT", "-2s"),
    ("HTTP_CLIENT_TIMEOUT", "soon"), ("HTTP_CLIENT_TIMEOUT", "0s"), ("HTTP_CLIENT_TIMEOUT", "10d"),
    ("METERING_CAPTURE_BYTES", "256K"), ("METERING_CAPTURE_BYTES", "-1"),
    ("METERING_STREAM_USAGE", "yes"),
    ("MAX_REQUEST_BODY", "64 MB"), ("MAX_REQUEST_BODY", "0x10"),
    ("DRAIN_DELAY", "x"), ("DRAIN_TIMEOUT", "1m30"),
    ("PROXY_THREADS", "0"), ("PROXY_THREADS", "two"),
    ("LOG_LEVEL", "loud"), ("LOG_FORMAT", "xml"), ("GATEWAY_CONFIG", "/nonexistent/config.yaml"),
]
BAD_COLLECTOR = [
    ("PORT", "http"), ("PORT", "70000"), ("PORT", "-1"),
    ("EVENT_LOG_PATH", "/nonexistent/folder/events.ndjson"),
    ("EVENT_LOG_SYNC", "always"), ("MAX_EVENTS_BODY", "big"), ("LOG_LEVEL", "0"), ("LOG_FORMAT", "JSON!"),
    ("GATEWAY_CONFIG", "/nonexistent/config.yaml"),
]


def check_refusal(program: str, name: str, value: str, **settings: str) -> None:
    begin = time.monotonic()
    done = run(program, **settings)
    assert done.returncode == 2, done
    assert SANITIZED or time.monotonic() - begin < 1
    assert done.stdout == "" and done.stderr.count("\n") == 1, done
    assert name in done.stderr and value in done.stderr, done
    assert UPSTREAM_KEY not in done.stderr


@pytest.mark.parametrize("name,value", BAD_PROXY)
def test_bad_setting_of_the_proxy(name: str, value: str):
    settings = PROXY | {name: value}
    if name == "UPSTREAM_OPENAI_API_KEY_FILE":
        del settings["UPSTREAM_OPENAI_API_KEY"]
    check_refusal("llm-proxy", name, value, **settings)


@pytest.mark.parametrize("name,value", BAD_COLLECTOR)
def test_bad_setting_of_the_collector(name: str, value: str):
    check_refusal("llm-collector", name, value, **(COLLECTOR | {name: value}))


@pytest.mark.parametrize("key", [None, "", "sk-with space", "sk-with\nline", "sk-\xe4"])
def test_bad_key_is_named_and_not_shown(key: str | None):
    settings = {name: value for name, value in PROXY.items() if name != "UPSTREAM_OPENAI_API_KEY"}
    done = run("llm-proxy", **(settings if key is None else settings | {"UPSTREAM_OPENAI_API_KEY": key}))
    assert done.returncode == 2 and "UPSTREAM_OPENAI_API_KEY" in done.stderr
    assert "sk-" not in done.stderr and done.stderr.count("\n") == 1


def test_password_of_a_url_is_not_shown():
    done = run("llm-proxy", **PROXY, COLLECTOR_URL="http://user:hunter2@collector:99999/")
    assert done.returncode == 2 and "COLLECTOR_URL" in done.stderr and "hunter2" not in done.stderr


def test_all_faults_are_named_at_once():
    done = run("llm-proxy", **(PROXY | {"LOG_LEVEL": "loud", "DRAIN_DELAY": "x", "COLLECTOR_URL": "y"}))
    assert done.returncode == 2
    assert all(name in done.stderr for name in ("LOG_LEVEL", "DRAIN_DELAY", "COLLECTOR_URL"))


@pytest.mark.parametrize("listener", ["LISTEN_ADDR", "ADMIN_LISTEN_ADDR", "PORT"])
def test_port_in_use(gateway: Gateway, listener: str):
    taken = "%s:%d" % (gateway.collector.address if listener == "PORT" else gateway.proxy.address)
    program = "llm-collector" if listener == "PORT" else "llm-proxy"
    settings = (COLLECTOR if listener == "PORT" else PROXY | {"UPSTREAM_OPENAI_BASE_URL": gateway.mock.url})
    done = run(program, **(settings | {listener: taken}))
    assert done.returncode == 1 and taken in done.stderr, done


@pytest.mark.parametrize("program,settings", [("llm-proxy", PROXY), ("llm-collector", COLLECTOR)])
def test_address_of_nobody_here(program: str, settings: dict):
    name = "LISTEN_ADDR" if program == "llm-proxy" else "PORT"
    done = run(program, **(settings | {name: "192.0.2.1:8080"}))
    assert done.returncode == 1 and "192.0.2.1:8080" in done.stderr, done


@pytest.mark.parametrize("program,names", [
    ("llm-proxy", {name for name, _ in BAD_PROXY} | {"UPSTREAM_OPENAI_API_KEY"}),
    ("llm-collector", {name for name, _ in BAD_COLLECTOR}),
])
def test_help_names_every_setting(program: str, names: set[str]):
    done = run(program, "--help")
    assert done.returncode == 0 and done.stderr == ""
    assert all(name in done.stdout for name in names)
    assert all(flag in done.stdout for flag in ("--help", "--version", "--healthcheck", "--check-config"))
    assert re.search(r"\nExit status\n  0 .*\n  1 (.*\n)+  2 ", done.stdout)


@pytest.mark.parametrize("program", ["llm-proxy", "llm-collector"])
def test_version(program: str):
    done = run(program, "--version")
    assert done.returncode == 0 and re.fullmatch(rf"{program} \d+\.\d+\.\d+\S*\n", done.stdout), done


@pytest.mark.parametrize("program", ["llm-proxy", "llm-collector"])
@pytest.mark.parametrize("arguments", [["--nonsense"], ["serve"], ["--help", "--version"]], ids=str)
def test_unknown_arguments(program: str, arguments: list[str]):
    done = run(program, *arguments)
    assert done.returncode == 2 and done.stdout == "" and done.stderr.count("\n") == 1


def table(text: str) -> dict[str, tuple[str, str]]:
    """The rows of --check-config: value, and who set it; none of them wider than its column here."""
    rows = (re.split(r" {2,}", line.strip()) for line in text.splitlines() if re.match(r"  [A-Z_]+ ", line))
    return {name: (value, by) for name, value, by in rows if name != "VARIABLE"}


GROUPS = {
    "llm-proxy": ["Listening", "Upstream", "Metering", "Delivery of events", "Limits and shutdown", "Log",
                  "Configuration file"],
    "llm-collector": ["Receiving", "Storing", "Log", "Configuration file"],
}


@pytest.mark.parametrize("program", GROUPS)
def test_help_and_check_config_have_the_same_settings_in_the_same_groups(program: str):
    """Group by group, as a person looks for them."""
    shown = [run(program, option, **(PROXY if program == "llm-proxy" else {})).stdout
             for option in ("--help", "--check-config")]
    groups = [re.findall(r"^([A-Z][a-z ]+)\n((?:  .*\n)+)", text, re.MULTILINE) for text in shown]
    settings = [{title: re.findall(r"^  ([A-Z_]+) ", rows, re.MULTILINE) for title, rows in found
                 if title in GROUPS[program]} for found in groups]
    assert settings[0] == settings[1] and list(settings[0]) == GROUPS[program]
    assert all(settings[0].values())


def test_check_config_of_the_proxy():
    done = run("llm-proxy", "--check-config", **PROXY, HTTP_CLIENT_TIMEOUT="90s", MAX_REQUEST_BODY="1048576",
               COLLECTOR_URL="http://127.0.0.1:8081")
    assert done.returncode == 0 and done.stderr == ""
    assert UPSTREAM_KEY not in done.stdout
    shown = table(done.stdout)
    assert shown["HTTP_CLIENT_TIMEOUT"] == ("1m30s", "environment")
    assert shown["MAX_REQUEST_BODY"] == ("1MB", "environment")
    assert shown["UPSTREAM_OPENAI_BASE_URL"] == ("https://api.openai.com", "default")
    assert shown["UPSTREAM_OPENAI_API_KEY"] == ("***", "environment")
    assert shown["EVENT_SPOOL_DIR"] == ("-", "default")
    assert shown["DRAIN_TIMEOUT"] == ("30s", "default") and int(shown["PROXY_THREADS"][0]) >= 1


def test_check_config_of_the_collector():
    done = run("llm-collector", "--check-config", MAX_EVENTS_BODY="1024KB")
    assert done.returncode == 0
    shown = table(done.stdout)
    assert shown["MAX_EVENTS_BODY"] == ("1MB", "environment") and shown["PORT"] == (":8081", "default")


@pytest.mark.parametrize("program,settings", [("llm-proxy", PROXY | {"DRAIN_DELAY": "x"}),
                                              ("llm-collector", {"PORT": "x"})])
def test_check_config_finds_faults(program: str, settings: dict):
    done = run(program, "--check-config", **settings)
    assert done.returncode == 2 and done.stdout == "" and done.stderr.count("\n") == 1


def address(pair: tuple[str, int]) -> str:
    return "%s:%d" % pair


def test_healthcheck(factory):
    gateway = factory.gateway()
    proxy = PROXY | {"LISTEN_ADDR": address(gateway.proxy.address), "ADMIN_LISTEN_ADDR": address(gateway.proxy.admin)}
    collector = {"PORT": address(gateway.collector.address)}
    assert run("llm-proxy", "--healthcheck", **proxy).returncode == 0
    assert run("llm-proxy", "--healthcheck", **(proxy | {"ADMIN_LISTEN_ADDR": "off"})).returncode == 0
    assert run("llm-collector", "--healthcheck", **collector).returncode == 0
    for each in (gateway.proxy, gateway.collector):
        assert each.daemon.stop() == 0
    assert run("llm-proxy", "--healthcheck", **proxy).returncode == 1
    assert run("llm-collector", "--healthcheck", **collector).returncode == 1


def test_admin_off(factory, gateway: Gateway):
    proxy = factory.proxy(gateway.mock.url, gateway.collector.url, ADMIN_LISTEN_ADDR="off")
    assert proxy.ask("GET", "/healthz").status == 200
    assert [line for line in proxy.daemon.entries() if line.get("listener") == "admin"] == []


def listens_at(daemon: Daemon, listener: str, count: int) -> list[tuple[str, int]]:
    """Its addresses, once it has so many."""
    def found() -> list[str]:
        return [line["address"] for line in daemon.entries()
                if line.get("msg") == "listening" and line.get("listener") == listener]
    wait_until(lambda: len(found()) >= count, f"{count} addresses of {listener}")
    pairs = [each.rsplit(":", 1) for each in found()]
    return [(host.strip("[]"), int(port)) for host, port in pairs]


def test_localhost_is_both_loopback_addresses(factory, gateway: Gateway):
    """Under one port, also where that is chosen by the system."""
    proxy = factory.proxy(gateway.mock.url, None, LISTEN_ADDR="localhost:0", ADMIN_LISTEN_ADDR="localhost:0")
    collector = factory.collector(port="localhost:0")
    for daemon, listener in [(proxy.daemon, "traffic"), (proxy.daemon, "admin"), (collector.daemon, "events")]:
        both = listens_at(daemon, listener, 2)
        port = both[0][1]
        assert both == [("127.0.0.1", port), ("::1", port)]
        assert all(ask(each, "GET", "/healthz").status == 200 for each in both)
        program, name = ("llm-collector", "PORT") if listener == "events" else ("llm-proxy", "LISTEN_ADDR")
        here = {name: f"localhost:{port}"}
        assert run(program, "--healthcheck", **(PROXY | {"ADMIN_LISTEN_ADDR": "off"} | here)).returncode == 0
        taken = run(program, **(PROXY | {"UPSTREAM_OPENAI_BASE_URL": gateway.mock.url} | here))
        assert taken.returncode == 1 and f"localhost:{port}" in taken.stderr, taken


@pytest.mark.parametrize("listen", ["[::1]:0", ":0", "0.0.0.0:0"])
def test_addresses_to_listen_on(factory, gateway: Gateway, listen: str):
    proxy = factory.proxy(gateway.mock.url, None, LISTEN_ADDR=listen)
    host = "::1" if "::1" in listen else "127.0.0.1"
    assert ask((host, proxy.address[1]), "GET", "/healthz").status == 200


def test_log_formats(factory, gateway: Gateway, tmp_path):
    proxy = factory.proxy(gateway.mock.url, None)
    proxy.ask("GET", "/v1/models")
    assert proxy.daemon.stop() == 0
    for line in proxy.daemon.lines:
        assert list(json.loads(line))[:3] == ["ts", "level", "msg"], line
    text = Daemon("llm-collector", tmp_path, **COLLECTOR, LOG_FORMAT="text")
    with text.changed:
        assert text.changed.wait_for(lambda: any("listening" in line for line in text.lines), PATIENCE)
    assert not any(line.startswith("{") for line in text.lines)
    assert text.stop() == 0
