# SPDX-License-Identifier: MIT
"""Limits of tenants: who is refused, in which words, and what everybody is told of what is left."""

import json
import pathlib
import threading

import pytest

from support import wire
from support.config_file import write
from support.gateway import Factory, chat
from support.limited import ANSWER, GOOD, OWN, SLOW, limited, rules
from support.process import run, wait_until
from support.scripted import AnsweringServer, Peer, reply

PAR = {"unit": "concurrency", "limit": 3, "id": "par"}
TOKENS = {"unit": "tokens", "limit": 1000, "per": "24h", "id": "tpd"}


def test_a_burst_of_simultaneous_requests_passes_to_the_number(factory: Factory, tmp_path: pathlib.Path):
    with limited(factory, tmp_path, rules(SLOW | {"limit": 10, "burst": 10}), PROXY_THREADS="4") as opened:
        statuses: list[int] = []
        begin = threading.Barrier(100)

        def two() -> None:
            with opened.proxy.connect() as connection:
                begin.wait()
                for _ in range(2):
                    connection.send(wire.request("POST", "/v1/chat/completions", opened.fields(), chat()))
                    statuses.append(connection.read_response().status)

        threads = [threading.Thread(target=two) for _ in range(100)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sorted(statuses) == [200] * 10 + [429] * 190
        assert len(opened.upstream.requests) == 10
        opened.wait_until_free()
        assert opened.decisions_become("rpd", admitted=10, refused=190)


def test_each_answer_tells_what_is_left(factory: Factory, tmp_path: pathlib.Path):
    with limited(factory, tmp_path, rules(SLOW, TOKENS)) as opened:
        for number in range(1, 6):
            head = opened.ask()
            assert head.status == 200
            assert head.get("x-ratelimit-limit-requests") == "5"
            assert head.get("x-ratelimit-remaining-requests") == str(5 - number)
            assert head.get("x-ratelimit-limit-tokens") == "1000"
            assert 600 < int(head.get("x-ratelimit-remaining-tokens")) < 1000
            hours = number * 24 / 5
            assert head.get("x-ratelimit-reset-requests").startswith(f"{int(hours)}h")
            opened.wait_until_free()
        refused = opened.ask()
        assert refused.status == 429
        assert refused.get("x-ratelimit-remaining-requests") == "0"
        assert refused.get("x-ratelimit-remaining-tokens") == "850"  # five answers of 30, and nothing of this one
        assert opened.ask("other").get("x-ratelimit-remaining-requests") == "4"


def streamed(peer: Peer) -> bool:
    events = [{"id": "c", "model": "m-1", "choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": None}]},
              {"id": "c", "model": "m-1", "choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 50,
                                                                  "total_tokens": 150}}]
    body = b"".join(b"data: %b\n\n" % json.dumps(each).encode() for each in events) + b"data: [DONE]\n\n"
    peer.send(reply(body, fields=OWN).replace(b"application/json", b"text/event-stream"))
    return True


@pytest.mark.parametrize("answer", [streamed, reply(b'{"error":{}}', "500 Internal Server Error", OWN),
                                    reply(b'{"error":{}}', "429 Too Many Requests", OWN)],
                         ids=["stream", "error", "limit of the upstream"])
def test_the_fields_of_the_upstream_make_way(factory: Factory, tmp_path: pathlib.Path, answer: object):
    with limited(factory, tmp_path, rules(SLOW), answer) as opened:
        head = opened.ask(stream=answer is streamed)
        assert head.get("x-ratelimit-remaining-requests") == "4"
        assert head.get("x-ratelimit-remaining-tokens") == "9"  # of tokens there is no rule
        opened.wait_until_free()
        # An answer that is an error was a request all the same.
        assert opened.ask().get("x-ratelimit-remaining-requests") == "3"


def test_without_a_rule_or_with_fields_off_all_bytes_are_the_upstreams(factory: Factory, tmp_path: pathlib.Path):
    def head_without_id(head: wire.Head) -> list[bytes]:
        return [line for line in head.raw.split(b"\r\n") if not line.startswith(b"X-LLM-Request-ID")]

    with limited(factory, tmp_path, rules(SLOW, tenant="t"), LIMITS_HEADERS="off") as off, \
            limited(factory, tmp_path, rules(SLOW, tenant="other")) as other, \
            limited(factory, tmp_path, {"version": 1}) as none:
        heads = [head_without_id(each.ask()) for each in (off, other, none)]
        assert heads[0] == heads[1] == heads[2]
        assert b"x-ratelimit-limit-requests: 77" in heads[0]
        assert "llmgw_limit_reserved_units" not in none.proxy.scrape()
        # The bytes that went up differ in nothing, either, but for the address.
        def sent(to: object) -> tuple:
            [request] = to.upstream.requests
            return request.body, [each for each in request.fields if each[0] != "Host"]

        assert sent(off) == sent(other) == sent(none)
        for _ in range(4):
            assert off.ask().status == 200
        refused = off.ask()
        assert refused.status == 429 and refused.values("x-ratelimit-remaining-requests") == []


def test_what_a_refusal_says(factory: Factory, tmp_path: pathlib.Path):
    content = rules(SLOW | {"limit": 86400, "burst": 2}, TOKENS | {"limit": 100})
    with limited(factory, tmp_path, content) as opened:
        too_large = opened.ask(messages="x" * 1000)
        assert too_large.status == 429
        assert {name: too_large.error[name] for name in ("type", "code")} == {"type": "tokens", "code": "request_too_large"}
        assert too_large.get("X-Should-Retry") == "false" and too_large.get("Retry-After") is None
        assert opened.upstream.requests == []
        refusals = (answer for answer in (opened.ask() for _ in range(20)) if answer.status == 429)
        rate = next(refusals)  # the third, where the machine is not slower than one in a second
        assert {name: rate.error[name] for name in ("type", "code")} == {"type": "requests", "code": "rate_limit_exceeded"}
        assert rate.get("Retry-After") == "1" and 0 < int(rate.get("Retry-After-Ms")) <= 1000
        assert "rpd" in rate.error["message"] and "86400 requests per 24h" in rate.error["message"]
        assert rate.get("X-Should-Retry") is None and rate.request_id


def test_slots(factory: Factory, tmp_path: pathlib.Path):
    gate = threading.Event()

    def held(peer: Peer) -> bool:
        gate.wait(30)
        peer.send(GOOD)
        return True

    with limited(factory, tmp_path, rules(PAR), held) as opened:
        clients = [opened.proxy.connect() for _ in range(3)]
        for each in clients:
            each.send(wire.request("POST", "/v1/chat/completions", opened.fields(), chat()))
        opened.upstream.wait_for_requests(3)
        assert opened.reserved() == {"concurrency": 3}
        refused = opened.ask()
        assert (refused.status, refused.error["type"], refused.error["code"]) == \
            (429, "requests", "concurrency_limit_exceeded")
        assert refused.get("Retry-After") == "1"
        clients[0].close()
        wait_until(lambda: opened.reserved() == {"concurrency": 2}, "the slot of the client that left")
        gate.set()
        for each in clients[1:]:
            assert each.read_response().status == 200
            each.close()
        opened.wait_until_free()
        assert opened.used("par") == 0
        assert opened.ask().status == 200


def test_to_wait_as_long_as_is_said_is_enough_and_a_tenth_less_is_not(factory: Factory, tmp_path: pathlib.Path):
    with limited(factory, tmp_path, rules(SLOW | {"limit": 60, "per": "1m", "burst": 1})) as opened:
        assert opened.ask().status == 200

        def next_wait() -> float:
            refused = opened.ask()
            assert refused.status == 429
            return int(refused.get("Retry-After-Ms")) / 1000

        for _ in range(2):
            wait = next_wait()
            assert 0.5 < wait <= 1.0
            ended = threading.Event()
            ended.wait(wait * 0.9 - 0.02)
            left = next_wait()  # it is refused still, and says how much is left
            assert left <= wait * 0.1 + 0.1
            ended.wait(left)
            assert opened.ask().status == 200


def test_tokens_are_settled_by_what_was_reported(factory: Factory, tmp_path: pathlib.Path):
    with limited(factory, tmp_path, rules(TOKENS | {"limit": 100, "reserve": "none"})) as opened:
        for _ in range(4):
            assert opened.ask().status == 200
            opened.wait_until_free()
        assert opened.used("tpd") == pytest.approx(1.2)
        refused = opened.ask()
        assert (refused.status, refused.error["type"], refused.error["code"]) == (429, "tokens", "rate_limit_exceeded")
        # Twenty of debt and one to go on with, of a hundred a day.
        assert int(refused.get("Retry-After")) == pytest.approx(21 * 864, rel=0.01)
        assert opened.proxy.metrics()['llmgw_limit_debt_units_total{unit="tokens"}'] == 20


def test_what_is_reserved_of_tokens_follows_what_came_before(factory: Factory, tmp_path: pathlib.Path):
    gate = threading.Event()
    gate.set()
    reserved: list[float] = []

    def looking(peer: Peer) -> bool:
        if not gate.is_set():
            reserved.append(opened.reserved()["tokens"])
        peer.send(GOOD)
        return True

    with limited(factory, tmp_path, rules(TOKENS | {"limit": 1_000_000}), looking) as opened:
        gate.clear()
        assert opened.ask().status == 200
        gate.set()
        for _ in range(60):
            assert opened.ask().status == 200
        gate.clear()
        assert opened.ask().status == 200
        assert opened.ask(max_tokens=3).status == 200
        assert opened.ask(n=3).status == 200
        assert reserved[0] > 256
        assert 28 <= reserved[1] < 60
        assert 12 <= reserved[2] < 20
        assert reserved[3] == pytest.approx(reserved[1] + 40, abs=25)
        opened.wait_until_free()


ANTHROPIC = ("/v1/messages", {"model": "m", "max_tokens": 5, "messages": []})
GEMINI = ("/v1beta/models/m:generateContent", {"contents": []})


@pytest.mark.parametrize("target, body", [ANTHROPIC, GEMINI], ids=["anthropic", "gemini"])
def test_other_dialects_are_told_in_their_words(factory: Factory, tmp_path: pathlib.Path, target: str, body: dict):
    name = "anthropic" if target == ANTHROPIC[0] else "gemini"
    with limited(factory, tmp_path, {"version": 1}) as upstream:
        config = {"version": 1, "providers": {"p": {"type": name, "base_url": upstream.upstream.url, "keys": [],
                                                    "discover": False}},
                  "default_provider": "p", **rules(SLOW | {"limit": 86400, "burst": 1})}
        proxy = factory.proxy("", None, GATEWAY_CONFIG=str(write(tmp_path / "native.yaml", config)),
                              UPSTREAM_OPENAI_API_KEY=None, UPSTREAM_OPENAI_BASE_URL=None)
        fields = [("Content-Type", "application/json")]
        assert proxy.ask("POST", target, fields, json.dumps(body).encode()).status == 200
        refused = proxy.ask("POST", target, fields, json.dumps(body).encode())
        assert refused.status == 429 and refused.get("Retry-After") == "1"
        assert refused.get("x-ratelimit-remaining-requests") == "0"
        error = refused.json()["error"]
        if name == "anthropic":
            assert (refused.json()["type"], error["type"]) == ("error", "rate_limit_error")
        else:
            assert (error["code"], error["status"]) == (429, "RESOURCE_EXHAUSTED")
            [detail] = error["details"]
            assert detail["@type"] == "type.googleapis.com/google.rpc.RetryInfo"
            assert 0 < float(detail["retryDelay"].removesuffix("s")) <= 1


def test_observing_refuses_nobody_and_names_the_rule(factory: Factory, tmp_path: pathlib.Path):
    collector = factory.collector()
    with limited(factory, tmp_path, rules(SLOW | {"limit": 1, "burst": 1}, TOKENS), collector=collector.url,
                 LIMITS_MODE="observe") as opened:
        for number in (1, 2):
            head = opened.ask(fields=[("X-LLM-Request-ID", f"seen-{number}")])
            assert head.status == 200 and head.get("x-ratelimit-remaining-requests") == "0"
        events = wait_until(lambda: len(collector.events()) == 2 and collector.events(), "both events")
        assert {each["request_id"]: each["limited_by"] for each in events} == {"seen-1": None, "seen-2": "rpd"}
        assert opened.decisions_become("rpd", admitted=1, observed=1)
        assert opened.proxy.ask("POST", "/v1/chat/completions", [], chat()).status == 200  # another tenant: default


def test_a_refused_request_makes_no_event_and_a_line_each_ten_seconds(factory: Factory, tmp_path: pathlib.Path):
    collector = factory.collector()
    with limited(factory, tmp_path, rules(SLOW | {"limit": 1, "burst": 1}), collector=collector.url,
                 PROXY_THREADS="1") as opened:
        assert [opened.ask("a").status for _ in range(5)] == [200] + [429] * 4
        assert [opened.ask("b").status for _ in range(5)] == [200] + [429] * 4
        wait_until(lambda: len(collector.events()) == 2, "the events")
        opened.proxy.daemon.stop()
        lines = [line for line in opened.proxy.daemon.entries() if line["msg"] == "limit reached"]
        assert sorted((line["tenant"], line["rule"], line["code"]) for line in lines) == \
            [("a", "rpd", "rate_limit_exceeded"), ("b", "rpd", "rate_limit_exceeded")]
        assert len(collector.events()) == 2


def test_tenants_do_not_touch_each_other_on_one_connection(factory: Factory, tmp_path: pathlib.Path):
    with limited(factory, tmp_path, rules(SLOW | {"limit": 3, "burst": 3})) as opened:
        with opened.proxy.connect() as connection:
            seen: list[tuple[str, int]] = []
            for number in range(10):
                tenant = "ab"[number % 2]
                connection.send(wire.request("POST", "/v1/chat/completions", opened.fields(tenant), chat()))
                seen.append((tenant, connection.read_response().status))
        for tenant in "ab":
            assert [status for name, status in seen if name == tenant] == [200] * 3 + [429] * 2


def test_limits_are_read_anew(factory: Factory, tmp_path: pathlib.Path):
    with limited(factory, tmp_path, rules(SLOW)) as opened:
        assert [opened.ask().status for _ in range(3)] == [200] * 3

        def reload(content: dict) -> None:
            before = opened.proxy.metrics()['llmgw_config_reloads_total{result="ok"}']
            write(opened.path, content)
            wait_until(lambda: opened.proxy.metrics()['llmgw_config_reloads_total{result="ok"}'] > before, "the reading")

        reload(rules(SLOW | {"burst": 10, "limit": 10}, PAR))
        assert opened.ask().get("x-ratelimit-remaining-requests") == "1"  # what was left stays
        reload(rules(PAR))
        assert opened.ask().get("x-ratelimit-limit-requests") == "77"
        reload(rules(SLOW | {"limit": 1, "burst": 1}))
        assert [opened.ask("new").status for _ in range(2)] == [200, 429]
        reload({"version": 1})
        assert opened.ask("new").status == 200
        opened.wait_until_free()


PRICED = {"prices": [{"model": "m-1", "input": 1, "output": 2}, {"model": "m", "input": 1, "output": 2},
                     {"model": "dear*", "input": 10, "output": 20}]}
USD = {"unit": "usd", "limit": 0.001, "per": "24h", "id": "money"}  # 1,000,000 nano-USD


def test_money_is_taken_before_and_settled_by_the_price(factory: Factory, tmp_path: pathlib.Path):
    with limited(factory, tmp_path, rules(USD) | PRICED) as opened:
        assert opened.ask().status == 200
        opened.wait_until_free()
        assert opened.used("money") == pytest.approx((10 * 1_000 + 20 * 2_000) / 1_000_000)
        before = opened.used("money")
        unpriced = opened.ask(model="other")
        assert unpriced.status == 400 and unpriced.error["code"] == "model_not_priced"
        assert opened.used("money") == before and opened.reserved() == {}


def test_money_for_all_that_is_asked_for(factory: Factory, tmp_path: pathlib.Path):
    """128 answers of a thousand tokens at two cents a thousand are more than there ever is; one of ten is not."""
    with limited(factory, tmp_path, rules(USD | {"reserve": "max_tokens"}) | PRICED) as opened:
        refused = opened.ask(model="dear-1", n=128, max_tokens=1000)
        assert refused.status == 429 and refused.error["code"] == "request_too_large"
        assert opened.upstream.requests == [] and opened.used("money") == 0
        assert opened.ask(model="dear-1", max_tokens=10).status == 200


def test_money_is_reserved_at_the_dearest_who_may_answer(factory: Factory, tmp_path: pathlib.Path):
    held = threading.Event()

    def answer(peer: Peer) -> bool:
        held.wait(20)
        peer.send(GOOD)
        return True

    server = AnsweringServer(answer)
    providers = {name: {"type": "openai", "base_url": server.url, "keys": [{"env": "UPSTREAM_OPENAI_API_KEY"}],
                        "discover": False} for name in ("cheap", "dear")}
    content = rules(USD | {"limit": 1, "reserve": "max_tokens"}) | {
        "providers": providers, "models": {"m": {"targets": [{"provider": "cheap"}], "fallback": ["n"]},
                                           "n": {"targets": [{"provider": "dear"}]}},
        "prices": [{"provider": "cheap", "model": "*", "input": 0, "output": 1},
                   {"provider": "dear", "model": "*", "input": 0, "output": 100}]}
    try:
        with limited(factory, tmp_path, content, UPSTREAM_OPENAI_BASE_URL=None) as opened, opened.proxy.connect() as connection:
            connection.send(wire.request("POST", "/v1/chat/completions", opened.fields(), chat(model="m", max_tokens=1000)))
            wait_until(lambda: server.requests, "the request upstream")
            assert opened.reserved() == {"usd": 1000 * 100_000}
            held.set()
            assert connection.read_response().status == 200
            opened.wait_until_free()
            used = 20 * 1_000 / 1_000_000_000
            assert used / 2 < opened.used("money") <= used * 1.001  # some of it is refilled
    finally:
        held.set()
        server.close()


def test_what_has_no_price_may_be_free(factory: Factory, tmp_path: pathlib.Path):
    with limited(factory, tmp_path, rules(USD) | PRICED | {"unpriced": "free"},
                 reply(json.dumps(ANSWER | {"model": "local"}).encode())) as opened:
        assert opened.ask(model="local").status == 200
        opened.wait_until_free()
        assert opened.used("money") == 0


def test_money_that_is_spent_is_not_asked_for_again(factory: Factory, tmp_path: pathlib.Path):
    used = {"prompt_tokens": 500_000, "completion_tokens": 1, "total_tokens": 500_001}
    with limited(factory, tmp_path, rules(USD) | PRICED, reply(json.dumps(ANSWER | {"usage": used}).encode())) as opened:
        assert opened.ask().status == 200  # a half USD, where a thousandth is left: debt
        opened.wait_until_free()
        spent = opened.ask()
        assert spent.status == 429 and spent.error["code"] == spent.error["type"] == "insufficient_quota"
        assert spent.get("X-Should-Retry") == "false"
        assert len(opened.upstream.requests) == 1


def test_an_answer_with_an_error_costs_nothing(factory: Factory, tmp_path: pathlib.Path):
    with limited(factory, tmp_path, rules(USD) | PRICED, reply(b'{"error":{}}', "500 Internal Server Error")) as opened:
        assert opened.ask().status == 500
        opened.wait_until_free()
        assert opened.used("money") == 0


def test_a_calendar_needs_somebody_who_keeps_it(factory: Factory, tmp_path: pathlib.Path):
    path = write(tmp_path / "c.yaml", rules({"unit": "usd", "limit": 5, "per": "month"}))
    settings = {"GATEWAY_CONFIG": str(path), "UPSTREAM_OPENAI_API_KEY": "sk-x"}
    refused = run("llm-proxy", "--check-config", **settings)
    assert refused.returncode == 2 and "needs LIMITS_URL" in refused.stderr
    accepted = run("llm-proxy", "--check-config", **settings, LIMITS_URL="http://collector:8081")
    assert accepted.returncode == 0, accepted.stderr
