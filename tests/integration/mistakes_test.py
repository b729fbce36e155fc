# SPDX-License-Identifier: MIT
"""What people get wrong first, and what they are told: each message names what has to be changed."""

import json
import os
import pty
import re

import pytest

from support.certificates import Authority
from support.gateway import UPSTREAM_KEY, Gateway, chat, url
from support.process import Daemon, run
from support.scripted import ScriptedServer, answering, reply

PROXY = {"UPSTREAM_OPENAI_API_KEY": UPSTREAM_KEY, "LISTEN_ADDR": "127.0.0.1:0", "ADMIN_LISTEN_ADDR": "127.0.0.1:0"}


def refusal(program: str, status: int, **settings: str) -> str:
    """The one line with which it did not start."""
    done = run(program, **settings)
    assert done.returncode == status and done.stdout == "" and done.stderr.count("\n") == 1, done
    return done.stderr


def test_key_missing():
    assert "UPSTREAM_OPENAI_API_KEY: required" in refusal("llm-proxy", 2, LISTEN_ADDR="127.0.0.1:0")


def test_base_url_without_scheme():
    line = refusal("llm-proxy", 2, **PROXY, UPSTREAM_OPENAI_BASE_URL="api.openai.com")
    assert 'UPSTREAM_OPENAI_BASE_URL="api.openai.com"' in line and "https://host:port/path" in line


def test_base_url_of_an_endpoint():
    line = refusal("llm-proxy", 2, **PROXY, UPSTREAM_OPENAI_BASE_URL="https://api.openai.com/v1/chat/completions")
    assert "UPSTREAM_OPENAI_BASE_URL" in line and "what comes before /v1" in line


def test_base_url_with_a_typo_in_its_host(factory):
    gateway = factory.gateway("https://api.openai.invalid")  # no name ends so (RFC 6761 section 6.4)
    assert gateway.post(chat())[0].error["code"] == "upstream_unreachable"
    line = gateway.proxy.daemon.wait_for_log(lambda entry: entry["msg"] == "request failed", "the failed look-up")
    assert (line["upstream"], line["reason"]) == ("api.openai.invalid", "host name not resolved")


def test_base_url_with_https_where_http_is_spoken(factory, gateway: Gateway):
    wrong = factory.gateway(gateway.mock.url.replace("http://", "https://"))
    assert wrong.post(chat())[0].error["code"] == "upstream_unreachable"
    line = wrong.proxy.daemon.wait_for_log(lambda entry: "TLS" in entry["msg"], "the failed handshake")
    assert line["level"] == "warn" and line["host"] == "127.0.0.1" and line["reason"]


def test_key_that_the_provider_does_not_know(gateway: Gateway):
    """The gateway refuses no key: that answer is the provider's, and says so itself."""
    response, event = gateway.post(chat(), mock="status=401")
    assert (response.status, response.error["code"]) == (401, "invalid_api_key")
    assert (event["status_code"], event["outcome"]) == (401, "completed")


def test_duration_without_unit():
    line = refusal("llm-proxy", 2, **PROXY, HTTP_CLIENT_TIMEOUT="30")
    assert 'HTTP_CLIENT_TIMEOUT="30"' in line and "500ms, 2s or 1m30s" in line


def test_port_taken(gateway: Gateway):
    taken = "%s:%d" % gateway.proxy.address
    line = json.loads(refusal("llm-proxy", 1, **(PROXY | {"LISTEN_ADDR": taken})))
    assert line["address"] == taken and line["reason"] == "address already in use"


def test_certificate_file_missing():
    line = refusal("llm-proxy", 2, **PROXY, UPSTREAM_CA_FILE="/nonexistent/ca.pem")
    assert 'UPSTREAM_CA_FILE="/nonexistent/ca.pem": cannot be read: No such file' in line


def test_certificate_unknown(factory, tmp_path):
    context = Authority(tmp_path).server_context("DNS:localhost")
    with ScriptedServer(answering(reply()), tls=context) as upstream:
        gateway = factory.gateway(f"https://localhost:{upstream.address[1]}")
        assert gateway.post(chat())[0].error["code"] == "upstream_unreachable"
    line = gateway.proxy.daemon.wait_for_log(lambda entry: "TLS" in entry["msg"], "the failed handshake")
    assert line["level"] == "warn" and line["host"] == "localhost" and "certificate" in line["reason"]


def test_collector_unreachable(factory, gateway: Gateway):
    collector = url(("127.0.0.1", 1))
    proxy = factory.proxy(gateway.mock.url, collector)
    assert proxy.ask("GET", "/v1/models").status == 200  # traffic does not notice
    line = proxy.daemon.wait_for_log(lambda entry: entry["msg"].startswith("collector does not take"), "the outage")
    assert line["level"] == "warn" and collector in line["collector"] and line["reason"] == "connection refused"


def test_collector_url_of_something_else(factory, gateway: Gateway):
    proxy = factory.proxy(gateway.mock.url, gateway.proxy.url)
    proxy.ask("GET", "/v1/models")
    line = proxy.daemon.wait_for_log(lambda entry: "not take events" in entry["msg"], "the mistake")
    assert line["level"] == "warn" and line["reason"] == "status 404"
    assert proxy.metrics()['llmgw_proxy_events_dropped_total{reason="rejected"}'] == 0  # until it is mended


def test_event_log_not_writable(tmp_path):
    line = json.loads(refusal("llm-collector", 2, PORT="127.0.0.1:0", EVENT_LOG_PATH=str(tmp_path)))
    assert line["variable"] == "EVENT_LOG_PATH" and line["value"] == str(tmp_path) and "directory" in line["reason"]


def test_spool_not_writable(tmp_path):
    (tmp_path / "file").write_text("")
    folder = str(tmp_path / "file" / "spool")
    line = json.loads(refusal("llm-proxy", 1, **PROXY, COLLECTOR_URL="http://127.0.0.1:1", EVENT_SPOOL_DIR=folder))
    assert "EVENT_SPOOL_DIR" in line["msg"] and line["folder"] == folder and line["reason"]


def test_application_forgot_v1(gateway: Gateway):
    response = gateway.proxy.ask("POST", "/chat/completions", [], chat())
    assert response.status == 404 and "below /v1/" in response.error["message"]


@pytest.mark.parametrize("is_terminal", [True, False], ids=["terminal", "pipe"])
def test_text_is_coloured_on_a_terminal_only(is_terminal: bool, tmp_path):
    """LOG_FORMAT=text, as a person or a file sees it."""
    ours, theirs = pty.openpty() if is_terminal else os.pipe()
    text = b""
    process = Daemon.on_descriptor("llm-collector", theirs, PORT="127.0.0.1:0", LOG_FORMAT="text", TERM="xterm-256color")
    os.close(theirs)
    try:
        while b"listening" not in text or not text.endswith(b"\n"):
            piece = os.read(ours, 4096)
            assert piece, f"the daemon ended: {text}"
            text += piece
    finally:
        process.terminate()
        process.wait(20)
        os.close(ours)
    assert bool(re.search(rb"\x1b\[[0-9;]*m *INFO", text)) == is_terminal, text
    assert (b"\x1b" in text) == is_terminal
