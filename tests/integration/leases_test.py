# SPDX-License-Identifier: MIT
"""The collector lends units of limits: the real one, and proxies that a test writes the words of."""

import json
import os
import pathlib
import resource
import signal

import pytest

from support import wire
from support.config_file import write
from support.gateway import Collector, Factory
from support.leases import PATH, ScriptedProxy
from support.process import run, wait_until

LIMITS = {
    "version": 1,
    "defaults": {"lease_ttl": "1s"},
    "plans": {"standard": [
        {"id": "rpm", "unit": "requests", "limit": 60_000, "per": "1m", "burst": 100},
        {"id": "par", "unit": "concurrency", "limit": 10},
        {"id": "day", "unit": "requests", "limit": 1_000, "per": "day"}]},
    "tenants": {"*": {"plan": "standard"}, "small": {"limits": [{"id": "own", "unit": "requests", "limit": 5, "per": "month"}]}},
}
DAY, RPM, PAR = "t:team-a/day", "t:team-a/rpm", "t:team-a/par"


class Lender:
    """A collector with limits, which can be started anew with what it wrote down."""

    def __init__(self, factory: Factory, folder: pathlib.Path, limits: dict | None = None, **settings: str) -> None:
        self.factory = factory
        self.file = write(folder / "limits.yaml", limits or LIMITS)
        self.settings = {"GATEWAY_CONFIG": str(self.file), "LIMITS_STATE_DIR": str(folder / "state")} | settings
        self.start()

    def start(self) -> None:
        self.collector: Collector = self.factory.collector(**self.settings)
        self.address = self.collector.address

    def kill(self) -> None:
        self.collector.daemon.kill()

    def change(self, limits: dict) -> None:
        before = self.hash()
        write(self.file, limits)
        wait_until(lambda: self.hash() != before, "the new file")

    def hash(self) -> str:
        return wire.ask(self.address, "GET", "/configz").json()["hash"]

    def metrics(self) -> dict[str, float]:
        text = wire.ask(self.address, "GET", "/metrics").body.decode()
        return {name: float(value) for name, value in
                (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))}

    def proxy(self, **named: str) -> ScriptedProxy:
        return ScriptedProxy(self.address, **named)


@pytest.fixture
def lender(factory: Factory, tmp_path: pathlib.Path) -> Lender:
    return Lender(factory, tmp_path)


def lend(proxy: ScriptedProxy, rule: str, units: int) -> dict:
    """Asks until it has so many; a collector that has just started lends nothing for a while."""
    return wait_until(lambda: (answer := proxy.ask(rule, units))["grant"] >= units and answer, f"{units} of {rule}")


def test_lends_rates_slots_and_budgets(lender: Lender):
    proxy = lender.proxy()
    first = proxy.sync({RPM: {"pending": 1}, DAY: {"pending": 7}, "t:team-a/none": {"pending": 1}})
    assert first[RPM]["grant"] == 0 and first[RPM]["retry_ms"] > 0  # it has just started
    assert first[DAY]["grant"] == 7 and first[DAY]["remaining"] == 993
    assert 0 < first[DAY]["reset_ms"] <= 25 * 3600 * 1000 and first[DAY]["period"] > 0
    assert first["t:team-a/none"]["unknown"] and not first["t:team-a/none"]["grant"]
    lend(proxy, RPM, 100)
    lend(proxy, PAR, 10)
    other = lender.proxy()
    refused = other.ask(PAR, 1)
    assert refused["grant"] == 0 and refused["remaining"] == 0 and refused["retry_ms"] == 100
    proxy.hand_back(PAR)
    proxy.ask(PAR)
    assert other.ask(PAR, 1)["grant"] == 1


def test_all_proxies_have_one_bucket(lender: Lender):
    proxies = [lender.proxy() for _ in range(3)]
    lend(proxies[0], DAY, 400)
    for each in proxies[1:]:
        each.ask(DAY, 400)
    assert [each.of(DAY).held for each in proxies] == [400, 400, 0]
    assert proxies[2].ask(DAY, 200)["grant"] == 200
    assert sum(each.of(DAY).held for each in proxies) == 1_000


def test_a_lost_answer_is_made_good(lender: Lender):
    proxy = lender.proxy()
    assert proxy.ask(DAY, 100, lost=True)["grant"] == 100
    assert proxy.ask(DAY, 100, lost=True)["remaining"] == 900
    assert proxy.ask(DAY, 100)["remaining"] == 900


def test_what_is_repeated_or_late_is_refused(lender: Lender):
    proxy = lender.proxy()
    proxy.ask(DAY, 100)
    again = proxy.body({DAY: {"pending": 100}})
    for _ in range(2):
        response = proxy.post(again)
        assert response.status == 409 and response.error["code"] == "late_request"
    assert proxy.ask(DAY)["remaining"] == 900
    assert lender.metrics()['llmgw_collector_lease_syncs_total{result="late"}'] == 2


def test_a_kill_forgets_no_money(lender: Lender):
    spender, silent = lender.proxy(), lender.proxy()
    spender.ask(DAY, 600)
    spender.spend(DAY, 450)
    silent.ask(DAY, 300)
    first = spender.authority
    for _ in range(3):
        lender.kill()
        lender.start()
        spender.address = silent.address = lender.address
        assert spender.ask(DAY)["remaining"] == 100  # what the silent one has is held
        assert spender.authority != first
    stale = json.dumps({"proxy": silent.name, "seq": silent.seq, "rules": []}).encode()
    assert silent.post(stale).status == 409  # it was answered before the kill
    silent.hand_back(DAY)
    assert silent.ask(DAY)["remaining"] == 400
    assert lender.metrics()['llmgw_budget_spent_ratio{tenant="team-a",rule="day"}'] == 0.6


def test_every_lot_that_was_told_outlives_a_kill(lender: Lender):
    """Killed between two words, again and again: never more than the budget is with proxies."""
    held = 0
    while held < 1_000:
        proxy = lender.proxy()
        for _ in range(3):
            held += proxy.ask(DAY, 40)["grant"]
        lender.kill()
        lender.start()
        if held > 920:
            held += lender.proxy().ask(DAY, 1_000 - held)["grant"]
    assert held == 1_000
    assert lender.proxy().ask(DAY, 1)["grant"] == 0


def test_a_restart_begins_rates_empty_and_hears_what_is_held(lender: Lender):
    proxy = lender.proxy()
    lend(proxy, PAR, 6)
    proxy.spend(PAR, 6)
    lender.kill()
    lender.start()
    proxy.address = lender.address
    assert proxy.ask(PAR)["grant"] == 0
    other = lender.proxy()
    assert other.ask(PAR, 1)["retry_ms"] > 0
    def rest() -> bool:
        proxy.ask(PAR)
        return other.ask(PAR, 4)["grant"] == 4
    wait_until(rest, "the other slots")
    assert lender.proxy().ask(PAR, 1)["grant"] == 0


def test_a_proxy_that_leaves_hands_back(lender: Lender):
    proxy = lender.proxy()
    lend(proxy, PAR, 10)
    proxy.hand_back(PAR)
    proxy.ask(PAR, leaving=True)
    assert lender.proxy().ask(PAR, 10)["grant"] == 10


def test_the_file_changes(lender: Lender):
    proxy = lender.proxy()
    assert proxy.ask("t:small/own", 5)["grant"] == 5
    proxy.ask(DAY, 600)
    changed = json.loads(json.dumps(LIMITS))
    changed["plans"]["standard"][2]["limit"] = 500
    changed["tenants"]["small"]["limits"][0]["limit"] = 8
    lender.change(changed)
    assert proxy.ask("t:small/own", 4)["grant"] == 0
    assert proxy.ask("t:small/own", 3)["grant"] == 3
    assert proxy.ask(DAY, 1)["grant"] == 0
    del changed["plans"]["standard"][2]
    lender.change(changed)
    assert proxy.ask(DAY, 1)["unknown"]
    lender.change(LIMITS)
    assert proxy.ask(DAY, 400)["grant"] == 400


def test_a_full_disk_lends_nothing(factory: Factory, tmp_path: pathlib.Path):
    """No file of the collector may grow beyond a size: what cannot be written is not lent."""
    most = 64 * 1024
    lender = Lender(factory, tmp_path, before_exec=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
    proxy = lender.proxy()
    def refused() -> bool:
        answer = proxy.ask(DAY, 1)
        proxy.spend(DAY, answer["grant"])
        assert answer["grant"] in (0, 1) and answer.get("refused", False) == (answer["grant"] == 0)
        return answer["grant"] == 0
    wait_until(refused, "a full disk")
    line = lender.collector.daemon.wait_for_log(lambda each: "budgets cannot be written" in each["msg"], "a line")
    assert line["level"] == "error" and line["variable"] == "LIMITS_STATE_DIR"
    assert lender.metrics()['llmgw_collector_lease_ledger_writes_total{result="failed"}'] >= 1
    assert lend(proxy, RPM, 1)["grant"] == 1  # of other limits it lends all the same


def test_without_a_folder_budgets_are_not_lent(factory: Factory, tmp_path: pathlib.Path):
    lender = Lender(factory, tmp_path, LIMITS_STATE_DIR="")
    assert lender.proxy().ask(DAY, 1)["refused"]
    assert any("LIMITS_STATE_DIR is not set" in each["msg"] for each in lender.collector.daemon.entries())


def test_a_folder_has_one_collector(lender: Lender):
    second = run("llm-collector", PORT="127.0.0.1:0", **lender.settings)
    assert second.returncode == 2
    assert "cannot open the ledger" in second.stderr and "address already in use" in second.stderr


def test_without_a_file_there_is_no_such_path(factory: Factory):
    collector = factory.collector()
    assert ScriptedProxy(collector.address).post(b"{}").status == 404


def test_who_has_no_token_borrows_nothing(factory: Factory, tmp_path: pathlib.Path):
    own, events = tmp_path / "own", tmp_path / "events"
    own.write_text("limits-token\n")
    events.write_text("events-token\n")
    settings = {"EVENTS_TOKEN_FILE": str(events)}
    lender = Lender(factory, tmp_path, **settings, LIMITS_TOKEN_FILE=str(own))
    for token, status in ((None, 401), ("events-token", 401), ("limits-token", 200)):
        proxy = lender.proxy(token=token)
        proxy.seq = 1
        response = proxy.post(proxy.body({}))
        assert response.status == status
        assert status == 200 or response.get("WWW-Authenticate") == "Bearer"
    assert lender.metrics()['llmgw_collector_lease_syncs_total{result="unauthorized"}'] == 2
    (tmp_path / "new").write_text("limits-new\n")
    os.rename(tmp_path / "new", own)
    lender.collector.daemon.wait_for_log(lambda each: each["msg"] == "limits token changed", "the new token")
    assert lender.proxy(token="limits-new").ask(DAY)["grant"] == 0
    assert "limits-token" not in lender.collector.daemon.log() and "limits-new" not in lender.collector.daemon.log()
    lender.collector.daemon.signal(signal.SIGTERM)
    assert lender.collector.daemon.wait() == 0

    shared = Lender(factory, tmp_path, **settings)
    assert shared.proxy(token="events-token").ask(DAY)["grant"] == 0
    proxy = shared.proxy(token="limits-new")
    assert proxy.post(proxy.body({})).status == 401


def test_pages_borrow_nothing(lender: Lender):
    response = wire.ask(lender.address, "POST", PATH, [("Origin", "http://evil.example")], b"{}")
    assert response.status == 403 and response.error["code"] == "origin_not_allowed"


HOSTILE = {
    "empty": (b"", 400), "no object": (b"[]", 400), "no proxy": (b'{"seq":1}', 400),
    "no seq": (b'{"proxy":"p"}', 400), "seq of 0": (b'{"proxy":"p","seq":0}', 400),
    "negative": (b'{"proxy":"p","seq":1,"rules":[{"id":"t:a/day","got":-1}]}', 400),
    "fraction": (b'{"proxy":"p","seq":1,"rules":[{"id":"t:a/day","got":1.5}]}', 400),
    "text": (b'{"proxy":"p","seq":1,"rules":[{"id":"t:a/day","got":"1"}]}', 400),
    "huge": (b'{"proxy":"p","seq":1,"rules":[{"id":"t:a/day","got":99999999999999999999}]}', 400),
    "list of numbers": (b'{"proxy":"p","seq":1,"rules":[1]}', 400),
    "deep": (b'{"proxy":"p","seq":1,"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
    "torn": (b'{"proxy":"p","seq":1,"rules":[{"id":"t:a/day"', 400),
    "bytes": (bytes(range(256)), 400),
    "many rules": (b'{"proxy":"p","seq":1,"rules":[' + b",".join([b'{"id":"t:a/day"}'] * 4_097) + b"]}", 400),
    "long id": (b'{"proxy":"p","seq":1,"rules":[{"id":"' + b"x" * 256 + b'"}]}', 400),
    "too large": (b" " * (2 << 20) + b"{}", 413),
    "coded": (b"\x1f\x8b", 415),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_bodies(lender: Lender, case: str):
    body, status = HOSTILE[case]
    fields = [("Content-Encoding", "gzip")] if case == "coded" else []
    response = wire.ask(lender.address, "POST", PATH, fields, body)
    assert response.status == status, response
    assert lender.proxy().ask(DAY, 1)["grant"] == 1


def test_hostile_numbers(lender: Lender):
    """Words with a token that make no sense take nothing from those that do."""
    most = 1 << 60
    for number, totals in enumerate([{"got": most}, {"used": most}, {"back": most}, {"pending": most, "want": most},
                                     {"got": most, "used": most, "back": most, "pending": most, "least": most}]):
        proxy = lender.proxy(name=f"hostile-{number}")
        for _ in range(3):
            proxy.sync({"t:hostile/rpm": totals, "t:hostile/par": totals, "t:hostile/day": totals}, lost=True)
    assert lender.proxy().ask(DAY, 5)["grant"] == 5
    assert lender.collector.daemon.is_running()
