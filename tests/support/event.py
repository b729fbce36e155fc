# SPDX-License-Identifier: MIT
"""What every metering event must look like, whatever happened."""

import datetime
import json
import pathlib

import jsonschema

SCHEMA = json.loads((pathlib.Path(__file__).parents[2] / "docs/event.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(SCHEMA)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
KEYS = ["request_id", "tenant", "app_key", "provider", "model", "prompt_tokens", "completion_tokens", "total_tokens",
        "latency_ms", "status_code", "ts", "schema_version", "event_id", "request_model", "endpoint", "stream",
        "outcome", "usage_source", "cached_tokens", "reasoning_tokens", "ttft_ms", "upstream_request_id",
        "request_bytes", "response_bytes", "captured_bytes", "capture_truncated", "finish_reason",
        "stream_chunks", "output_bytes", "cache_write_tokens", "service_tier", "native_finish_reason"]
DIGESTS = ["request_digest", "response_digest"]
ROUTED = ["route", "target", "attempts", "translated", "dropped_params", "max_tokens_defaulted",
          "cache_write_1h_tokens", "server_tool_requests"]
KEYED = ["key_id"]
ESTIMATED = ["estimated_prompt_tokens", "estimated_completion_tokens", "estimate_method", "estimate_quality",
             "estimate_error", "billing"]
COST = ["cost_nano_usd", "cost_assumed", "price_id"]
LIMITED = ["limited_by"]
TOKENS = ["prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens", "reasoning_tokens",
          "cache_write_tokens"]


def check_event(event: dict, is_now: bool = True) -> dict:
    """Holds an event of the proxy against the published schema, and against what no schema can say. `is_now`: the
    proxy's clock is this machine's."""
    VALIDATOR.validate(event)
    present = [KEYS, *(part for part in (ESTIMATED, DIGESTS, ROUTED, KEYED, COST, LIMITED) if part[0] in event)]
    assert list(event) == sum(present, []), event
    stamp = datetime.datetime.fromisoformat(event["ts"])
    assert not is_now or abs((datetime.datetime.now(datetime.timezone.utc) - stamp).total_seconds()) < 3_600, event
    assert event["ttft_ms"] is None or event["ttft_ms"] <= event["latency_ms"], event
    tokens = [event[name] for name in TOKENS]
    is_reported = event["usage_source"] not in ("missing", "estimated")
    assert is_reported != (tokens == [None] * len(TOKENS)), event
    if "billing" in event:
        estimates = [event["estimated_prompt_tokens"], event["estimated_completion_tokens"]]
        assert (event["estimate_method"] is None) == (estimates == [None, None]), event
        assert (event["estimate_method"] is None) == (event["estimate_quality"] is None), event
        assert (event["usage_source"] == "estimated") == (not is_reported and event["estimate_method"] is not None), event
        assert event["estimated_prompt_tokens"] is None or event["prompt_tokens"] is None, event
    assert event.get("cost_nano_usd") is None or event["prompt_tokens"] is not None, event
    assert event["captured_bytes"] <= event["response_bytes"], event
    return event


def same(event: dict, **expected: object) -> None:
    """Compares some fields, all differences at once."""
    found = {name: event[name] for name in expected}
    assert found == expected, event
