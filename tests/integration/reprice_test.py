# SPDX-License-Identifier: MIT
"""llm-collector reprice: costs of what is stored anew, with sums that are those of the events, whoever writes or dies."""

import json
import pathlib
import random
import signal
import sqlite3
import subprocess
import threading
import time

import pytest

from support import wire
from support.config_file import write
from support.gateway import Collector, Factory
from support.process import BIN, PATIENCE, environment, run, wait_until
from support.relay import Relay
from support.senders import post
from support.store import AnyStore, PostgresStore, Servers

pytestmark = pytest.mark.one_thread

HOUR = 3_600_000
NOW = time.time_ns() // 1_000_000
OLD = "0123456789ab"  # the id of another table
RATES = {"gpt": (150, 600), "claude": (3_000, 15_000)}  # nano-USD a token: input, output
PRICES = {"version": 1, "prices": [{"provider": "openai", "model": "gpt*", "input": 0.15, "output": 0.60},
                                   {"provider": "anthropic", "model": "claude*", "input": 3, "output": 15}]}


def ts(milliseconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(milliseconds // 1000)) + f".{milliseconds % 1000:03}Z"


def event(number: int, randomness: random.Random) -> dict:
    at = NOW - randomness.randrange(10 * 24 * HOUR)
    model = randomness.choice(("gpt-4o-mini", "claude-sonnet-4", "llama-3"))
    has_usage = randomness.random() < 0.9
    usage = {"prompt_tokens": randomness.randrange(5_000), "completion_tokens": randomness.randrange(900)} if has_usage else {
        "prompt_tokens": None, "completion_tokens": None}
    cost = randomness.choice(({}, {"cost_nano_usd": None, "cost_assumed": False, "price_id": OLD},
                              {"cost_nano_usd": randomness.randrange(10**7), "cost_assumed": True, "price_id": OLD}))
    return {"request_id": f"req_{number}", "tenant": f"team-{number % 5}", "app_key": f"sha256:{number % 3:012x}",
            "provider": "anthropic" if model.startswith("claude") else "openai", "model": model, "total_tokens": None,
            "latency_ms": 12.5, "status_code": randomness.choice((200, 429)), "ts": ts(at), "schema_version": 1,
            "event_id": f"{at >> 16:08x}-{at & 0xffff:04x}-7{number & 0xfff:03x}-8000-{number:012x}",
            "request_model": "m", "endpoint": "/v1/chat/completions", "stream": False, "outcome": "completed",
            "usage_source": "upstream", "cached_tokens": None, "reasoning_tokens": None, "ttft_ms": None,
            "upstream_request_id": "", "request_bytes": 1, "response_bytes": 1, "captured_bytes": 1,
            "capture_truncated": False, "finish_reason": "stop", "beside": number} | usage | cost


def cost_of(each: dict) -> int | None:
    rates = next((rates for name, rates in RATES.items() if each["model"].startswith(name)), None)
    if rates is None or each["prompt_tokens"] is None:
        return None
    return each["prompt_tokens"] * rates[0] + each["completion_tokens"] * rates[1]


def put(address: tuple[str, int], events: list[dict]) -> None:
    for at in range(0, len(events), 500):
        body = b"".join(json.dumps(each).encode() + b"\n" for each in events[at:at + 500])
        assert post(address, body).status == 202


def costs_in(store: AnyStore) -> dict[str, int | None]:
    return {name: None if cost == -1 else cost
            for name, cost in store.rows("SELECT request_id, coalesce(cost_nano_usd, -1) FROM event")}


UNPRICED = "CASE WHEN cost_nano_usd IS NULL THEN 1 ELSE 0 END"


def check_sums(store: AnyStore) -> None:
    """The costs of hours and days are those of their events, cell by cell."""
    store.check()
    ts = "ts" if store.engine == "sqlite" else "floor(extract(epoch FROM ts) * 1000)::bigint"
    for table, length in (("usage_hour", HOUR), ("usage_day", 24 * HOUR)):
        kept = f"SELECT {table.removeprefix('usage_')}, tenant, app_key, provider, model, class, cost_nano_usd, unpriced FROM {table}"
        summed = (f"SELECT {ts} / {length}, tenant, app_key, provider, model, outcome * 8 + status_code / 100, "
                  f"sum(coalesce(cost_nano_usd, 0)), sum({UNPRICED}) FROM event GROUP BY 1, 2, 3, 4, 5, 6")
        # One statement is of one moment.
        assert store.rows(f"SELECT * FROM ({kept}) AS kept EXCEPT {summed}") == [], table
        assert store.rows(f"SELECT * FROM ({summed}) AS summed EXCEPT {kept}") == [], table


class Priced:
    """A collector with events and, beside it, the command with a table of prices."""

    def __init__(self, factory: Factory, folder: pathlib.Path, store: AnyStore, count: int = 3_000, **settings: str) -> None:
        self.store = store
        self.prices = write(folder / "prices.yaml", PRICES)
        self.collector: Collector = factory.collector(STORE_URL=self.store.url, GATEWAY_CONFIG=str(self.prices), **settings)
        self.events = [event(number, random.Random(number)) for number in range(count)]
        put(self.collector.address, self.events)

    def settings(self) -> dict[str, str]:
        return {"STORE_URL": self.store.url, "GATEWAY_CONFIG": str(self.prices)}

    def reprice(self, *arguments: str, status: int = 0) -> str:
        done = run("llm-collector", "reprice", *arguments, **self.settings())
        assert done.returncode == status, done
        return done.stdout + done.stderr

    def expected(self, is_asked=lambda _: True) -> dict[str, int | None]:
        return {each["request_id"]: cost_of(each) if is_asked(each) else each.get("cost_nano_usd") for each in self.events}


@pytest.fixture
def priced(factory: Factory, tmp_path: pathlib.Path, store: AnyStore) -> Priced:
    return Priced(factory, tmp_path, store)


def test_costs_are_those_of_the_table(priced: Priced):
    said = priced.reprice("--from", "2020-01-01")
    assert costs_in(priced.store) == priced.expected()
    check_sums(priced.store)
    unpriced = sum(each is None for each in priced.expected().values())
    assert f"all: {len(priced.events)} events, " in said and f"{unpriced} without a cost after" in said
    [[digest, text]] = priced.store.rows("SELECT digest, text FROM price")
    assert said.startswith(f"prices {digest}\n") and "model=claude*" in text
    assert "0 changed" in priced.reprice("--from", "2020-01-01").splitlines()[-1]


def test_an_event_tells_its_new_cost(priced: Priced):
    priced.reprice("--from", "2020-01-01")
    changed = next(each for each in priced.events if each["model"].startswith("gpt") and each["prompt_tokens"])
    answer = shown(priced, changed["event_id"])
    assert answer["cost_nano_usd"] == cost_of(changed) == sum(answer["cost_parts"].values())
    assert answer["cost_assumed"] is False and answer["beside"] == changed["beside"]
    known = {name: value for name, value in changed.items() if name not in ("cost_nano_usd", "cost_assumed", "price_id")}
    assert known.items() <= answer.items()


def shown(priced: Priced, name: str) -> dict:
    with wire.Connection(priced.collector.query) as connection:
        connection.send(wire.request("GET", f"/api/v1/events/{name}", [("Host", "127.0.0.1")], host=False))
        response = connection.read_response()
    assert response.status == 200, response
    return response.json()


def test_dry_run_changes_nothing(priced: Priced):
    before = priced.store.rows("SELECT * FROM event"), priced.store.rows("SELECT * FROM usage_day")
    said = priced.reprice("--from", "2020-01-01", "--dry-run")
    assert (priced.store.rows("SELECT * FROM event"), priced.store.rows("SELECT * FROM usage_day")) == before
    assert priced.store.rows("SELECT * FROM price") == []
    done = priced.reprice("--from", "2020-01-01")
    assert said.replace("would change", "changed") == done


@pytest.mark.parametrize(("arguments", "is_asked"), [
    (["--provider", "anthropic"], lambda each: each["provider"] == "anthropic"),
    (["--model", "gpt*", "--model=none"], lambda each: each["model"].startswith("gpt")),
    (["--only-unpriced"], lambda each: each.get("cost_nano_usd") is None),
    (["--to", ts(NOW - 96 * HOUR)], lambda each: each["ts"] < ts(NOW - 96 * HOUR)),
], ids=["provider", "model", "unpriced", "to"])
def test_only_those_that_are_asked_for(priced: Priced, arguments: list[str], is_asked):
    priced.reprice("--from", "2020-01-01", *arguments)
    assert costs_in(priced.store) == priced.expected(is_asked)
    check_sums(priced.store)


def test_beyond_the_series_of_a_day(factory: Factory, tmp_path: pathlib.Path, store: AnyStore):
    priced = Priced(factory, tmp_path, store, 500, STORE_MAX_SERIES="100")
    now = [event(number, random.Random(number)) | {"ts": ts(NOW), "event_id": f"e{number}", "tenant": f"t{number}"}
           for number in range(1_000, 1_600)]
    put(priced.collector.address, now)
    priced.events += now
    priced.reprice("--from", "2020-01-01")
    assert costs_in(priced.store) == priced.expected()
    priced.store.check()
    for table in ("usage_hour", "usage_day"):
        [(cost, unpriced, least)] = priced.store.rows(
            f"SELECT sum(cost_nano_usd), sum(unpriced), min(cost_nano_usd) FROM {table}")
        assert [(cost, unpriced)] == priced.store.rows(f"SELECT sum(cost_nano_usd), sum({UNPRICED}) FROM event")
        assert least >= 0


def test_what_does_not_fit_a_column(factory: Factory, tmp_path: pathlib.Path, store: AnyStore):
    priced = Priced(factory, tmp_path, store, 0)
    base = event(1, random.Random(1)) | {"provider": "openai", "model": "gpt-x"}
    long = base | {"request_id": "long", "event_id": "long", "model": "gpt-" + "y" * 300, "prompt_tokens": 10,
                   "completion_tokens": 1, "cost_nano_usd": 2**60, "price_id": OLD}
    huge = base | {"request_id": "huge", "event_id": "huge", "prompt_tokens": 2**60, "completion_tokens": 1}
    put(priced.collector.address, [long, huge])
    priced.reprice("--from", "2020-01-01")
    assert costs_in(priced.store) == {"long": 10 * 150 + 600, "huge": None}
    check_sums(priced.store)
    answer = shown(priced, "long")
    assert answer["cost_nano_usd"] == 2_100 and answer["model"] == long["model"]


@pytest.mark.long
def test_killed_at_any_moment_while_events_come(factory: Factory, tmp_path: pathlib.Path, store: AnyStore):
    priced = Priced(factory, tmp_path, store, 12_000)
    ending, more = threading.Event(), []

    def send() -> None:
        while not ending.is_set():
            at = 100_000 + len(more)
            batch = [event(number, random.Random(number)) for number in range(at, at + 20)]
            put(priced.collector.address, batch)
            more.extend(batch)

    sender = threading.Thread(target=send)
    sender.start()
    killed = 0
    try:
        for attempt in range(12):
            process = subprocess.Popen([BIN / "llm-collector", "reprice", "--from", "2020-01-01"],
                                       env=environment(priced.settings()), stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            wanted = 1 + attempt * 900
            wait_until(lambda: process.poll() is not None or priced.store.one(
                f"SELECT count(*) FROM event WHERE price_id NOT IN (SELECT id FROM word WHERE text = '{OLD}')") >= wanted,
                "some events of this round")
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
            check_sums(priced.store)
    finally:
        ending.set()
        sender.join()
    assert killed > 2
    priced.reprice("--from", "2020-01-01")
    priced.events += more
    assert costs_in(priced.store) == priced.expected()
    check_sums(priced.store)


@pytest.mark.long
def test_while_two_collectors_write(factory: Factory, tmp_path: pathlib.Path, servers: Servers):
    """The same events, too, and in the other order: nobody waits for anybody in a circle."""
    store = PostgresStore(servers.postgres)
    priced = Priced(factory, tmp_path, store, 4_000)
    collectors = [priced.collector, factory.collector(STORE_URL=store.url)]
    deadlocks = store.server.deadlocks()
    ending, sent = threading.Event(), [[], []]

    def send(which: int) -> None:
        while not ending.is_set():
            at = 100_000 + 40 * len(sent[which])
            batch = [event(number, random.Random(number)) for number in range(at, at + 40)]
            again = random.Random(at).sample(priced.events, 60)
            put(collectors[which].address, (batch + again)[::-1 if which else 1])
            sent[which].append(batch)

    senders = [threading.Thread(target=send, args=(which,)) for which in (0, 1)]
    for sender in senders:
        sender.start()
    rates = PRICES["prices"]
    try:
        for factor in range(1, 7):
            entries = [each | {side: round(each[side] * factor, 6) for side in ("input", "output")} for each in rates]
            write(priced.prices, PRICES | {"prices": entries})
            both = [subprocess.Popen([BIN / "llm-collector", "reprice", "--from", "2020-01-01"], text=True,
                                     env=environment(priced.settings()), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                    for _ in range(1 + factor % 2)]
            for process in both:
                said = process.communicate(timeout=PATIENCE * 4)
                assert process.returncode == 0, said
            check_sums(store)
    finally:
        ending.set()
        for sender in senders:
            sender.join()
    write(priced.prices, PRICES)
    priced.reprice("--from", "2020-01-01")
    assert min(map(len, sent)) > 3
    numbered = {each["request_id"]: each for batches in sent for batch in batches for each in batch}
    priced.events += numbered.values()
    assert costs_in(store) == priced.expected()
    check_sums(store)
    assert store.rows("SELECT count(*) FROM price") == [(6,)]
    assert store.server.deadlocks() == deadlocks


@pytest.mark.parametrize("needle", [b"UPDATE event", b"UPDATE usage_day", b"COMMIT"])
def test_a_connection_that_breaks(factory: Factory, tmp_path: pathlib.Path, servers: Servers, needle: bytes):
    store = PostgresStore(servers.postgres)
    priced = Priced(factory, tmp_path, store, 1_500)
    relay = Relay(("127.0.0.1", store.server.port))
    try:
        relay.fail_at(needle, "cut")
        done = run("llm-collector", "reprice", "--from", "2020-01-01", **priced.settings() | {
            "STORE_URL": store.server.url(store.database, port=relay.port)})
    finally:
        relay.close()
    assert done.returncode == 1 and "PostgreSQL" in done.stderr, done
    check_sums(store)
    priced.reprice("--from", "2020-01-01")
    assert costs_in(store) == priced.expected()
    check_sums(store)


@pytest.mark.parametrize(("arguments", "settings", "status", "said"), [
    ([], {}, 2, "--from"), (["--from", "yesterday"], {}, 2, "2026-11-23"), (["--from"], {}, 2, "needs a value"),
    (["--from", "2026-01-02", "--to", "2026-01-01"], {}, 2, "--to must be behind --from"),
    (["--from", "2026-01-01", "--fast"], {}, 2, "--fast"), (["--from", "2026-01-01"], {"GATEWAY_CONFIG": ""}, 2, "prices"),
    (["--from", "2026-01-01"], {"STORE_URL": "sqlite:/nowhere/events.db"}, 1, "No such file"),
    (["--from", "2026-01-01"], {"STORE_URL": "postgres://nobody@127.0.0.1:1/none"}, 1, "the connection failed"),
], ids=["nothing", "time", "value", "order", "option", "prices", "store", "server"])
def test_mistakes(tmp_path: pathlib.Path, arguments: list[str], settings: dict, status: int, said: str):
    usual = {"GATEWAY_CONFIG": str(write(tmp_path / "prices.yaml", PRICES)), "STORE_URL": f"sqlite:{tmp_path}/events.db"}
    done = run("llm-collector", "reprice", *arguments, **{name: value for name, value in (usual | settings).items() if value})
    assert done.returncode == status and said in done.stderr and not done.stdout, done
    assert not (tmp_path / "events.db").exists()


def test_a_store_of_an_older_program_is_left_alone(priced: Priced):
    assert priced.collector.daemon.stop() == 0
    change = "DELETE FROM migration WHERE number = (SELECT max(number) FROM migration)"
    if isinstance(priced.store, PostgresStore):
        priced.store.server.sql(change, priced.store.database)
    else:
        with sqlite3.connect(priced.store.path) as connection:
            connection.execute(change)
        connection.close()
    assert "migrate" in priced.reprice("--from", "2020-01-01", status=1)
