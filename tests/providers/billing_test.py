# SPDX-License-Identifier: MIT
"""Sums over the events are what the providers billed, with every kind of fault among the exchanges: 10,000 of them
with LLMGW_EXCHANGES=10000, fewer in the gate."""

import collections
import json
import os
import random
import threading

from support import wire
from support.gateway import chat
from support.native import CLAUDE, GEMINI, contents, gemini_target, message
from support.process import wait_until

COUNT = int(os.environ.get("LLMGW_EXCHANGES", "1200"))
FAULTS = ["", "", "", "", "status=529", "status=429", "status=500", "error_first=1", "tools=1,calls=2", "thinking=1"]
NAMES = ("prompt_tokens", "completion_tokens")


def exchange(random: random.Random) -> tuple[str, list[tuple[str, str]], bytes]:
    """Target, fields and body of any kind of request."""
    behaviour, stream = random.choice(FAULTS), random.random() < 0.5
    fields = [("Content-Type", "application/json")] + ([("X-Mock", behaviour)] if behaviour else [])
    kind = random.randrange(5)
    if kind == 0:
        return "/v1/messages", fields, json.dumps(message(**({"stream": True} if stream else {}))).encode()
    if kind == 1:
        verb = {"verb": "streamGenerateContent", "query": "?alt=sse"} if stream else {}
        return gemini_target(**verb), fields, json.dumps(contents()).encode()
    model = random.choice(["gpt-4o-mini", CLAUDE, GEMINI, "azure/gpt-4o", "many-claude", "many-gemini"])
    return "/v1/chat/completions", fields, chat(model=model, stream=stream)


def test_events_are_what_was_billed(providers):
    before, known = providers.mock.billed(), {each["event_id"] for each in providers.collector.events()}
    statuses: collections.Counter = collections.Counter()

    def client(number: int) -> None:
        dice = random.Random(number)
        with providers.proxy.connect() as connection:
            for _ in range(COUNT // 4):
                target, fields, body = exchange(dice)
                connection.send(wire.request("POST", target, fields, body))
                statuses[connection.read_response().status] += 1

    clients = [threading.Thread(target=client, args=(number,)) for number in range(4)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    assert sum(statuses.values()) == COUNT // 4 * 4, statuses
    assert statuses[200] > COUNT / 3 and len(statuses) > 2, statuses

    def new() -> list[dict]:
        return [each for each in providers.collector.events() if each["event_id"] not in known]

    events = wait_until(lambda: len(new()) == sum(statuses.values()) and new(), "an event for each exchange")
    assert len({each["request_id"] for each in events}) == len(events)
    after = providers.mock.billed()
    for name in NAMES:
        billed = sum(after[dialect][name] - before[dialect][name] for dialect in after)
        assert sum(each[name] or 0 for each in events) == billed, name
    assert sum(len(each["attempts"]) for each in events) == sum(
        after[dialect]["requests"] - before[dialect]["requests"] for dialect in after)
