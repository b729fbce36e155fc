# SPDX-License-Identifier: MIT
"""Each failed exchange leaves a line with its request id, and an outage does not flood the log."""

import contextlib
import json
import os
import signal
import socket

import pytest

from support.certificates import Authority
from support.gateway import Factory, Gateway, Proxy, chat, new_id
from support.process import Daemon, wait_until
from support.scripted import Peer, ScriptedServer, answering, reply
from support.wire import Cut, ask, request

LINES_A_SECOND = 10


@pytest.fixture
def nobody():
    """An upstream that refuses each connection."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{holder.getsockname()[1]}"


def refuses(proxy: Proxy) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(proxy.address) != 0


def lines_of(proxy: Proxy, message: str) -> list[dict]:
    return [line for line in proxy.daemon.entries() if line["msg"] == message]


def ask_again_and_again(gateway: Gateway, times: int) -> None:
    with gateway.proxy.connect() as connection:
        for number in range(times):
            connection.send(request("POST", "/v1/chat/completions", gateway.fields(f"flood-{number}"), chat()))
            assert connection.read_response().status == 502


def summed_up(proxy: Proxy, message: str) -> int:
    return sum(line["lines"] for line in lines_of(proxy, "more lines held back") if line["like"] == message)


def check_line(gateway: Gateway, upstream: str, status: int, code: str, reason: str) -> None:
    request_id = new_id()
    response, event = gateway.post(chat(), request_id=request_id)
    assert (response.status, response.error["code"]) == (status, code)
    line = gateway.proxy.daemon.wait_for_log(lambda line: line["msg"] == "request failed", "the failure")
    assert 0 <= line.pop("duration_ms") <= event["latency_ms"]
    del line["ts"]
    assert line == {"level": "warn", "msg": "request failed", "request_id": request_id, "status": status, "code": code,
                    "reason": reason, "upstream": upstream}


def test_an_upstream_that_cannot_be_reached(factory: Factory, nobody: str):
    check_line(factory.gateway(f"http://{nobody}"), nobody, 502, "upstream_unreachable", "connection refused")


@pytest.mark.parametrize(("hangs", "says", "status", "code", "reason"), [
    (True, b"", 504, "upstream_timeout", "no answer in time"),
    (False, b"", 502, "upstream_invalid_response", "connection closed by peer"),
    (False, b"HTTP/1.1 200 OK\r\n folded\r\n\r\n", 502, "upstream_invalid_response", "malformed HTTP message"),
    (False, b"HTTP/2.0 200 OK\r\n\r\n", 502, "upstream_invalid_response", "unsupported HTTP version"),
    (False, b"HTTP/1.1 101 Switching\r\n\r\n", 502, "upstream_invalid_response", "malformed HTTP message"),
])
def test_an_upstream_that_does_not_answer(factory: Factory, hangs: bool, says: bytes, status: int, code: str,
                                          reason: str):
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(says)
        if hangs:
            peer.read_request()  # until the gateway gives up

    with ScriptedServer(script) as upstream:
        check_line(factory.gateway(upstream.url, HTTP_CLIENT_TIMEOUT="300ms"), upstream.url.removeprefix("http://"),
                   status, code, reason)


def test_a_request_that_comes_while_the_proxy_drains(factory: Factory):
    gateway = factory.gateway(PROXY_THREADS="1")
    request_id = new_id()
    with gateway.proxy.connect() as busy, gateway.proxy.connect() as late:
        raw = request("POST", "/v1/chat/completions", gateway.fields(request_id), chat())
        late.send(raw[:10])  # begun, so the connection is not idle
        busy.send(request("POST", "/v1/chat/completions", gateway.fields(new_id(), "gate=it"), chat()))
        wait_until(gateway.mock.requests, "an open exchange")
        gateway.proxy.daemon.signal(signal.SIGTERM)
        wait_until(lambda: refuses(gateway.proxy), "no new connections")
        late.send(raw[10:])
        assert late.read_response().error["code"] == "draining"
        gateway.mock.release("it")
        assert busy.read_response().status == 200
    line = gateway.proxy.daemon.wait_for_log(lambda line: line["msg"] == "request failed", "the refusal")
    assert (line["request_id"], line["status"], line["code"]) == (request_id, 503, "draining")
    assert line["reason"] == "This gateway is shutting down."


def test_a_response_that_breaks_off_is_logged(factory: Factory):
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")

    with ScriptedServer(script) as upstream:
        gateway = factory.gateway(upstream.url)
        request_id = new_id()
        with pytest.raises(Cut):
            gateway.proxy.ask("POST", "/v1/chat/completions", gateway.fields(request_id), chat())
        line = gateway.proxy.daemon.wait_for_log(lambda line: line["msg"] == "response cut off", "the cut")
        assert (line["request_id"], line["status"], line["outcome"]) == (request_id, 200, "upstream_aborted")


def test_what_went_well_or_was_the_clients_fault_is_not(factory: Factory):
    gateway = factory.gateway(MAX_REQUEST_BODY="1KB")
    assert gateway.post(chat())[0].status == 200
    assert gateway.post(chat(stream=True))[0].status == 200
    assert gateway.post(chat(), mock="status=503")[0].status == 503  # the upstream's own, passed on
    assert gateway.proxy.ask("POST", "/v1/files", [], b"x" * 2000).status == 413
    assert gateway.proxy.ask("GET", "/elsewhere").status == 404
    assert gateway.proxy.daemon.stop() == 0
    assert not [line for line in gateway.proxy.daemon.entries() if line["level"] != "info"]


def test_an_outage_is_summed_up(factory: Factory, nobody: str):
    times = 300
    gateway = factory.gateway(f"http://{nobody}", PROXY_THREADS="1")
    ask_again_and_again(gateway, times)
    wait_until(lambda: len(lines_of(gateway.proxy, "request failed")) + summed_up(gateway.proxy, "request failed")
               == times, "each is written or counted")
    written = lines_of(gateway.proxy, "request failed")
    summaries = lines_of(gateway.proxy, "more lines held back")
    assert written[0]["request_id"] == "flood-0"
    assert summaries and len(written) <= LINES_A_SECOND * (len(summaries) + 1)


def test_the_end_of_the_proxy_tells_what_was_held_back(factory: Factory, nobody: str):
    gateway = factory.gateway(f"http://{nobody}", PROXY_THREADS="1")
    ask_again_and_again(gateway, 40)
    assert gateway.proxy.daemon.stop() == 0
    assert len(lines_of(gateway.proxy, "request failed")) + summed_up(gateway.proxy, "request failed") == 40


def test_failing_handshakes_are_summed_up(factory: Factory, tmp_path):
    authority = Authority(tmp_path)
    with ScriptedServer(answering(reply()), tls=authority.server_context("DNS:other.test")) as upstream:
        gateway = factory.gateway(f"https://localhost:{upstream.address[1]}", PROXY_THREADS="1",
                                  UPSTREAM_CA_FILE=str(authority.certificate))
        ask_again_and_again(gateway, 60)
        message = "upstream TLS handshake failed"
        wait_until(lambda: len(lines_of(gateway.proxy, message)) + summed_up(gateway.proxy, message) == 60,
                   "each is written or counted")
        assert len(lines_of(gateway.proxy, message)) < 60


def fill(pipe: int) -> None:
    os.set_blocking(pipe, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(pipe, b"x"):
            pass
    os.set_blocking(pipe, True)


def test_a_log_that_nobody_reads_holds_no_request_up(nobody: str):
    reader, writer = os.pipe()
    process = Daemon.on_descriptor("llm-proxy", writer, LISTEN_ADDR="127.0.0.1:0", ADMIN_LISTEN_ADDR="off",
                                   UPSTREAM_OPENAI_BASE_URL=f"http://{nobody}", UPSTREAM_OPENAI_API_KEY="sk-test",
                                   PROXY_THREADS="1", EVENT_FLUSH_TIMEOUT="1h")
    try:
        with open(reader, "rb") as log:
            listening = next(line for line in map(json.loads, log) if line["msg"] == "listening")
            host, port = listening["address"].rsplit(":", 1)
            fill(writer)
            for _ in range(5):
                assert ask((host, int(port)), "POST", "/v1/chat/completions", [], chat()).status == 502
            os.close(writer)
            filled = log.read1(1 << 20)
            assert b"request failed" not in filled
            line = json.loads(next(log).lstrip(b"x"))
            assert (line["msg"], line["like"], line["lines"]) == ("more lines held back", "request failed", 5)
    finally:
        process.kill()
        process.wait()
