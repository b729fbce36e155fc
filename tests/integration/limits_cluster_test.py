# SPDX-License-Identifier: MIT
"""Limits that hold for several proxies together: real proxies that borrow of a real collector, and of bad ones."""

import contextlib
import json
import os
import pathlib
import signal
import threading
import time

import pytest

from support import wire
from support.certificates import Authority
from support.config_file import write
from support.gateway import Factory, chat
from support.keys import bearer, entry
from support.leases import PATH
from support.limited import GOOD, rules
from support.limits_cluster import Load, cluster, metrics_of
from support.process import wait_until
from support.scripted import AnsweringServer, Peer, ScriptedServer, reply

LEASE = {"defaults": {"lease_ttl": "500ms"}}
RATE = {"unit": "requests", "limit": 1200, "per": "1m", "burst": 20, "id": "rpm"}  # 20 in a second
DAY = {"unit": "requests", "limit": 60, "per": "day", "id": "day"}
PAR = {"unit": "concurrency", "limit": 4, "id": "par"}


def limits(*of: dict, **defaults: object) -> dict:
    return rules(*of) | {"defaults": LEASE["defaults"] | defaults}


@pytest.mark.long
def test_three_proxies_admit_what_one_bucket_would(factory: Factory, tmp_path: pathlib.Path):
    with cluster(factory, tmp_path, limits(RATE)) as opened:
        with Load(opened, 60) as load:
            time.sleep(4)  # so long it lasts
        load.check(20, 20)
        assert len(load.admitted()) >= 60  # of 80 and the burst; it lends nothing for the first half second
        assert {each.status for each in load.done} == {200, 429}
        opened.wait_until_free()
        wait_until(lambda: opened.lent() == (0, 0), "the end of all leases")
        metrics = opened.proxies[0].metrics()
        assert metrics["llmgw_lease_sync_seconds_count"] > 3 and metrics["llmgw_lease_wait_seconds_count"] > 0
        assert metrics["llmgw_lease_authority_changes_total"] == 0


@pytest.mark.long
def test_kills_in_turn_never_admit_more(factory: Factory, tmp_path: pathlib.Path):
    with cluster(factory, tmp_path, limits(RATE, on_outage="closed")) as opened:
        with Load(opened, 60) as load:
            for number in range(3):
                wait_until(lambda: len(load.admitted()) >= 20 * (number + 1), "some that are admitted")
                opened.restart_proxy(number)
            wait_until(lambda: len(load.admitted()) >= 80, "some more")
            opened.restart_collector()
            before = len(load.admitted())
            wait_until(lambda: len(load.admitted()) >= before + 20, "some after the collector's end")
        load.check(20, 20)
        opened.wait_until_free()
        wait_until(lambda: opened.lent() == (0, 0), "the end of all leases")
        assert any(each.metrics()["llmgw_lease_authority_changes_total"] == 1 for each in opened.proxies)


def test_concurrency_is_of_all_proxies(factory: Factory, tmp_path: pathlib.Path):
    gate, lock, now, most = threading.Event(), threading.Lock(), 0, 0

    def held(peer: Peer) -> bool:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        gate.wait(30)
        with lock:
            now -= 1
        peer.send(GOOD)
        return True

    with cluster(factory, tmp_path, limits(PAR), answer=held) as opened:
        statuses: list[int] = []
        def ask(number: int) -> None:
            statuses.append(wait_until(lambda: (status := opened.ask(number % 3).status) == 200 and status, "a slot"))
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(9)]
        for each in threads:
            each.start()
        wait_until(lambda: now == 4, "four at a time")
        refused = opened.ask(1)
        assert refused.status == 429 and refused.error["code"] == "concurrency_limit_exceeded"
        assert refused.get("Retry-After") == "1"
        gate.set()
        for each in threads:
            each.join()
        assert most == 4 and statuses == [200] * 9
        opened.wait_until_free()
        wait_until(lambda: opened.lent() == (0, 0), "no slot with a proxy")


def test_a_proxy_that_is_killed_loses_its_slots(factory: Factory, tmp_path: pathlib.Path):
    gate = threading.Event()

    def held(peer: Peer) -> bool:
        gate.wait(30)
        peer.send(GOOD)
        return True

    with cluster(factory, tmp_path, limits(PAR), proxies=2, answer=held) as opened:
        def ask() -> None:
            with contextlib.suppress(OSError, AssertionError):  # as it is killed
                wait_until(lambda: opened.ask().status != 429, "a slot")
        thread = threading.Thread(target=ask)
        thread.start()
        wait_until(lambda: opened.upstream.requests, "an exchange that has one")
        assert opened.lent()[0] >= 1
        opened.proxies[0].daemon.kill()
        thread.join()
        wait_until(lambda: opened.lent()[0] == 0, "the end of its lease")
        gate.set()
        opened.proxies.pop(0)
        assert opened.admitted(4) == 4


@pytest.mark.long
@pytest.mark.parametrize("policy", ["closed", "open", "share"])
def test_without_the_collector(factory: Factory, tmp_path: pathlib.Path, policy: str):
    with cluster(factory, tmp_path, limits(RATE, on_outage=policy)) as opened:
        opened.admitted(10)
        opened.collector.daemon.kill()
        opened.wait_for_state("away")
        with Load(opened, 60) as load:
            time.sleep(3)  # so long it lasts
        passed = len(load.admitted())
        if policy == "closed":
            assert passed == 0  # leases have ended
        elif policy == "open":
            assert {each.status for each in load.done} == {200}
        else:
            load.check(20, 20)
            assert 40 <= passed <= 62  # a bucket of its own at each, empty at first
        lines = [line for line in opened.proxies[0].daemon.entries() if "lends" in line["msg"]]
        assert [line["msg"] for line in lines] == ["the collector lends no units: limits go by on_outage"]
        assert lines[0]["level"] == "warn" and lines[0]["reason"]
        opened.restart_collector()
        opened.wait_for_state("ok")
        opened.admitted(5)
        opened.wait_until_free()
        lines = [line["msg"] for line in opened.proxies[0].daemon.entries() if "lends" in line["msg"]]
        assert lines[1:] == ["the collector lends units again"]


def test_a_budget_is_of_all_proxies(factory: Factory, tmp_path: pathlib.Path):
    with cluster(factory, tmp_path, limits(DAY)) as opened:
        passed = 0
        while passed < 60:
            passed += opened.statuses(3).count(200)
        assert passed == 60 and len(opened.upstream.requests) == 60
        refused = wait_until(lambda: (answer := opened.ask()).status == 429 and answer, "a refusal")
        assert {name: refused.error[name] for name in ("type", "code")} == \
            {"type": "insufficient_quota", "code": "insufficient_quota"}
        assert refused.get("X-Should-Retry") == "false"
        midnight = 86400 - time.time() % 86400
        assert abs(int(refused.get("Retry-After")) - midnight) < 20
        assert opened.proxies[0].metrics()['llmgw_budget_spent_ratio{tenant="t",rule="day"}'] == 1


def test_a_budget_is_not_spent_twice(factory: Factory, tmp_path: pathlib.Path):
    with cluster(factory, tmp_path, limits(DAY, outage_allowance="0%")) as opened:
        passed = sum(status == 200 for status in opened.statuses(30))
        assert passed == 30
        for _ in range(2):
            opened.restart_collector()
            opened.wait_for_state("ok")
            passed += sum(status == 200 for status in opened.statuses(9))
        def spent() -> bool:
            nonlocal passed
            passed += opened.statuses(3).count(200)
            return passed >= 60
        wait_until(spent, "all of the budget")
        assert passed == 60
        opened.restart_collector()
        opened.wait_for_state("ok")
        assert 200 not in opened.statuses(9)


def test_tokens_of_a_budget(factory: Factory, tmp_path: pathlib.Path):
    """What exchanges used beyond what they reserved, of those under way at the end, is all that goes beyond."""
    content = limits({"unit": "tokens", "limit": 1200, "per": "day", "id": "tpd"})
    with cluster(factory, tmp_path, content) as opened:
        def is_over() -> bool:
            return opened.statuses(6, max_tokens=20)[-3:] == [429] * 3
        wait_until(is_over, "the end of the budget")
        opened.wait_until_free()
        used = 30 * len(opened.upstream.requests)
        assert 1100 <= used <= 1200 + 3 * 30


@pytest.mark.long
def test_a_budget_has_an_allowance_without_the_collector(factory: Factory, tmp_path: pathlib.Path):
    with cluster(factory, tmp_path, limits(DAY, outage_allowance="20%")) as opened:
        assert opened.statuses(9) == [200] * 9
        wait_until(lambda: opened.proxies[0].metrics()["llmgw_lease_sync_seconds_count"] > 2, "some words")
        opened.collector.daemon.kill()
        opened.wait_for_state("away")
        wait_until(lambda: opened.statuses(3) == [429] * 3, "the end of the allowance")
        assert 9 + 12 <= len(opened.upstream.requests) <= 9 + 12 + 3  # and what was left of the last lots


def test_a_calendar_without_a_folder_goes_by_its_allowance(factory: Factory, tmp_path: pathlib.Path):
    with cluster(factory, tmp_path, limits(DAY, outage_allowance="20%"), lender={"LIMITS_STATE_DIR": ""}) as opened:
        assert opened.statuses(3) == [200] * 3
        wait_until(lambda: opened.statuses(3) == [429] * 3, "the end of the allowance")
        assert 12 <= len(opened.upstream.requests) <= 12 + 6 + 4  # the first knew of nobody else when it asked


def test_keys_have_limits_over_all_proxies(factory: Factory, tmp_path: pathlib.Path):
    content = limits() | {
        "plans": {"small": [DAY | {"id": "own", "limit": 5}]},
        "keys": [entry("web", "t", limits=[DAY | {"limit": 3}]), entry("batch", "t", plan="small")]}
    del content["tenants"]
    with cluster(factory, tmp_path, content, GATEWAY_KEYS="required") as opened:
        for name, most in (("web", 3), ("batch", 5)):
            statuses = opened.statuses(30, fields=bearer(name))
            assert statuses.count(200) == most and set(statuses) == {200, 429}


def test_a_reload_changes_what_is_lent(factory: Factory, tmp_path: pathlib.Path):
    with cluster(factory, tmp_path, limits(DAY | {"limit": 4})) as opened:
        wait_until(lambda: opened.statuses(3) == [429] * 3, "the end of the budget")
        assert len(opened.upstream.requests) == 4
        write(opened.path, limits(DAY | {"limit": 10}))
        wait_until(lambda: len(opened.upstream.requests) + opened.statuses(3).count(None) >= 10, "the new budget")
        wait_until(lambda: opened.statuses(3) == [429] * 3, "its end")
        assert len(opened.upstream.requests) == 10
        write(opened.path, limits(RATE | {"id": "other", "limit": 60_000, "burst": 1000}))
        wait_until(lambda: opened.statuses(6) == [200] * 6, "other limits")


def test_a_drain_hands_all_back(factory: Factory, tmp_path: pathlib.Path):
    with cluster(factory, tmp_path, limits(RATE | {"limit": 60_000, "burst": 1000}, PAR, lease_ttl="10s"),
                 proxies=2) as opened:
        opened.admitted(4)
        opened.wait_until_free()
        assert opened.lent()[0] + opened.lent()[1] > 0
        for each in opened.proxies:
            assert each.daemon.stop() == 0
        assert opened.lent() == (0, 0)  # at once: leases last for ten seconds
        assert metrics_of(opened.collector.address)["llmgw_collector_lease_proxies"] == 0


def test_a_wrong_token_is_an_outage(factory: Factory, tmp_path: pathlib.Path):
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("token-that-is-right\n")
    wrong.write_text("token-that-is-wrong\n")
    with cluster(factory, tmp_path, limits(RATE, on_outage="open"), proxies=1, lender={"LIMITS_TOKEN_FILE": str(right)},
                 LIMITS_TOKEN_FILE=str(wrong)) as opened:
        assert opened.statuses(30) == [200] * 30
        opened.wait_for_state("away")
        assert opened.syncs("unauthorized") >= 3
        line = opened.proxies[0].daemon.wait_for_log(lambda line: "lends no units" in line["msg"], "the outage")
        assert line["reason"] == "status 401"
        (tmp_path / "new").write_text("token-that-is-right\n")
        os.rename(tmp_path / "new", wrong)
        opened.wait_for_state("ok")
        wait_until(lambda: 429 in opened.statuses(60), "the limit")
        assert "token-that-is" not in opened.proxies[0].daemon.log()


ANSWER = {"seq": 1, "authority": "a", "proxies": 1, "ttl_ms": 2000, "rules": []}
HUGE = {"seq": 1, "authority": "a", "proxies": 1, "ttl_ms": 2000, "rules": [{"id": "t:t/rpm", "grant": 1 << 60}]}
BAD = {
    "no JSON": reply(b"<html>"), "empty": reply(b""), "late": reply(json.dumps(ANSWER | {"seq": 0}).encode()),
    "of the future": reply(json.dumps(ANSWER | {"seq": 1 << 40}).encode()),
    "huge number": reply(json.dumps(HUGE | {"seq": 1 << 62}).encode()),
    "negative": reply(json.dumps(ANSWER | {"ttl_ms": -1}).encode()),
    "too large": reply(b" " * (3 << 20)), "error": reply(b"{}", "503 Service Unavailable"),
    "redirect": reply(b"", "307 Temporary Redirect", [("Location", "http://127.0.0.1:1/")]),
    "no HTTP": b"\x00" * 100, "endless head": b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000,
    "endless body": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1000\r\n" + b" " * 4096 + b"\r\n",
    "cut": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
}


@pytest.mark.parametrize("case", BAD)
def test_bad_answers_stop_no_traffic(factory: Factory, tmp_path: pathlib.Path, case: str):
    def answer(peer: Peer) -> bool:
        peer.send(BAD[case])
        return case not in ("cut", "no HTTP")
    lender = AnsweringServer(answer)
    with cluster(factory, tmp_path, limits(RATE, on_outage="open"), proxies=1, url=lender.url) as opened:
        began = time.monotonic()
        assert opened.statuses(40) == [200] * 40
        assert time.monotonic() - began < 10
        opened.wait_for_state("away")
        assert opened.syncs("ok") == 0
        assert opened.proxies[0].daemon.resident_bytes() < 200 << 20
        opened.wait_until_free()
        assert all(request.target == PATH and request.method == "POST" for request in lender.requests)
    lender.close()


def silent(peer: Peer) -> None:
    while peer.receive():
        pass


def test_a_silent_collector_costs_a_tenth_of_a_second_and_not_for_long(factory: Factory, tmp_path: pathlib.Path):
    lender = ScriptedServer(silent)
    with cluster(factory, tmp_path, limits(RATE, on_outage="open"), proxies=1, url=lender.url) as opened:
        began = time.monotonic()
        assert opened.ask().status == 200
        assert 0.09 < time.monotonic() - began < 1
        opened.wait_for_state("away")
        assert opened.syncs("timed_out") >= 3
        waits = opened.proxies[0].metrics()["llmgw_lease_wait_seconds_count"]
        assert opened.statuses(20) == [200] * 20
        assert opened.proxies[0].metrics()["llmgw_lease_wait_seconds_count"] == waits
        opened.wait_until_free()
    lender.close()


@pytest.mark.parametrize("unit", ["requests", "tokens"])
def test_a_client_that_leaves_waits_no_more(factory: Factory, tmp_path: pathlib.Path, unit: str):
    """Of what it took of other limits nothing stays taken."""
    lender = ScriptedServer(silent)
    rule = RATE | {"unit": unit, "id": "lacking", "limit": 60_000, "burst": 60_000}
    with cluster(factory, tmp_path, limits(rule, on_outage="closed"), proxies=1, url=lender.url) as opened:
        body = wire.request("POST", "/v1/chat/completions", [("X-LLM-Tenant", "t"), ("Content-Type", "application/json")], chat())
        for _ in range(20):
            with opened.proxies[0].connect() as connection:
                connection.send(body)
            with opened.proxies[0].connect() as connection:
                connection.send(body[:-10])  # with a body that is on its way
        opened.wait_until_free()
        assert opened.ask().status == 429
        assert opened.upstream.requests == []
    lender.close()


def test_borrows_by_tls(factory: Factory, tmp_path: pathlib.Path):
    """Of who can show that it is the collector; of nobody else."""
    authority = Authority(tmp_path)
    content = limits(RATE | {"limit": 120, "burst": 2}, on_outage="closed")
    path = write(tmp_path / "limits.yaml", content)
    collector = factory.collector(GATEWAY_CONFIG=str(path))

    def passing_on(peer: Peer) -> None:
        while (asked := peer.read_request()) is not None:
            fields = [field for field in asked.fields if field[0].lower() not in ("host", "content-length", "connection")]
            answer = wire.ask(collector.address, asked.method, asked.target, fields, asked.body)
            peer.send(reply(answer.body, f"{answer.status} Passed on"))
    with ScriptedServer(passing_on, tls=authority.server_context("DNS:localhost")) as server:
        url = f"https://localhost:{server.address[1]}"
        with cluster(factory, tmp_path, content, proxies=2, url=url, SSL_CERT_FILE=str(authority.certificate)) as opened:
            opened.admitted(4)
            assert 429 in opened.statuses(30)  # two a second
            assert server.connections == 2  # each keeps its own
        with cluster(factory, tmp_path, content, proxies=1, url=url) as stranger:  # does not know the authority
            line = stranger.proxies[0].daemon.wait_for_log(lambda line: "lends no units" in line["msg"], "a warning")
            assert line["reason"] == "TLS handshake failed"
            assert stranger.ask().status == 429
            assert stranger.upstream.requests == []


def test_a_drain_ends_those_that_wait(factory: Factory, tmp_path: pathlib.Path):
    lender = ScriptedServer(silent)
    with cluster(factory, tmp_path, limits(RATE, on_outage="closed"), proxies=1, url=lender.url) as opened:
        connections = [opened.proxies[0].connect() for _ in range(20)]
        for each in connections:
            each.send(wire.request("POST", "/v1/chat/completions", [("X-LLM-Tenant", "t")], chat()))
        opened.proxies[0].daemon.signal(signal.SIGTERM)
        opened.proxies[0].daemon.signal(signal.SIGTERM)
        began = time.monotonic()
        assert opened.proxies[0].daemon.wait() == 0
        assert time.monotonic() - began < 3
        for each in connections:
            each.close()
    lender.close()


def test_observed_limits_refuse_nobody(factory: Factory, tmp_path: pathlib.Path):
    with cluster(factory, tmp_path, limits(DAY | {"limit": 6}), LIMITS_MODE="observe") as opened:
        assert opened.statuses(30) == [200] * 30
        def decisions(word: str) -> int:
            name = f'llmgw_limit_decisions_total{{tenant="t",rule="day",decision="{word}"}}'
            return sum(int(each.metrics().get(name, 0)) for each in opened.proxies)
        wait_until(lambda: (decisions("admitted"), decisions("observed")) == (6, 24), "what was decided")


def test_headers_tell_what_is_left_for_all(factory: Factory, tmp_path: pathlib.Path):
    with cluster(factory, tmp_path, limits(DAY)) as opened:
        left = [int(opened.ask(number % 3).get("x-ratelimit-remaining-requests")) for number in range(6)]
        assert left == sorted(left, reverse=True) and left == [59, 58, 57, 56, 55, 54]
        assert opened.ask().get("x-ratelimit-limit-requests") == "60"
