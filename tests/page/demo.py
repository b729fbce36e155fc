# SPDX-License-Identifier: MIT
"""Events of a company that does not exist, for looking at the page with figures in it."""

import json
import math
import random
import sqlite3
import time

from support.senders import post

HOUR = 3_600_000
DAY = 24 * HOUR
MODELS = [  # name, provider, share, prompt, completion, median of the latency in ms, USD for a million in and out
    ("gpt-5-mini", "openai", 30, 900, 260, 1400, 0.25, 2.0),
    ("claude-sonnet-4-5", "anthropic", 22, 3200, 520, 3100, 3.0, 15.0),
    ("gpt-5", "openai", 12, 2100, 700, 5200, 1.25, 10.0),
    ("gpt-4o-mini", "openai", 18, 700, 180, 900, 0.15, 0.6),
    ("gemini-2.5-flash", "gemini", 12, 1500, 300, 1100, 0.3, 2.5),
    ("claude-haiku-4-5", "anthropic", 10, 1200, 240, 950, 1.0, 5.0),
    ("text-embedding-3-small", "openai", 8, 400, 0, 140, 0.02, 0.0),
    ("gemini-2.5-pro", "gemini", 4, 4200, 900, 6800, 1.25, 10.0),
    ("o4-mini", "openai", 3, 1600, 1900, 9100, 1.1, 4.4),
    ("llama-3.3-70b", "openai", 3, 800, 210, 700, None, None),
]
TENANTS = [("search", 28), ("support-assistant", 22), ("research", 14), ("mobile-app", 12), ("data-platform", 9),
           ("growth", 6), ("sales", 4), ("internal-tools", 3), ("ci", 2), ("playground", 1)]
ENDS = [("completed", 200, 950), ("client_aborted", 200, 14), ("completed", 429, 16), ("upstream_timeout", 504, 5),
        ("upstream_unreachable", 502, 3), ("completed", 400, 5), ("stream_error", 200, 3), ("client_aborted", 0, 4)]


def stamp(milliseconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(milliseconds // 1000)) + f".{milliseconds % 1000:03}Z"


def event_id(milliseconds: int, number: int) -> str:
    return f"{milliseconds >> 16:08x}-{milliseconds & 0xffff:04x}-7{number & 0xfff:03x}-8000-{number:012x}"


def event(randomness: random.Random, at: int, number: int, price_id: str = "5f0c1a9e7d31") -> dict:
    [(model, provider, _, prompt, completion, latency, price_in, price_out)] = randomness.choices(
        MODELS, [each[2] for each in MODELS])
    [(tenant, _)] = randomness.choices(TENANTS, [each[1] for each in TENANTS])
    [(outcome, status, _)] = randomness.choices(ENDS, [each[2] for each in ENDS])
    is_answered = outcome == "completed" and status == 200
    spread = randomness.lognormvariate(0, 0.6)
    tokens_in = max(1, int(prompt * spread)) if is_answered else None
    tokens_out = int(completion * randomness.lognormvariate(0, 0.7)) if is_answered else None
    cached = int(tokens_in * 0.6) if is_answered and randomness.random() < 0.35 else 0 if is_answered else None
    took = latency * randomness.lognormvariate(0, 0.5) if status in (200, 504) else randomness.uniform(30, 90)
    cost = {}
    if price_in is not None and is_answered:
        rate_in, rate_out = round(price_in * 10**6), round(price_out * 10**6)  # pico-USD for a token
        pico = (tokens_in - cached) * rate_in + cached * rate_in // 10 + tokens_out * rate_out
        cost = {"cost_nano_usd": (pico + 500) // 1000, "price_id": price_id}
    return {"request_id": f"req_{at:012x}7{number:019x}", "tenant": tenant, "app_key": f"sha256:{hash_of(tenant, number % 3)}",
            "provider": provider, "model": model, "prompt_tokens": tokens_in, "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out if is_answered else None, "latency_ms": round(took, 3), "status_code": status,
            "ts": stamp(at), "schema_version": 1, "event_id": event_id(at, number), "request_model": model,
            "endpoint": "/v1/embeddings" if "embedding" in model else "/v1/chat/completions", "stream": completion > 200,
            "outcome": outcome, "usage_source": "upstream" if is_answered else "missing", "cached_tokens": cached,
            "reasoning_tokens": None, "ttft_ms": round(took * randomness.uniform(0.15, 0.4), 3), "upstream_request_id": "",
            "request_bytes": (tokens_in or 200) * 4, "response_bytes": (tokens_out or 40) * 5, "captured_bytes": 400,
            "capture_truncated": False, "finish_reason": "stop" if is_answered else None, "stream_chunks": None,
            "output_bytes": None, "cache_write_tokens": None, "service_tier": None, "native_finish_reason": None} | cost


def config() -> str:
    """A configuration file with these prices."""
    prices = [{"provider": provider, "model": model, "input": price_in, "cached_input": round(price_in / 10, 6), "output": price_out}
              for model, provider, *_, price_in, price_out in MODELS if price_in is not None]
    return json.dumps({"version": 1, "prices": prices})


def hash_of(tenant: str, number: int) -> str:
    return random.Random(f"{tenant} {number}").randbytes(6).hex()


def moments(randomness: random.Random, now: int, days: int, count: int) -> list[int]:
    """Busier by day than by night, on weekdays than on weekends, and with time."""
    found = []
    while len(found) < count:
        at = now - int(randomness.random() * days * DAY)
        hour, weekday = at // HOUR % 24, (at // DAY + 4) % 7
        weight = (0.35 + 0.65 * math.sin(math.pi * hour / 24) ** 2) * (0.45 if weekday in (0, 6) else 1)
        if randomness.random() < weight * (0.6 + 0.4 * (1 - (now - at) / (days * DAY))):
            found.append(at)
    return sorted(found)


def fill(address: tuple[str, int], now: int, days: int = 65, count: int = 60_000, seed: int = 11, **more: str) -> None:
    randomness = random.Random(seed)
    events = [event(randomness, at, number, **more) for number, at in enumerate(moments(randomness, now, days, count))]
    for begin in range(0, len(events), 2_000):
        lines = b"".join(json.dumps(each).encode() + b"\n" for each in events[begin:begin + 2_000])
        assert post(address, lines).status == 202


def multiply(path: str, factor: int) -> None:
    """Has the sums of a store that no collector uses be those of as many times the events."""
    with sqlite3.connect(path) as store:
        for table in ("usage_hour", "usage_day"):
            columns = [name for _, name, *_ in store.execute(f"PRAGMA table_info({table})")][6:]
            store.execute(f"UPDATE {table} SET " + ", ".join(f"{each} = {each} * {factor}" for each in columns))
        store.execute(f"UPDATE latency_hour SET n = n * {factor}")
    store.close()
