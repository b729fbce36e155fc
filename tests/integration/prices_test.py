# SPDX-License-Identifier: MIT
"""What exchanges cost: in events, in metrics, by dialect, over a reload; and what is said of the table."""

import json
import pathlib
import re
import threading
from collections.abc import Iterator

import pytest
import yaml

from support.config_file import start, write
from support.gateway import Collector, Factory, Proxy, chat, new_id
from support.process import ROOT, run, wait_until
from support.scripted import Peer, reply
from support.targets import Targets, ask_for_event, targets
from support.translated import ANTHROPIC, GEMINI, stream

# Nano-USD a token, and as the file has it, USD for a million tokens.
RATES = {"input": 3_000, "cached_input": 300, "cache_write_5m": 3_750, "cache_write_1h": 6_000, "output": 15_000}
FULL = {"input": 3, "cached_input": 0.30, "cache_write_5m": 3.75, "cache_write_1h": 6, "output": 15}
PRICES = [{"provider": kind, "model": "*"} | FULL for kind in ("openai", "azure", "anthropic", "gemini")]


def cost(**tokens: int) -> int:
    return sum(RATES[kind] * count for kind, count in tokens.items())


def completion(model: str = "gpt-real", **usage: object) -> bytes:
    return reply(json.dumps({"id": "c", "object": "chat.completion", "model": model, "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}], "usage": usage}).encode())


def message(**usage: object) -> bytes:
    return reply(json.dumps({"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-real",
                             "stop_reason": "end_turn", "content": [{"type": "text", "text": "hi"}], "usage": usage}).encode())


def candidate(**usage: object) -> bytes:
    return reply(json.dumps({"candidates": [{"content": {"role": "model", "parts": [{"text": "hi"}]}, "finishReason": "STOP"}],
                             "usageMetadata": usage, "modelVersion": "gemini-real", "responseId": "r1"}).encode())


def four(upstreams: Targets) -> dict:
    providers = upstreams.providers(
        claude={"type": "anthropic"}, google={"type": "gemini"},
        azure={"type": "azure", "api": "deployments", "api_version": "2024-10-21"})
    for name in ("claude", "google", "azure"):
        providers[name]["base_url"] = upstreams.servers[name].url
    return {"providers": providers, "default_provider": "openai", "models": {
        "m": targets("openai"), "az": targets("azure"), "claude": targets("claude"), "gemini": targets("google")}}


@pytest.fixture
def upstreams() -> Iterator[Targets]:
    with Targets("openai", "azure", "claude", "google") as opened:
        yield opened


def event_of(collector: Collector, request_id: str) -> dict:
    [event] = wait_until(lambda: collector.events(request_id), f"the event of {request_id}")
    return event


def post(proxy: Proxy, collector: Collector, path: str, body: dict, **fields: str) -> dict:
    request_id = new_id()
    answer = proxy.ask("POST", path, [("Content-Type", "application/json"), ("X-LLM-Request-ID", request_id),
                                      *fields.items()], json.dumps(body).encode())
    assert answer.status == 200, answer
    return event_of(collector, request_id)


def test_cost_of_each_dialect_is_the_sum_by_hand(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, four(upstreams) | {"prices": PRICES}, collector.url)
    cached = {"prompt_tokens": 1_000, "completion_tokens": 50, "total_tokens": 1_050,
              "prompt_tokens_details": {"cached_tokens": 400}, "completion_tokens_details": {"reasoning_tokens": 30}}
    upstreams.answers |= {"openai": completion(**cached), "azure": completion(**cached)}
    for model in ("m", "az"):
        event = ask_for_event(proxy, collector, model)[1]
        assert (event["cost_nano_usd"], event["cost_assumed"]) == (cost(input=600, cached_input=400, output=50), False)
    # Anthropic tells what its cache holds beside the input, and how long it stays there.
    written = {"input_tokens": 100, "output_tokens": 10, "cache_read_input_tokens": 2_000, "cache_creation_input_tokens": 300,
               "cache_creation": {"ephemeral_5m_input_tokens": 200, "ephemeral_1h_input_tokens": 100},
               "service_tier": "standard"}
    upstreams.answers["claude"] = message(**written)
    expected = cost(input=100, cached_input=2_000, cache_write_5m=200, cache_write_1h=100, output=10)
    event = ask_for_event(proxy, collector, "claude")[1]
    assert (event["translated"], event["cost_nano_usd"], event["cache_write_1h_tokens"]) == ("anthropic", expected, 100)
    event = post(proxy, collector, "/v1/messages", {"model": "claude", "max_tokens": 9, "messages": []})
    assert (event["translated"], event["cost_nano_usd"], event["cache_write_1h_tokens"]) == (None, expected, 100)
    # Gemini's thoughts are no part of its candidates, and are paid as output.
    upstreams.answers["google"] = candidate(promptTokenCount=40, cachedContentTokenCount=30, candidatesTokenCount=2,
                                            thoughtsTokenCount=3, totalTokenCount=45)
    expected = cost(input=10, cached_input=30, output=5)
    assert ask_for_event(proxy, collector, "gemini")[1]["cost_nano_usd"] == expected
    event = post(proxy, collector, "/v1beta/models/gemini:generateContent", {"contents": []})
    assert (event["translated"], event["cost_nano_usd"]) == (None, expected)
    # Reasoning beside the completion, as xAI counts: the total tells.
    upstreams.answers["openai"] = completion(prompt_tokens=32, completion_tokens=9, total_tokens=135,
                                             completion_tokens_details={"reasoning_tokens": 94})
    assert ask_for_event(proxy, collector)[1]["cost_nano_usd"] == cost(input=32, output=103)
    # Embeddings have no output.
    upstreams.answers["openai"] = reply(b'{"object":"list","data":[],"model":"e","usage":{"prompt_tokens":8,"total_tokens":8}}')
    event = post(proxy, collector, "/v1/embeddings", {"model": "m", "input": "x"})
    assert (event["completion_tokens"], event["cost_nano_usd"]) == (None, cost(input=8))


def test_streams_cost_what_they_report(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    collector = factory.collector()
    proxy = upstreams.open(factory, tmp_path, four(upstreams) | {"prices": PRICES}, collector.url,
                           METERING_STREAM_USAGE="inject")
    chunk = {"id": "c", "object": "chat.completion.chunk", "model": "gpt-real"}
    delta = chunk | {"choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": "stop"}]}
    usage = chunk | {"choices": [], "usage": {"prompt_tokens": 14, "completion_tokens": 9, "total_tokens": 23}}
    upstreams.answers |= {
        "openai": stream([b"data: " + json.dumps(each).encode() + b"\n\n" for each in (delta, usage)] + [b"data: [DONE]\n\n"]),
        "claude": stream(ANTHROPIC), "google": stream(GEMINI)}
    for model, expected in (("m", cost(input=14, output=9)), ("claude", cost(input=10, output=9)),
                            ("gemini", cost(input=4, output=2))):
        event = ask_for_event(proxy, collector, model, stream=True)[1]
        assert (event["stream"], event["cost_nano_usd"]) == (True, expected), event


def test_rules_of_the_table(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    collector = factory.collector()
    prices = [{"model": "gpt*", "input": 1, "output": 1}, {"provider": "openai", "model": "gpt-4o*", "input": 2, "output": 2},
              {"model": "gpt-4o-mini*", "input": 0.15, "output": 0.6, "tiers": {"priority": 2.0, "flex": {"input": 0.1}},
               "above": {"tokens": 1_000, "input": 10, "output": 20}},
              {"model": "old", "input": 1, "output": 1, "to": "2026-01-01"},
              {"provider": "azure", "model": "gpt-real", "input": 7, "output": 7},
              {"model": "asked", "input": 5, "output": 5}]
    content = four(upstreams) | {"prices": prices, "discounts": [{"tenant": "deal-*", "factor": 0.9}]}
    content["models"] |= {"asked": targets("openai"), "unknown": targets("openai")}
    proxy = upstreams.open(factory, tmp_path, content, collector.url)

    def told(model: str, asked: str = "m", tier: str | None = None, tenant: str = "t", **usage: object) -> tuple:
        usage = {"prompt_tokens": 10, "completion_tokens": 0, "total_tokens": 10} | usage
        body = json.loads(completion(model, **usage).split(b"\r\n\r\n")[1]) | ({"service_tier": tier} if tier else {})
        upstreams.answers["openai"] = upstreams.answers["azure"] = reply(json.dumps(body).encode())
        event = ask_for_event(proxy, collector, asked, [("X-LLM-Tenant", tenant)])[1]
        return event["cost_nano_usd"], event["cost_assumed"]

    assert told("gpt-3") == (10_000, False)
    assert told("gpt-4o-2024-05-13") == (20_000, False)
    assert told("gpt-4o-mini-2024-07-18") == (1_500, False)
    assert told("gpt-4o-mini", tenant="deal-a") == (1_350, False)
    assert told("gpt-4o-mini", tier="default") == (1_500, False)
    assert told("gpt-4o-mini", tier="priority") == (3_000, False)
    assert told("gpt-4o-mini", tier="flex") == (1_000, False)
    assert told("gpt-4o-mini", tier="flex", completion_tokens=1) == (None, False)
    assert told("gpt-4o-mini", tier="scale") == (None, False)
    assert told("gpt-4o-mini", prompt_tokens=1_001) == (10_010_000, False)
    assert told("gpt-4o-mini", prompt_tokens_details={"cached_tokens": 4}) == (1_500, True)
    assert told("gpt-4o-mini", prompt_tokens_details={"cached_tokens": 11}) == (None, False)
    assert told("gpt-real", "az") == (70_000, False)
    assert told("new-name", "asked") == (50_000, False)
    assert told("old", "unknown") == (None, False)
    assert told("gpt-4o-mini", prompt_tokens=None, completion_tokens=None, total_tokens=None) == (None, False)


def test_metrics_sum_costs_and_count_what_has_none(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    collector = factory.collector()
    content = four(upstreams) | {"prices": [{"model": "gpt-real", "input": 3, "output": 15}]}
    proxy = upstreams.open(factory, tmp_path, content, collector.url)
    before = proxy.metrics()
    assert before["llmgw_unpriced_requests_total"] == 0
    assert not [name for name in before if name.startswith("llmgw_cost_nano_usd_total")]
    usage = {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11}
    upstreams.answers |= {"openai": completion(**usage), "azure": completion(**usage)}
    for tenant, model in (("a", "m"), ("a", "az"), ("b", "m")):
        assert ask_for_event(proxy, collector, model, [("X-LLM-Tenant", tenant)])[1]["cost_nano_usd"] == 45_000
    upstreams.answers["openai"] = completion("other", **usage)
    assert ask_for_event(proxy, collector)[1]["cost_nano_usd"] is None
    upstreams.answers["openai"] = completion("gpt-real")  # no tokens: nothing that could have a price
    assert ask_for_event(proxy, collector)[1]["cost_nano_usd"] is None
    after = proxy.metrics()
    costs = {name: value for name, value in after.items() if name.startswith("llmgw_cost_nano_usd_total")}
    assert costs == {'llmgw_cost_nano_usd_total{tenant="a",model="gpt-real"}': 90_000,
                     'llmgw_cost_nano_usd_total{tenant="b",model="gpt-real"}': 45_000}
    assert (after["llmgw_unpriced_requests_total"], after["llmgw_proxy_usage_missing_total"]) == (1, 1)


def test_price_that_changes_holds_for_who_comes_after(factory: Factory, upstreams: Targets, tmp_path: pathlib.Path):
    collector = factory.collector()
    content = {"version": 1} | four(upstreams)
    path = write(tmp_path / "c.yaml", content | {"prices": [{"model": "*", "input": 1, "output": 1}]})
    proxy = start(factory, path, collector.url)
    whole = completion(prompt_tokens=10, completion_tokens=1, total_tokens=11)
    upstreams.answers["openai"] = whole
    first = ask_for_event(proxy, collector)[1]
    begun, released = threading.Event(), threading.Event()

    def held(peer: Peer) -> None:
        peer.send(whole[:-20])
        begun.set()
        assert released.wait(20)
        peer.send(whole[-20:])

    upstreams.answers["openai"] = held
    request_id = new_id()
    asking = threading.Thread(target=lambda: proxy.ask("POST", "/v1/chat/completions", [
        ("Content-Type", "application/json"), ("X-LLM-Request-ID", request_id)], chat(model="m")))
    asking.start()
    assert begun.wait(20)
    write(path, content | {"prices": [{"model": "*", "input": 2, "output": 3}]})
    wait_until(lambda: proxy.metrics()['llmgw_config_reloads_total{result="ok"}'] == 1, "the reload")
    upstreams.answers["openai"] = whole
    second = ask_for_event(proxy, collector)[1]
    released.set()
    asking.join()
    under_way = event_of(collector, request_id)
    assert [each["cost_nano_usd"] for each in (first, under_way, second)] == [11_000, 11_000, 23_000]
    assert first["price_id"] == under_way["price_id"] != second["price_id"]
    # One that is wrong changes nothing, and none at all ends it.
    write(path, content | {"prices": [{"model": "*", "input": "much"}]})
    wait_until(lambda: proxy.metrics()['llmgw_config_reloads_total{result="error"}'] == 1, "the refusal")
    assert ask_for_event(proxy, collector)[1]["price_id"] == second["price_id"]
    write(path, content)
    wait_until(lambda: proxy.metrics()['llmgw_config_reloads_total{result="ok"}'] == 2, "the reload")
    assert "cost_nano_usd" not in ask_for_event(proxy, collector)[1]


def test_prices_alone_leave_the_upstream_of_the_variables(factory: Factory, tmp_path: pathlib.Path):
    path = write(tmp_path / "prices.yaml", {"version": 1, "prices": [{"model": "gpt-4o-mini", "input": 0.15, "output": 0.6}]})
    answer, event = factory.gateway(GATEWAY_CONFIG=str(path)).post(chat())
    assert answer.status == 200
    expected = event["prompt_tokens"] * 150 + event["completion_tokens"] * 600
    assert event["cost_nano_usd"] == expected
    assert re.fullmatch("[0-9a-f]{12}", event["price_id"])


@pytest.mark.parametrize("program", ["llm-proxy", "llm-collector"])
def test_both_programs_refuse_a_table_that_is_wrong(program: str, tmp_path: pathlib.Path):
    path = write(tmp_path / "p.yaml", """\
version: 1
prices:
  - {model: "gpt-4o*", input: 1}
  - {model: "gpt-4o*", input: 2, from: 2026-10-01}
  - {model: x, input: 0.0000001}
""")
    done = run(program, "--check-config", GATEWAY_CONFIG=str(path), UPSTREAM_OPENAI_API_KEY="sk-test")
    assert done.returncode == 2, done
    assert f"{path}:4:5: prices[1]: matches as the entry at p.yaml:3 does" in done.stderr
    assert f"{path}:5:23: prices[2].input=" in done.stderr
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize("program", ["llm-proxy", "llm-collector"])
def test_example_is_a_table_of_known_rows(program: str):
    path = ROOT / "examples" / "prices.yaml"
    done = run(program, "--check-config", GATEWAY_CONFIG=str(path), UPSTREAM_OPENAI_API_KEY="sk-test")
    assert done.returncode == 0, done.stderr
    for row in ("provider=openai model=gpt-4o-mini to=2026-10-12 input=0.15 cached_input=0.075 output=0.6",
                "provider=openai model=gpt-4o to=2026-10-12 input=2.5 cached_input=1.25 output=10"):
        assert row in done.stdout, row
    entries = yaml.safe_load(path.read_text())["prices"]
    assert f"{len(entries)} entries, price_id " in done.stdout and len(entries) > 491
    assert {each["provider"] for each in entries} >= {"openai", "azure", "anthropic", "gemini"}


def test_explain_shows_the_price_of_each_target():
    done = run("llm-proxy", "--explain", "model=gpt-4o-mini", UPSTREAM_OPENAI_API_KEY="sk-test",
               GATEWAY_CONFIG=str(ROOT / "examples" / "prices.yaml"))
    assert done.returncode == 0, done.stderr
    assert re.search(r"\n  price   provider=openai model=gpt-4o-mini .*\n          at .*/prices.yaml:\d+:5\n", done.stdout), done
    done = run("llm-proxy", "--explain", "model=unheard-of", UPSTREAM_OPENAI_API_KEY="sk-test",
               GATEWAY_CONFIG=str(ROOT / "examples" / "prices.yaml"))
    assert done.stdout.endswith("  price   none: its cost is not known\n")
