# SPDX-License-Identifier: MIT
"""What the tests of delivery share: sending, counting, and the books of the proxy."""

import re
import time

from support.gateway import Proxy, chat, new_id
from support.process import PATIENCE

UNFELT = PATIENCE / 10  # seconds; far above any request, far below any delivery time-out
TERMS = ("produced", "delivered", "dropped", "queued", "spooled", "in_flight", "estimating")
SAMPLE = re.compile(r"llmgw_proxy_events_(produced_total|delivered_total|dropped_total|queued|spooled|in_flight|estimating)[{\s]")


def send(proxy: Proxy, count: int) -> list[str]:
    """Plain requests one after the other, each answered quickly; their ids."""
    ids = []
    for _ in range(count):
        ids.append(new_id())
        begin = time.monotonic()
        response = proxy.ask("POST", "/v1/chat/completions", [("X-LLM-Request-ID", ids[-1])], chat())
        assert response.status == 200 and time.monotonic() - begin < UNFELT
    return ids


def ids_of(events: list[dict]) -> list[str]:
    return sorted(event["request_id"] for event in events)


def terms_in(text: str) -> dict[str, int]:
    """The terms of the equation that holds at any moment, summed over their labels, in one scrape."""
    found = dict.fromkeys(TERMS, 0)
    for line in text.splitlines():
        if sample := SAMPLE.match(line):
            found[sample[1].removesuffix("_total")] += int(float(line.rsplit(" ", 1)[1]))
    return found


def terms(proxy: Proxy) -> dict[str, int]:
    return terms_in(proxy.scrape())


def adds_up(now: dict[str, int]) -> bool:
    return now["produced"] == sum(now[term] for term in TERMS[1:]) and all(value >= 0 for value in now.values())


def dropped(proxy: Proxy, reason: str) -> float:
    return proxy.metrics()[f'llmgw_proxy_events_dropped_total{{reason="{reason}"}}']
