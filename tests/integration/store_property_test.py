# SPDX-License-Identifier: MIT
"""Any events in any batches, in any order, any number of times, with a crash at any moment: what is stored is the set
of them, and the sums are its sums. For every engine."""

import collections
import random
import threading
import time

import pytest

from support.gateway import Collector, Factory
from support.process import PATIENCE, SANITIZED, wait_until
from support.senders import post
from support.store import AnyStore, event
from support.store_files import log_of

HOUR = 3_600_000
ROUNDS = 8 if SANITIZED else 25


def made(randomness: random.Random, number: int, now: int) -> dict:
    at = now - randomness.randrange(60 * HOUR)
    changes = {"at": at, "tenant": f"t{randomness.randrange(9)}", "model": f"m{randomness.randrange(4)}",
               "app_key": f"k{randomness.randrange(3)}", "status_code": randomness.choice((200, 200, 429, 500, 0)),
               "latency_ms": randomness.randrange(1, 100_000) / 1000, "request_bytes": randomness.randrange(9_000),
               "outcome": randomness.choice(("completed", "client_aborted"))}
    if randomness.random() < 0.2:
        changes["event_id"] = f"chosen-{number}"
    if randomness.random() < 0.3:
        changes |= dict.fromkeys(("prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens"))
    else:
        changes["prompt_tokens"] = randomness.randrange(2**53 if randomness.random() < 0.01 else 5_000)
    return event(**changes)


def try_to_send(collector: Collector, body: bytes) -> None:
    try:
        post(collector.address, body)
    except (OSError, AssertionError):  # it was killed
        pass


@pytest.mark.parametrize("seed", [1, 2])
def test_sums_are_those_of_the_set(factory: Factory, store: AnyStore, seed: int):
    randomness = random.Random(seed)
    now = 1_795_000_000_000  # fixed, so that a seed gives the same events
    settings = {"STORE_URL": store.url, "EVENT_RETENTION": "0"}
    collector = factory.collector(**settings)
    port = f"127.0.0.1:{collector.address[1]}"
    pool: list[dict] = []
    owed: list[bytes] = []  # sent, and not known to be stored
    for _ in range(ROUNDS):
        events = []
        for _ in range(randomness.randrange(60)):
            if pool and randomness.random() < 0.3:
                events.append(randomness.choice(pool))
            else:
                pool.append(made(randomness, len(pool), now))
                events.append(pool[-1])
        randomness.shuffle(events)
        cut = sorted(randomness.randrange(len(events) + 1) for _ in range(3))
        bodies = [log_of(part) for part in (events[:cut[0]], events[cut[0]:cut[1]], events[cut[1]:cut[2]], events[cut[2]:])
                  if part]
        owed += bodies
        threads = [threading.Thread(target=try_to_send, args=(collector, body)) for body in bodies]
        for each in threads:
            each.start()
        if randomness.random() < 0.4:
            collector.daemon.kill()
        for each in threads:
            each.join()
        if not collector.daemon.is_running():
            collector = factory.collector(port=port, **settings)
    randomness.shuffle(owed)
    for body in owed:
        wait_until(lambda: post(collector.address, body).status == 202, "it to be taken", PATIENCE)
    check_sums(store, pool)


def check_sums(store: AnyStore, events: list[dict]) -> None:
    assert sorted(store.ids()) == sorted(each["event_id"] for each in events)
    assert store.check() == len(events)
    expected = collections.Counter()
    for each in events:
        key = each["ts"][:13], each["tenant"], each["model"], each["app_key"], each["outcome"], each["status_code"] // 100
        for name, value in (("requests", 1), ("latency", round(each["latency_ms"] * 1000)), ("bytes", each["request_bytes"]),
                            ("tokens", each["prompt_tokens"] or 0), ("no_usage", each["prompt_tokens"] is None)):
            expected[key, name] += value
    found = collections.Counter()
    words = dict(store.rows("SELECT id, text FROM word"))
    for hour, tenant, model, app_key, kind, requests, latency, size, tokens, no_usage in store.rows(
            "SELECT hour, tenant, model, app_key, class, requests, latency_us, request_bytes, prompt_tokens, no_usage "
            "FROM usage_hour"):
        key = spelt_hour(hour), words[tenant], words[model], words[app_key], words[kind // 8], kind % 8
        for name, value in (("requests", requests), ("latency", latency), ("bytes", size), ("tokens", tokens),
                            ("no_usage", no_usage)):
            found[key, name] += value
    assert +found == +expected
    by_day = store.rows("SELECT day, sum(requests), sum(prompt_tokens) FROM usage_day GROUP BY 1 ORDER BY 1")
    assert by_day == store.rows("SELECT hour / 24, sum(requests), sum(prompt_tokens) FROM usage_hour GROUP BY 1 ORDER BY 1")
    assert store.one("SELECT sum(n) FROM latency_hour WHERE kind = 0") == len(events)


def spelt_hour(hour: int) -> str:
    return time.strftime("%Y-%m-%dT%H", time.gmtime(hour * 3600))
