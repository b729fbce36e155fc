# SPDX-License-Identifier: MIT
"""The query API, its answers compared with what the test itself makes of the events that it has sent."""

import collections
import csv
import gzip
import hashlib
import io
import json
import math
import pathlib
import random
import signal
import sqlite3
import time
import urllib.parse

import jsonschema
import pytest

from support import wire
from support.gateway import Collector, Factory
from support.process import PATIENCE, run, wait_until
from support.senders import post
from support.store import ENGINES, AnyStore, Servers, Store

API = json.loads((pathlib.Path(__file__).parents[2] / "docs/openapi.json").read_text())
DAY = 86_400_000
NOW = time.time_ns() // 1_000_000
of_sqlite = pytest.mark.skipif("sqlite" not in ENGINES, reason="of SQLite alone")


def ts(milliseconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(milliseconds // 1000)) + f".{milliseconds % 1000:03}Z"


def made(randomness: random.Random, number: int) -> dict:
    at = NOW - randomness.randrange(10 * DAY)
    has_usage = randomness.random() < 0.9
    status = randomness.choice((200, 200, 200, 200, 429, 500, 0))
    prompt, completion = (randomness.randrange(5_000), randomness.randrange(900)) if has_usage else (None, None)
    return {"request_id": f"req_{at:012x}7{number:019x}", "tenant": f"team-{randomness.randrange(4)}",
            "app_key": f"sha256:{randomness.randrange(3):012x}", "provider": randomness.choice(("openai", "anthropic")),
            "model": f"model-{randomness.randrange(3)}", "prompt_tokens": prompt, "completion_tokens": completion,
            "total_tokens": prompt + completion if has_usage else None,
            "latency_ms": round(randomness.lognormvariate(6, 1), 3), "status_code": status, "ts": ts(at),
            "schema_version": 1, "event_id": f"{at >> 16:08x}-{at & 0xffff:04x}-7{number & 0xfff:03x}-8000-{number:012x}",
            "request_model": "m", "endpoint": "/v1/chat/completions", "stream": bool(number % 2),
            "outcome": "completed" if status == 200 else "client_aborted" if status == 0 else "upstream_invalid",
            "usage_source": "upstream" if has_usage else "missing", "cached_tokens": 0 if has_usage else None,
            "reasoning_tokens": None, "ttft_ms": round(randomness.lognormvariate(4, 1), 3), "upstream_request_id": "",
            "request_bytes": randomness.randrange(9_000), "response_bytes": 10, "captured_bytes": 10,
            "capture_truncated": False, "finish_reason": "stop", "stream_chunks": 3, "output_bytes": 12,
            "cache_write_tokens": None, "service_tier": None, "native_finish_reason": None} | (
            {"cost_nano_usd": randomness.randrange(10**7), "price_id": "0123456789ab"} if randomness.random() < 0.8 else {})


def check_form(path: str, response: wire.Response) -> None:
    """Holds an answer against docs/openapi.json."""
    known = "/api/v1/events/{event_id}" if path.startswith("events/") else f"/api/v1/{path}"
    if known not in API["paths"]:
        return
    described = API["paths"][known]["get"]["responses"][str(response.status)]
    if "$ref" in described:
        described = API["components"]["responses"][described["$ref"].rsplit("/", 1)[1]]
    kind = response.get("Content-Type").split(";")[0]
    if kind == "application/json":
        schema = described["content"][kind]["schema"] | {"components": API["components"]}
        jsonschema.Draft202012Validator(schema).validate(response.json())
    else:
        assert kind in described["content"]


class Asked:
    """A collector with events, and the events."""

    def __init__(self, collector: Collector, events: list[dict], engine: str = "") -> None:
        self.collector, self.events, self.engine = collector, events, engine

    def get(self, path: str, *parameters: tuple[str, object], host: str = "127.0.0.1", token: str = "",
            **named: object) -> wire.Response:
        query = urllib.parse.urlencode([*parameters, *named.items()])
        fields = [("Host", host)] + ([("Authorization", f"Bearer {token}")] if token else [])
        with wire.Connection(self.collector.query) as connection:
            connection.send(wire.request("GET", f"/api/v1/{path}" + (f"?{query}" if query else ""), fields, host=False))
            response = connection.read_response()
        check_form(path, response)
        return response

    def ok(self, path: str, *parameters: tuple[str, object], **named: object) -> dict:
        response = self.get(path, *parameters, **named)
        assert response.status == 200, response
        assert response.get("Cache-Control") == "no-store"
        return response.json()

    def refused(self, status: int, code: str, path: str, *parameters: tuple[str, object], param: str | None = None,
                **named: object) -> None:
        response = self.get(path, *parameters, **named)
        assert response.status == status, response
        error = response.json()["error"]
        assert list(error) == ["message", "type", "param", "code"] and error["message"]
        assert (error["code"], error["param"]) == (code, param), response


@pytest.fixture(scope="module", params=ENGINES)
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, servers: Servers):
    folder = tmp_path_factory.mktemp("query")
    factory = Factory(folder)
    store = ENGINES[request.param](folder, servers)
    collector = factory.collector(STORE_URL=store.url)
    randomness = random.Random(3)
    events = [made(randomness, number) for number in range(3_000)]
    for at in range(0, len(events), 500):
        body = b"".join(json.dumps(each).encode() + b"\n" for each in events[at:at + 500])
        assert post(collector.address, body).status == 202
        assert post(collector.address, body).status == 202  # once more
    yield Asked(collector, events, store.engine)
    factory.close()


def is_error(event: dict) -> bool:
    return event["outcome"] != "completed" or event["status_code"] >= 400


def half_even(nano: int) -> int:
    return round(nano / 1000) if nano % 1000 != 500 else nano // 1000 + nano // 1000 % 2


def summed(events: list[dict]) -> dict:
    def total(name: str) -> int:
        return sum(each.get(name) or 0 for each in events)
    costs = [each["cost_nano_usd"] for each in events if "cost_nano_usd" in each]
    return {"requests": len(events), "errors": sum(map(is_error, events)), "prompt_tokens": total("prompt_tokens"),
            "completion_tokens": total("completion_tokens"), "cached_tokens": 0, "cache_write_tokens": 0,
            "reasoning_tokens": 0, "no_usage_requests": sum(each["prompt_tokens"] is None for each in events),
            "cost_micro_usd": half_even(sum(costs)) if costs else None, "unpriced_requests": len(events) - len(costs),
            "request_bytes": total("request_bytes"), "response_bytes": 10 * len(events)}


def check_sums(found: dict, events: list[dict]) -> None:
    expected = summed(events)
    assert {name: found[name] for name in expected} == expected
    for name, field in (("mean_latency_ms", "latency_ms"), ("mean_ttft_ms", "ttft_ms")):
        assert found[name] == pytest.approx(sum(each[field] for each in events) / len(events), abs=0.001)


def grouped(events: list[dict], key) -> dict:
    groups = collections.defaultdict(list)
    for each in events:
        groups[key(each)].append(each)
    return groups


def test_usage_of_all(asked: Asked):
    answer = asked.ok("usage")
    assert len(answer["items"]) == 1 and answer["next"] is None and not answer["truncated"]
    check_sums(answer["items"][0], asked.events)
    check_sums(answer["totals"], asked.events)


@pytest.mark.parametrize("bucket, cut", [("hour", 13), ("day", 10), ("month", 7)])
def test_usage_by_bucket_and_group(asked: Asked, bucket: str, cut: int):
    answer = asked.ok("usage", bucket=bucket, group_by="tenant,model")
    items = answer["items"]
    while answer["next"]:
        answer = asked.ok("usage", bucket=bucket, group_by="tenant,model", cursor=answer["next"])
        items += answer["items"]
    expected = grouped(asked.events, lambda each: (each["ts"][:cut], each["tenant"], each["model"]))
    assert len(items) == len(expected)
    for item in items:
        check_sums(item, expected[item["bucket"][:cut], item["tenant"], item["model"]])
    assert [item["bucket"] for item in items] == sorted(item["bucket"] for item in items)


@pytest.mark.parametrize("order, amount", [("requests", lambda item: item["requests"]),
                                           ("tokens", lambda item: item["prompt_tokens"] + item["completion_tokens"]),
                                           ("cost", lambda item: item["cost_micro_usd"] or 0)])
def test_order_and_pages(asked: Asked, order: str, amount):
    parameters = {"group_by": "tenant,model,app_key,outcome,status_class,provider", "order": order}
    whole = asked.ok("usage", **parameters)["items"]
    assert [amount(item) for item in whole] == sorted(map(amount, whole), reverse=True)
    paged, cursor = [], None
    size = 100 if asked.engine == "clickhouse" else 7  # each page costs that one some time
    while True:
        answer = asked.ok("usage", **parameters, limit=size, **({"cursor": cursor} if cursor else {}))
        paged += answer["items"]
        cursor = answer["next"]
        if not cursor:
            break
    assert paged == whole
    asked.refused(400, "invalid_parameter", "usage", param="cursor", group_by="tenant", cursor=asked.ok(
        "usage", **parameters, limit=7)["next"])


def test_filters(asked: Asked):
    cases = [({"tenant": ["team-1"]}, lambda e: e["tenant"] == "team-1"),
             ({"tenant": ["team-1", "team-2"], "model": ["model-0"]},
              lambda e: e["tenant"] in ("team-1", "team-2") and e["model"] == "model-0"),
             ({"outcome": ["client_aborted"]}, lambda e: e["outcome"] == "client_aborted"),
             ({"status_class": ["4xx", "none"]}, lambda e: e["status_code"] in (0, 429)),
             ({"app_key": ["sha256:000000000001"], "provider": ["openai"]},
              lambda e: e["app_key"].endswith("1") and e["provider"] == "openai")]
    for wanted, matches in cases:
        parameters = [(name, value) for name, values in wanted.items() for value in values]
        check_sums(asked.ok("usage", *parameters)["totals"], list(filter(matches, asked.events)))
    assert asked.ok("usage", tenant="nobody")["items"] == []
    assert asked.ok("usage", tenant="nobody")["totals"]["cost_micro_usd"] is None


def test_spans_of_hours_and_days(asked: Asked):
    randomness = random.Random(5)
    for _ in range(30):
        begin = (NOW - randomness.randrange(11 * DAY)) // 3_600_000 * 3_600_000
        end = begin + randomness.randrange(1, 200) * 3_600_000
        answer = asked.ok("usage", **{"from": ts(begin), "to": ts(end)})
        inside = [each for each in asked.events if ts(begin) <= each["ts"] < ts(end)]
        assert answer["totals"]["requests"] == len(inside)
        assert (answer["from"], answer["to"]) == (ts(begin), ts(end))
    day = ts(NOW - 3 * DAY)[:10]
    inside = [each for each in asked.events if each["ts"] >= day]
    check_sums(asked.ok("usage", **{"from": day})["totals"], inside)


def exact(values: list[float], share: float) -> float:
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]


@pytest.mark.parametrize("kind, field", [("latency", "latency_ms"), ("ttft", "ttft_ms")])
@pytest.mark.parametrize("wanted", [{}, {"tenant": "team-2"}, {"status_class": "2xx", "outcome": "completed"}])
def test_percentiles(asked: Asked, kind: str, field: str, wanted: dict):
    span = {} if not wanted else {"from": ts(NOW - 12 * DAY), "to": ts(NOW + DAY)}
    answer = asked.ok("latency", kind=kind, group_by="model", bucket="day", **wanted, **span)
    matching = [each for each in asked.events if each["tenant"] == wanted.get("tenant", each["tenant"])
                and ("outcome" not in wanted or each["status_code"] == 200)]
    expected = grouped(matching, lambda each: (each["ts"][:10], each["model"]))
    assert len(answer["items"]) == len(expected) and answer["error"] == "±10%"
    for item in answer["items"]:
        values = [each[field] for each in expected[item["bucket"], item["model"]]]
        assert item["n"] == len(values)
        for name, share in (("p50_ms", 0.5), ("p90_ms", 0.9), ("p95_ms", 0.95), ("p99_ms", 0.99)):
            assert item[name] == pytest.approx(exact(values, share), rel=0.1), (name, item)


def newest_first(events: list[dict]) -> list[dict]:
    return sorted(events, key=lambda each: each["event_id"], reverse=True)


def test_events_are_as_they_were_sent(asked: Asked):
    found, cursor = [], None
    while True:
        answer = asked.ok("events", limit=700, **({"cursor": cursor} if cursor else {}))
        found += answer["items"]
        cursor = answer["next"]
        if not cursor:
            break
    assert found == newest_first(asked.events)
    assert [list(each) for each in found[:50]] == [list(each) for each in newest_first(asked.events)[:50]]


def test_events_by_filter(asked: Asked):
    matching = [e for e in newest_first(asked.events) if e["tenant"] == "team-3" and e["latency_ms"] >= 900]
    assert asked.ok("events", tenant="team-3", min_latency_ms=900, limit=1000)["items"] == matching[:1000]
    begin, end = ts(NOW - 4 * DAY), ts(NOW - 3 * DAY)
    inside = [e for e in newest_first(asked.events) if begin <= e["ts"] < end]
    assert asked.ok("events", limit=1000, **{"from": begin, "to": end})["items"] == inside[:1000]


def test_one_event(asked: Asked):
    event = asked.events[17]
    assert asked.ok(f"events/{event['event_id']}") == event
    assert asked.ok("events", request_id=event["request_id"])["items"] == [event]
    asked.refused(404, "event_not_found", "events/00000000-0000-7000-8000-000000000000")
    asked.refused(404, "event_not_found", "events/%ff%fe")
    asked.refused(400, "invalid_parameter", "events", param="request_id", request_id="chosen-by-a-client")
    span = {"from": ts(NOW - 6 * DAY), "to": ts(NOW)}
    assert asked.ok("events", request_id="chosen-by-a-client", **span)["items"] == []


def test_values(asked: Asked):
    assert asked.ok("values", field="tenant")["items"] == [f"team-{n}" for n in range(4)]
    assert asked.ok("values", field="model", prefix="model-1")["items"] == ["model-1"]
    assert asked.ok("values", field="tenant", limit=2)["items"] == ["team-0", "team-1"]
    assert asked.ok("values", field="tenant", prefix="%")["items"] == []


def test_store(asked: Asked):
    facts = asked.ok("store")
    assert facts["engine"] == asked.engine and facts["requests"] == len(asked.events) and facts["floor"] is None
    assert facts["oldest_event"] == min(each["ts"] for each in asked.events)
    assert facts["newest_event"] == max(each["ts"] for each in asked.events)


def test_export_of_usage(asked: Asked):
    parameters = {"what": "usage", "group_by": "tenant", "bucket": "day"}
    items = asked.ok("usage", group_by="tenant", bucket="day")["items"]
    response = asked.get("export", **parameters, format="csv")
    assert response.get("Content-Type") == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(response.body.decode(), newline="")))
    assert [{name: str(value) if value is not None else "" for name, value in item.items() if not name.startswith("mean")}
            for item in items] == [{n: v for n, v in row.items() if not n.startswith("mean")} for row in rows]
    assert asked.get("export", **parameters, format="json").json() == items
    lines = asked.get("export", **parameters, format="ndjson").body.decode().splitlines()
    assert [json.loads(line) for line in lines] == items


def test_export_of_events(asked: Asked):
    expected = newest_first(asked.events)
    response = asked.get("export", what="events", format="json")
    assert response.json() == expected
    assert "events.json" in response.get("Content-Disposition")
    lines = asked.get("export", what="events", format="ndjson", tenant="team-1").body.decode().splitlines()
    assert [json.loads(line) for line in lines] == [each for each in expected if each["tenant"] == "team-1"]
    rows = list(csv.DictReader(io.StringIO(asked.get("export", what="events", format="csv").body.decode(), newline="")))
    assert [row["event_id"] for row in rows] == [each["event_id"] for each in expected]
    assert [row["prompt_tokens"] for row in rows] == [str(e["prompt_tokens"]) if e["prompt_tokens"] is not None else ""
                                                      for e in expected]


@pytest.mark.long
def test_exports_are_packed_where_that_is_taken(asked: Asked):
    for what, form in (("usage", "csv"), ("usage", "json"), ("events", "csv"), ("events", "json"), ("events", "ndjson")):
        target = f"/api/v1/export?what={what}&format={form}&bucket=day&group_by=tenant" if what == "usage" else (
            f"/api/v1/export?what={what}&format={form}")
        plain, packed = (wire.ask(asked.collector.query, "GET", target, [("Host", "localhost"), *fields], host=False)
                         for fields in ([], [("Accept-Encoding", "br, gzip;q=0.5")]))
        assert packed.get("Content-Encoding") == "gzip" and plain.get("Content-Encoding") is None
        assert gzip.decompress(packed.body) == plain.body and len(packed.body) < len(plain.body) / 2
        refused = wire.ask(asked.collector.query, "GET", target, [("Host", "localhost"), ("Accept-Encoding", "gzip;q=0")], host=False)
        assert refused.body == plain.body and refused.get("Content-Encoding") is None


@pytest.mark.parametrize("path, parameters, param", [
    ("usage", [("colour", "red")], "colour"), ("usage", [("bucket", "week")], "bucket"),
    ("usage", [("from", "yesterday")], "from"), ("usage", [("from", "2026-02-30")], "from"),
    ("usage", [("from", "2026-11-02"), ("to", "2026-11-01")], "to"),
    ("usage", [("from", "2026-01-01"), ("to", "2026-11-01"), ("bucket", "hour")], "bucket"),
    ("usage", [("group_by", "request_id")], "group_by"), ("usage", [("group_by", "tenant,tenant")], "group_by"),
    ("usage", [("limit", "1001")], "limit"), ("usage", [("limit", "0")], "limit"), ("usage", [("limit", "-1")], "limit"),
    ("usage", [("order", "name")], "order"), ("usage", [("cursor", "zz")], "cursor"),
    ("usage", [("bucket", "day"), ("bucket", "day")], "bucket"), ("usage", [("status_class", "6xx")], "status_class"),
    ("latency", [("group_by", "tenant")], "group_by"), ("latency", [("kind", "total")], "kind"),
    ("latency", [("tenant", "a"), ("from", "2026-01-01")], "to"),
    ("events", [("limit", "5000")], "limit"), ("events", [("bucket", "day")], "bucket"),
    ("events", [("min_latency_ms", "x")], "min_latency_ms"), ("values", [("field", "request_id")], "field"),
    ("store", [("x", "1")], "x"), ("export", [("format", "xlsx")], "format"), ("export", [("what", "all")], "what"),
    ("usage", [("tenant", str(n)) for n in range(101)], "tenant"),
])
def test_questions_that_are_refused(asked: Asked, path: str, parameters: list[tuple[str, str]], param: str):
    asked.refused(400, "invalid_parameter", path, *parameters, param=param)


def test_broken_coding(asked: Asked):
    response = wire.ask(asked.collector.query, "GET", "/api/v1/usage?tenant=%zz", [("Host", "localhost")])
    assert response.status in (400, 403)


def test_other_paths_and_methods(asked: Asked):
    asked.refused(404, "unknown_url", "other")
    address = asked.collector.query
    with wire.Connection(address) as connection:
        connection.send(wire.request("POST", "/api/v1/usage", [("Host", "localhost")], b"", host=False))
        response = connection.read_response("POST")
    assert response.status == 405 and response.get("Allow") == "GET, HEAD"
    with wire.Connection(address) as connection:
        connection.send(wire.request("HEAD", "/api/v1/export?what=events", [("Host", "localhost")], host=False))
        assert connection.read_response("HEAD").status == 200


def test_foreign_host_names_are_refused(asked: Asked):
    """A page of another site whose name leads to this machine."""
    for host in ("127.0.0.1:8082", "localhost", "LOCALHOST:1", "[::1]", "[::1]:8082"):
        assert asked.get("store", host=host).status == 200, host
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.2", "localhost:x"):
        asked.refused(403, "host_not_allowed", "store", host=host)


def test_injection_into_csv(factory: Factory, store: AnyStore):
    collector = factory.collector(STORE_URL=store.url)
    names = ["=cmd()", "+1", "-1", "@a", "a,b", 'a"b', "a\nb", "plain", "\t=x"]
    events = [made(random.Random(1), n) | {"tenant": name} for n, name in enumerate(names)]
    assert post(collector.address, json.dumps(events).encode()).status == 202
    asked = Asked(collector, events)
    for what in ("usage", "events"):
        body = asked.get("export", what=what, format="csv", **({"group_by": "tenant"} if what == "usage" else {})).body
        found = {row["tenant"] for row in csv.DictReader(io.StringIO(body.decode(), newline=""))}
        assert found == {"'" + name if name[0] in "=+-@\t" else name for name in names}
    assert {item["tenant"] for item in asked.ok("usage", group_by="tenant")["items"]} == set(names)


@pytest.mark.long
def test_too_many_groups_become_one(factory: Factory, store: AnyStore):
    collector = factory.collector(STORE_URL=store.url)
    base = made(random.Random(1), 0)
    events = [base | {"event_id": f"{base['event_id'][:-12]}{n:012x}", "tenant": f"t{n}"} for n in range(10_050)]
    for at in range(0, len(events), 2_000):
        assert post(collector.address, json.dumps(events[at:at + 2_000]).encode()).status == 202
    asked = Asked(collector, events)
    rows = asked.get("export", what="usage", group_by="tenant", format="json").json()
    assert len(rows) == 10_000 and rows[-1]["tenant"] == "other" and rows[-1]["rest"] is True
    assert rows[-1]["requests"] == 51 and sum(row["requests"] for row in rows) == 10_050
    assert asked.ok("usage", group_by="tenant", limit=1)["truncated"] is True


def token_line(name: str, scope: str) -> tuple[str, str]:
    done = run("llm-collector", "token", name, "--scope", scope)
    assert done.returncode == 0
    token, line = (each.split(":  ", 1)[1].strip() for each in done.stdout.splitlines())
    assert line == f"{name} sha256:{hashlib.sha256(token.encode()).hexdigest()} {scope}"
    return token, line


def test_tokens_and_scopes(factory: Factory, store: AnyStore, tmp_path: pathlib.Path):
    (all_of, first), (own, second) = token_line("ops", "admin"), token_line("team", "tenant=team-1,team-2")
    tokens = tmp_path / "tokens"
    tokens.write_text(f"# who may ask\n{first}\n{second}\n")
    collector = factory.collector(STORE_URL=store.url, QUERY_TOKENS_FILE=str(tokens),
                                  QUERY_LISTEN_ADDR="127.0.0.1:0")
    events = [made(random.Random(n), n) for n in range(300)]
    assert post(collector.address, json.dumps(events).encode()).status == 202
    asked = Asked(collector, events)
    mine = [each for each in events if each["tenant"] in ("team-1", "team-2")]
    check_sums(asked.ok("usage", token=all_of, host="usage.example")["totals"], events)
    check_sums(asked.ok("usage", token=own)["totals"], mine)
    check_sums(asked.ok("usage", token=own, tenant="team-1")["totals"], [e for e in mine if e["tenant"] == "team-1"])
    asked.refused(403, "scope_not_allowed", "usage", param="tenant", token=own, tenant="team-3")
    asked.refused(403, "scope_not_allowed", "events", ("tenant", "team-1"), ("tenant", "team-3"), param="tenant", token=own)
    assert asked.ok("events", token=own, limit=1000)["items"] == newest_first(mine)
    theirs = next(each for each in events if each["tenant"] == "team-3")
    asked.refused(404, "event_not_found", f"events/{theirs['event_id']}", token=own)
    assert asked.ok("values", field="tenant", token=own)["items"] == sorted({e["tenant"] for e in mine})
    assert asked.ok("values", field="outcome", token=own)["items"] == sorted({e["outcome"] for e in mine})
    asked.refused(400, "invalid_parameter", "values", param="field", field="endpoint", token=own)
    asked.refused(403, "scope_not_allowed", "store", token=own)
    latency = asked.ok("latency", token=own, **{"from": ts(NOW - 20 * DAY)})
    assert latency["items"][0]["n"] == len(mine)
    lines = asked.get("export", what="events", format="ndjson", token=own).body.decode().splitlines()
    assert [json.loads(line) for line in lines] == newest_first(mine)
    asked.refused(401, "invalid_token", "usage")
    for _ in range(12):
        response = asked.get("usage", token="llmq_wrong")
    assert response.status == 429 and response.get("Retry-After") == "60"
    assert asked.get("usage", token=all_of).status == 200  # and it keeps nobody out
    third, line = token_line("new", "admin")
    tokens.write_text(line + "\n")
    wait_until(lambda: asked.get("usage", token=third).status == 200, "the new token")
    assert asked.get("usage", token=all_of).status in (401, 429)
    tokens.write_text("nonsense\n")
    collector.daemon.wait_for_log(lambda entry: entry["msg"].startswith("query tokens file not usable"), "a word about it")
    assert asked.get("usage", token=third).status == 200
    assert all(each not in "\n".join(collector.daemon.lines) for each in (all_of, own, third))


@pytest.mark.parametrize("settings, variable", [
    ({"QUERY_LISTEN_ADDR": "127.0.0.1:0"}, "QUERY_LISTEN_ADDR"),
    ({"QUERY_LISTEN_ADDR": ":0", "STORE_URL": "sqlite:x"}, "QUERY_TOKENS_FILE"),
    ({"QUERY_TOKENS_FILE": "/none", "STORE_URL": "sqlite:x"}, "QUERY_TOKENS_FILE"),
    ({"QUERY_TOKENS_FILE": "/etc/passwd", "STORE_URL": "sqlite:x"}, "QUERY_TOKENS_FILE"),
    ({"QUERY_THREADS": "0", "STORE_URL": "sqlite:x"}, "QUERY_THREADS"),
    ({"QUERY_TIMEOUT": "1ms", "STORE_URL": "sqlite:x"}, "QUERY_TIMEOUT"),
])
def test_bad_settings(settings: dict[str, str], variable: str):
    done = run("llm-collector", PORT="127.0.0.1:0", **settings)
    assert done.returncode == 2 and variable in done.stderr


def test_address_that_is_taken(factory: Factory, tmp_path: pathlib.Path):
    first = factory.collector(STORE_URL=f"sqlite:{tmp_path}/1.db")
    done = run("llm-collector", PORT="127.0.0.1:0", STORE_URL=f"sqlite:{tmp_path}/2.db",
               QUERY_LISTEN_ADDR="127.0.0.1:%d" % first.query[1])
    assert done.returncode == 1 and "QUERY_LISTEN_ADDR" in done.stderr


SLOW = {"from": "2025-11-01T01:00:00Z", "to": "2026-01-20T01:00:00Z", "bucket": "hour"}


def large_store(factory: Factory, folder: pathlib.Path) -> Store:
    """One with so many sums that to count those of SLOW takes a while."""
    store = Store(folder / "events.db")
    factory.collector(STORE_URL=store.url).daemon.stop()
    with sqlite3.connect(store.path) as connection:
        connection.execute("INSERT INTO word VALUES(1, 1, 't')")
        connection.execute("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) "
                           "INSERT INTO usage_hour SELECT 490000 + i / 600, 1, i, 1, 1, 8, 1, 0,0,0,0,0,0,0,0,0,0,0,0,0 FROM n")
    return store


@of_sqlite
def test_too_slow(factory: Factory, tmp_path: pathlib.Path):
    """A question that takes longer than it may holds up neither the next one nor events."""
    store = large_store(factory, tmp_path)
    collector = factory.collector(STORE_URL=store.url, QUERY_TIMEOUT="100ms", QUERY_THREADS="1")
    asked = Asked(collector, [])
    asked.refused(504, "query_timeout", "usage", **SLOW)
    assert post(collector.address, json.dumps(made(random.Random(1), 1)).encode()).status == 202
    wait_until(lambda: asked.get("values", field="tenant").status == 200, "an answer to a small question")
    with sqlite3.connect(store.path) as connection:  # no question holds the log
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0


@of_sqlite
def test_a_question_does_not_hold_up_the_end(factory: Factory, tmp_path: pathlib.Path):
    store = large_store(factory, tmp_path)
    collector = factory.collector(STORE_URL=store.url, QUERY_TIMEOUT="10m")
    opened = [wire.Connection(collector.query) for _ in range(8)]
    for connection in opened:
        connection.send(wire.request("GET", "/api/v1/usage?" + urllib.parse.urlencode(SLOW), [("Host", "localhost")], host=False))
    begin = time.monotonic()
    collector.daemon.signal(signal.SIGTERM)
    collector.daemon.signal(signal.SIGTERM)
    assert collector.daemon.wait() == 0
    assert time.monotonic() - begin < PATIENCE
    for connection in opened:
        connection.close()


def test_events_whose_ids_are_no_clock(factory: Factory, store: AnyStore):
    collector = factory.collector(STORE_URL=store.url)
    sent = [made(random.Random(n), n) | {"event_id": f"mine-{n}"} for n in range(20)]
    sent += [made(random.Random(99), 99) | {"event_id": "0192f0c1-7a3b-7def-9abc-0123456789ab"}]
    assert post(collector.address, json.dumps(sent).encode()).status == 202
    asked = Asked(collector, sent)
    for each in sent:
        assert asked.ok(f"events/{each['event_id']}") == each
        assert each in asked.ok("events", limit=1000, **{"from": ts(NOW - 20 * DAY)})["items"]
    bare = dict(list(made(random.Random(7), 777).items())[:11])
    assert post(collector.address, json.dumps(bare).encode()).status == 202
    [found] = asked.ok("events", request_id=bare["request_id"])["items"]
    assert {name: found[name] for name in bare} == bare
    assert asked.ok(f"events/{found['event_id']}") == found


def test_what_a_column_cannot_hold_comes_back_as_it_was(factory: Factory, store: AnyStore):
    collector = factory.collector(STORE_URL=store.url)
    odd = made(random.Random(1), 1) | {"latency_ms": 0.00012, "prompt_tokens": 2**53 + 1, "tenant": "x" * 3_000,
                                       "more": {"a": [1, None, "é\u2028"]}, "attempts": [{"target": "t"}]}
    assert post(collector.address, json.dumps(odd).encode()).status == 202
    asked = Asked(collector, [odd])
    assert asked.ok(f"events/{odd['event_id']}") == odd
    assert asked.ok("usage", tenant="x" * 3_000)["totals"]["requests"] == 1


def test_description_names_each_path_and_parameter(asked: Asked):
    paths = [path for path in API["paths"] if "{" not in path and path != "/api/v1/live"]  # which does not end
    for path in paths:
        is_kept = asked.engine != "clickhouse" or path != "/api/v1/reconciliation"
        assert asked.get(path.removeprefix("/api/v1/")).status == (200 if is_kept else 501), path
    for path in paths:
        for each in API["paths"][path]["get"]["parameters"]:
            name = each.get("name") or each["$ref"].rsplit("/", 1)[1]
            what = {"what": "usage"} if path.endswith("export") else {}
            error = asked.get(path.removeprefix("/api/v1/"), **({name: "\0"} | what)).body.decode(errors="replace")
            assert "is not known here" not in error, (path, name)


def test_metrics(asked: Asked):
    asked.ok("store")
    text = wire.ask(asked.collector.address, "GET", "/metrics").body.decode()
    assert 'llmgw_query_seconds_count{path="/api/v1/store"}' in text
    assert 'llmgw_query_refused_total{reason="invalid_parameter"}' in text
