# SPDX-License-Identifier: MIT
"""What the admin port exports: valid, named by convention, and true."""

import pathlib
import re
import subprocess
import threading

import pytest

from support import wire
from support.gateway import Gateway, chat, new_id
from support.process import wait_until
from support.wire import request

ROOT = pathlib.Path(__file__).parents[2]


def promtool(text: bytes) -> None:
    done = subprocess.run([ROOT / "tools/promtool", "check", "metrics"], input=text, capture_output=True, timeout=100)
    assert done.returncode == 0 and not done.stdout and not done.stderr, (done.stdout + done.stderr).decode()


def exposition(address: tuple[str, int]) -> bytes:
    response = wire.ask(address, "GET", "/metrics")
    assert response.status == 200 and response.get("Content-Type").startswith("text/plain; version=0.0.4")
    return response.body


def sum_of(metrics: dict[str, float], name: str, **labels: str) -> float:
    """All series of that name with these labels."""
    return sum(value for series, value in metrics.items() if re.split("{| ", series)[0] == name
               and all(f'{label}="{wanted}"' in series for label, wanted in labels.items()))


@pytest.fixture
def gateway(factory) -> Gateway:
    return factory.gateway()


def test_exposition_is_clean(gateway: Gateway):
    promtool(exposition(gateway.proxy.admin))
    gateway.post(chat(), [("X-LLM-Tenant", 'a"b\\c')])
    gateway.post(chat(stream=True, stream_options={"include_usage": True}))
    gateway.post(chat(), mock="status=500")
    gateway.proxy.ask("GET", "/v1/models")
    gateway.proxy.ask("GET", "/v1/something/else")
    text = exposition(gateway.proxy.admin)
    promtool(text)
    assert re.search(rb'llmgw_build_info{program="llm-proxy",version="[^"]+"} 1', text)
    promtool(exposition(gateway.collector.address))


def test_requests_by_endpoint_outcome_and_status(gateway: Gateway):
    gateway.post(chat())
    gateway.post(chat(), mock="status=429")
    for target in ("/v1/models/gpt-4o", "/v1/models", "/v1/unheard-of"):
        gateway.proxy.ask("GET", target, [("X-LLM-Request-ID", id := new_id())])
        gateway.event(id)
    metrics = gateway.proxy.metrics()
    count = lambda **labels: sum_of(metrics, "llmgw_proxy_requests_total", provider="openai", **labels)
    assert count() == 5
    assert count(endpoint="/v1/chat/completions", status_class="2xx", outcome="completed") == 1
    assert count(endpoint="/v1/chat/completions", status_class="4xx", outcome="completed") == 1
    assert count(endpoint="/v1/models") == 2 and count(endpoint="other") == 1
    for name in ("request_duration_seconds", "time_to_first_byte_seconds"):
        assert sum_of(metrics, f"llmgw_proxy_{name}_count", endpoint="/v1/chat/completions") == 2
        assert sum_of(metrics, f"llmgw_proxy_{name}_bucket", endpoint="/v1/chat/completions", le="+Inf") == 2


def test_tokens_by_tenant_and_model(gateway: Gateway):
    events = [gateway.post(chat(f"{'word ' * words}"), [("X-LLM-Tenant", tenant)])[1]
              for tenant, words in (("red", 1), ("red", 5), ("blue", 3))]
    gateway.post(chat(stream=True), [("X-LLM-Tenant", "green")])  # reports no usage
    metrics = gateway.proxy.metrics()
    for tenant, of in (("red", events[:2]), ("blue", events[2:])):
        for kind in ("prompt", "completion"):
            assert sum_of(metrics, "llmgw_proxy_tokens_total", tenant=tenant, model=events[0]["model"], kind=kind) \
                == sum(event[f"{kind}_tokens"] for event in of)
    assert sum_of(metrics, "llmgw_proxy_tokens_total", tenant="green") == 0
    assert metrics["llmgw_proxy_usage_missing_total"] == 1


def test_open_requests_and_streams(gateway: Gateway):
    gate = new_id("gate")
    opened = []
    for _ in range(3):
        connection = gateway.proxy.connect()
        connection.send(request("POST", "/v1/chat/completions", gateway.fields(new_id(), f"gate={gate}"),
                                chat(stream=True)))
        assert connection.read_head().status == 200
        opened.append(connection)
    metrics = gateway.proxy.metrics()
    assert metrics["llmgw_proxy_open_streams"] == metrics["llmgw_proxy_open_requests"] == 3
    wait_until(lambda: gateway.proxy.metrics()["llmgw_proxy_open_connections"] >= 3, "published connections")
    opened.pop().close()
    wait_until(lambda: gateway.proxy.metrics()["llmgw_proxy_open_streams"] == 2, "end of the stream that was left")
    gateway.mock.release(gate)
    for connection in opened:
        with connection:
            while connection.read_chunk():
                pass
    wait_until(lambda: gateway.proxy.metrics()["llmgw_proxy_open_streams"] == 0, "end of the streams")
    assert gateway.proxy.metrics()["llmgw_proxy_open_requests"] == 0


def test_upstream_connections(gateway: Gateway):
    with gateway.proxy.connect() as connection:  # one worker, so one pool
        for _ in range(3):
            connection.send(request("POST", "/v1/chat/completions", [], chat()))
            assert connection.read_response().status == 200
    count = lambda name, **labels: sum_of(gateway.proxy.metrics(), f"llmgw_proxy_upstream_{name}", **labels)
    wait_until(lambda: count("connections_total", result="reused") == 2, "published counts of the pool")
    assert count("connections_total", result="opened") == count("open_connections") == count("idle_connections") == 1
    assert count("connect_duration_seconds_count") == 1 and count("tls_duration_seconds_count") == 0
    assert 0 < count("connect_duration_seconds_sum") < 5 and count("waits_total") == 0


def test_scrapes_under_load_lose_nothing(gateway: Gateway):
    stop = threading.Event()
    seen: list[float] = []

    def scrape() -> None:
        while not stop.is_set():
            seen.append(sum_of(gateway.proxy.metrics(), "llmgw_proxy_requests_total"))
    scraper = threading.Thread(target=scrape)
    scraper.start()
    try:
        with gateway.proxy.connect() as connection:
            for number in range(300):
                connection.send(request("POST", "/v1/chat/completions", [("X-LLM-Tenant", f"t{number}")], chat()))
                assert connection.read_response().status == 200
    finally:
        stop.set()
        scraper.join()
    assert seen == sorted(seen)
    metrics = gateway.proxy.metrics()
    assert sum_of(metrics, "llmgw_proxy_requests_total") == 300
    assert len([name for name in metrics if name.startswith("llmgw_proxy_tokens_total")]) == 600
