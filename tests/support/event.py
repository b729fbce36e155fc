# SPDX-License-Identifier: MIT
"""What every metering event must look like, whatever happened."""

import datetime
import re

OUTCOMES = {"completed", "stream_error", "client_aborted", "upstream_aborted", "upstream_timeout",
            "upstream_unreachable", "upstream_invalid"}
KEYS = ["request_id", "tenant", "app_key", "provider", "model", "prompt_tokens", "completion_tokens", "total_tokens",
        "latency_ms", "status_code", "ts", "schema_version", "event_id", "request_model", "endpoint", "stream",
        "outcome", "usage_source", "cached_tokens", "reasoning_tokens", "ttft_ms", "upstream_request_id",
        "request_bytes", "response_bytes", "captured_bytes", "capture_truncated", "finish_reason"]
TOKENS = ["prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens", "reasoning_tokens"]
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


def check_event(event: dict) -> dict:
    assert list(event) == KEYS, event
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,128}", event["request_id"]), event
    assert re.fullmatch(r"|sha256:[0-9a-f]{12}", event["app_key"]), event
    assert event["provider"] == "openai" and event["schema_version"] == 1, event
    assert UUID7.fullmatch(event["event_id"]), event
    assert event["outcome"] in OUTCOMES, event
    assert event["status_code"] == 0 or 100 <= event["status_code"] <= 599, event
    assert event["endpoint"].startswith("/v1"), event
    stamp = datetime.datetime.fromisoformat(event["ts"])
    assert abs((datetime.datetime.now(datetime.timezone.utc) - stamp).total_seconds()) < 600, event
    assert is_number(event["latency_ms"]), event
    assert event["ttft_ms"] is None or is_number(event["ttft_ms"]) and event["ttft_ms"] <= event["latency_ms"], event
    for name in TOKENS:
        assert event[name] is None or isinstance(event[name], int), event
    tokens = [event[name] for name in TOKENS]
    assert event["usage_source"] == ("missing" if tokens == [None] * 5 else "upstream"), event
    for name in ("request_bytes", "response_bytes", "captured_bytes"):
        assert isinstance(event[name], int) and event[name] >= 0, event
    assert event["captured_bytes"] <= event["response_bytes"], event
    return event


def same(event: dict, **expected: object) -> None:
    """Compares some fields, all differences at once."""
    found = {name: event[name] for name in expected}
    assert found == expected, event
