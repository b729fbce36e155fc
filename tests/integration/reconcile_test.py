# SPDX-License-Identifier: MIT
"""llm-collector reconcile: the store beside the reports of OpenAI and Anthropic, whole, or not at all."""

import csv
import io
import json
import pathlib
import subprocess
import time
import uuid

import jsonschema
import pytest

from support import wire
from support.certificates import Authority
from support.config_file import write
from support.gateway import Collector, Factory
from support.process import ROOT, run
from support.reports import KEY, Reports, anthropic_cost, anthropic_usage, openai_cost, openai_usage
from support.senders import post
from support.store import AnyStore

pytestmark = pytest.mark.one_thread

API = json.loads((ROOT / "docs/openapi.json").read_text())
TODAY = int(time.time()) // 86_400
OLD = TODAY - 10  # of a day whose reports do not change any more


def day_name(day: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(day * 86_400))


def event(day: int, **changes: object) -> dict:
    at = day * 86_400_000 + 1_000
    return {"request_id": "req_1", "tenant": "demo", "app_key": "", "provider": "openai", "model": "gpt-4o-2024-08-06",
            "prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100, "latency_ms": 1.5, "status_code": 200,
            "ts": f"{day_name(day)}T00:00:01.000Z", "schema_version": 1,
            "event_id": f"{at >> 16:08x}-{at & 0xffff:04x}-7000-8000-{uuid.uuid4().hex[:12]}", "request_model": "gpt-4o",
            "endpoint": "/v1/chat/completions", "stream": False, "outcome": "completed", "usage_source": "upstream",
            "cached_tokens": 400, "reasoning_tokens": None, "ttft_ms": None, "upstream_request_id": "", "request_bytes": 1,
            "response_bytes": 1, "captured_bytes": 1, "capture_truncated": False, "finish_reason": "stop",
            "cost_nano_usd": 2_500_000, "cost_assumed": False, "price_id": "0123456789ab"} | changes


SILENT = {"prompt_tokens": None, "completion_tokens": None, "total_tokens": None, "cached_tokens": None,
          "cost_nano_usd": None, "usage_source": "missing"}


class Books:
    """A collector with its store, and the reports of a provider."""

    def __init__(self, factory: Factory, folder: pathlib.Path, store: AnyStore, reports: Reports,
                 ca: pathlib.Path | None = None) -> None:
        self.store = store
        self.collector: Collector = factory.collector(STORE_URL=self.store.url)
        self.reports, self.folder, self.ca = reports, folder, ca
        self.key = folder / "admin-key"
        self.key.write_text(KEY + "\n")

    def put(self, *events: dict) -> None:
        body = b"".join(json.dumps(each).encode() + b"\n" for each in events)
        assert post(self.collector.address, body).status == 202

    def run(self, *arguments: str, provider: str = "openai", **settings: object) -> subprocess.CompletedProcess:
        usual = {"STORE_URL": self.store.url, "RECONCILE_KEY_FILE": str(self.key), "RECONCILE_BASE_URL": self.reports.url}
        if self.ca:
            usual["RECONCILE_CA_FILE"] = str(self.ca)
        done = run("llm-collector", "reconcile", "--provider", provider, *arguments, **(usual | settings))
        assert KEY not in done.stdout + done.stderr
        return done

    def rows(self, *arguments: str, status: int, provider: str = "openai", days: int = 1, **settings: str) -> list[dict]:
        done = self.run("--from", day_name(OLD), "--to", day_name(OLD + days), "--format", "json", *arguments,
                        provider=provider, **settings)
        assert done.returncode == status, done
        return [item | {"day": each["day"]} for each in json.loads(done.stdout)["days"] for item in each["items"]]

    def kept(self, **parameters: str) -> wire.Response:
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        with wire.Connection(self.collector.query) as connection:
            connection.send(wire.request("GET", f"/api/v1/reconciliation?{query}", [("Host", "127.0.0.1")], host=False))
            response = connection.read_response()
        if response.status == 200:
            schema = API["paths"]["/api/v1/reconciliation"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            jsonschema.Draft202012Validator(schema | {"components": API["components"]}).validate(response.json())
        return response


@pytest.fixture
def books(factory: Factory, tmp_path: pathlib.Path, store: AnyStore):
    with Reports() as reports:
        yield Books(factory, tmp_path, store, reports)


def test_openai_that_agrees(books: Books):
    books.put(*(event(OLD) for _ in range(20)), event(OLD, status_code=429, **SILENT), event(OLD + 2, model="text-embedding-3"))
    books.reports.put("completions", OLD, openai_usage("gpt-4o-2024-08-06", 20, 20_000, 2_000, 8_000))
    books.reports.put("embeddings", OLD + 2, openai_usage("text-embedding-3", 1, 1_000, 100, 400))
    books.reports.put("costs", OLD, openai_cost("gpt-4o-2024-08-06, input", 0.03),
                      openai_cost("gpt-4o-2024-08-06, cached input", "1e-2"),
                      openai_cost("gpt-4o-2024-08-06, output", 0.010000000000000001), openai_cost("web search tool calls", 0.3))
    rows = books.rows(status=0, days=5)
    assert [(each["day"], each["model"], each["verdict"]) for each in rows] == [
        (day_name(OLD), "gpt-4o", "match"), (day_name(OLD + 2), "text-embedding-3", "match")]
    first = rows[0]
    assert first["ours"] == {"requests": 20, "prompt_tokens": 20_000, "cached_tokens": 8_000, "cache_write_tokens": 0,
                             "completion_tokens": 2_000, "cost_micro_usd": 50_000, "no_usage_requests": 0,
                             "aborted_requests": 0, "unpriced_requests": 0, "models": ["gpt-4o-2024-08-06"]}
    assert first["theirs"] == {"requests": 20, "prompt_tokens": 20_000, "cached_tokens": 8_000, "cache_write_tokens": 0,
                               "completion_tokens": 2_000, "cost_micro_usd": 50_000, "models": ["gpt-4o-2024-08-06"]}
    assert first["matched"] and first["because"] == []
    [_, parameters] = books.reports.asked[0]
    assert parameters["group_by"] == ["model"] and int(parameters["start_time"][0]) == OLD * 86_400


def test_anthropic_that_agrees(books: Books):
    written = event(OLD, provider="anthropic", model="claude-sonnet-4-20250514", prompt_tokens=1_000, cached_tokens=300,
                    cache_write_tokens=200, completion_tokens=50, cost_nano_usd=12_300_000)
    books.put(*(written | {"event_id": str(uuid.uuid4())} for _ in range(10)))
    books.reports.put("messages", OLD, anthropic_usage("claude-sonnet-4-20250514", 5_000, 500, 3_000, 1_500, 500))
    books.reports.put("cost_report", OLD, anthropic_cost("claude-sonnet-4-20250514", "10.2"),
                      anthropic_cost("claude-sonnet-4-20250514", "2.1", "wrkspc_1"), anthropic_cost(None, "100"))
    [row] = books.rows(status=0, provider="anthropic")
    assert row["verdict"] == "match" and row["model"] == "claude-sonnet-4"
    assert row["theirs"] == {"requests": None, "prompt_tokens": 10_000, "cached_tokens": 3_000, "cache_write_tokens": 2_000,
                             "completion_tokens": 500, "cost_micro_usd": 123_000, "models": ["claude-sonnet-4-20250514"]}
    assert row["ours"]["requests"] == 10


@pytest.mark.parametrize(("theirs", "events", "verdict", "because", "status"), [
    (openai_usage("gpt-4o", 20, 20_020, 2_002, 8_000), [{}] * 20, "match", [], 0),  # within 0.1 %, or ten tokens
    (openai_usage("gpt-4o", 20, 20_021, 2_000, 8_000), [{}] * 20, "ours_less", ["prompt_tokens"], 3),
    (openai_usage("gpt-4o", 25, 25_000, 2_500, 10_000), [{}] * 20, "ours_less",
     ["requests", "prompt_tokens", "cached_tokens", "completion_tokens"], 3),
    (openai_usage("gpt-4o", 20, 20_000, 2_000, 8_000), [{}] * 21, "ours_more",
     ["requests", "prompt_tokens", "cached_tokens", "completion_tokens"], 3),
    (openai_usage("gpt-4o", 21, 21_000, 2_100, 8_000), [{}] * 20 + [SILENT], "explained",
     ["prompt_tokens", "completion_tokens"], 0),
    (openai_usage("gpt-4o", 21, 31_000, 2_100, 8_000), [{}] * 20 + [SILENT], "ours_less",
     ["prompt_tokens", "completion_tokens"], 3),  # no request is that large
    (openai_usage("gpt-4o", 20, 20_000, 2_000, 8_000),
     [{}] * 20 + [SILENT | {"outcome": "client_aborted", "status_code": 0}], "explained", ["requests"], 0),
], ids=["match", "less", "past", "more", "explained", "too-much", "aborted"])
def test_verdicts(books: Books, theirs: dict, events: list[dict], verdict: str, because: list[str], status: int):
    books.put(*(event(OLD, **each) for each in events))
    books.reports.put("completions", OLD, theirs)
    [row] = books.rows(status=status)
    assert (row["verdict"], row["because"]) == (verdict, because), row


def test_costs_that_differ(books: Books):
    books.put(*(event(OLD) for _ in range(20)))
    books.reports.put("completions", OLD, openai_usage("gpt-4o", 20, 20_000, 2_000, 8_000))
    books.reports.put("costs", OLD, openai_cost("gpt-4o, input", 0.08))
    [row] = books.rows(status=3)
    assert (row["verdict"], row["because"]) == ("ours_less", ["cost"])
    [row] = books.rows("--tolerance", "50%", status=0)
    assert row["verdict"] == "match"


def test_days_that_are_young_or_have_no_report(books: Books):
    books.put(event(TODAY - 1), event(OLD))
    done = books.run("--from", day_name(TODAY - 1), "--to", day_name(TODAY), "--format", "json")
    assert done.returncode == 0 and json.loads(done.stdout)["verdict"] == "unsettled"
    [row] = books.rows(status=3)
    assert row["verdict"] == "no_data" and not row["matched"]
    assert books.run("--from", day_name(OLD - 3)).stdout.endswith(": nothing\n")  # empty buckets


def test_models_by_the_price_table(books: Books):
    prices = write(books.folder / "prices.yaml", {"version": 1, "prices": [
        {"provider": "openai", "model": "gpt-4o*", "input": 1, "output": 1}, {"model": "*", "input": 0, "output": 0}]})
    books.put(event(OLD, model="gpt-4o-mini-latest"), event(OLD, model="own-model"))
    books.reports.put("completions", OLD, openai_usage("gpt-4o-mini-2024-07-18", 1, 1_000, 100, 400))
    rows = books.rows(status=3, GATEWAY_CONFIG=str(prices))
    assert [(each["model"], each["matched"], each["verdict"]) for each in rows] == [
        ("gpt-4o*", True, "match"), ("own-model", False, "ours_more")]
    [row] = books.rows("--model", "gpt-*", status=0, GATEWAY_CONFIG=str(prices))
    assert row["ours"]["models"] == ["gpt-4o-mini-latest"]


def test_what_is_found_is_kept_and_shown(books: Books):
    books.put(event(OLD))
    books.reports.put("completions", OLD, openai_usage("gpt-4o", 2, 2_000, 200, 800))
    books.rows(status=3, days=3)
    items = books.kept().json()["items"]
    assert [(each["day"], each["verdict"]) for each in items] == [
        (day_name(OLD + 2), "match"), (day_name(OLD + 1), "match"), (day_name(OLD), "ours_less")]
    books.put(event(OLD))
    books.rows(status=0)
    [item] = books.kept(to=day_name(OLD + 1)).json()["items"]  # the later look replaces the earlier one
    assert item["verdict"] == "match" and item["items"][0]["ours"]["requests"] == 2
    books.rows("--project", "proj_1", status=0)
    assert [each["scope"] for each in books.kept(to=day_name(OLD + 1)).json()["items"]] == ["", "projects=proj_1"]
    books.rows("--no-store", "--project", "proj_2", status=0)
    assert len(books.kept(provider="openai", to=day_name(OLD + 1)).json()["items"]) == 2
    assert books.kept(provider="anthropic").json()["items"] == []
    refused = books.kept(provider="azure")
    assert refused.status == 400 and refused.json()["error"]["param"] == "provider"


def test_forms(books: Books):
    books.put(event(OLD, model="=cmd|'x',\n"), event(OLD, **SILENT))
    books.reports.put("completions", OLD, openai_usage("gpt-4o", 1, 1_000, 100))
    arguments = ("--from", day_name(OLD))
    text = books.run(*arguments).stdout
    assert f"{day_name(OLD)}: " in text and "models of one side alone" in text and "difference" in text
    assert "\"=cmd|'x',\\n\"" in text
    done = books.run(*arguments, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout, newline="")))
    assert {each["model"] for each in rows} == {"'=cmd|'x',\n", "gpt-4o"}
    assert rows[1]["theirs_prompt_tokens"] == "1000" and rows[1]["no_usage_requests"] == "1"


def test_parts_of_an_organisation(books: Books):
    books.run("--from", day_name(OLD), "--project", "proj 1", "--project", "proj&2")
    assert {tuple(parameters["project_ids"]) for _, parameters in books.reports.asked} == {("proj 1", "proj&2")}
    books.reports.asked.clear()
    books.run("--from", day_name(OLD), "--api-key-id", "key_1")
    assert {tuple(parameters["api_key_ids"]) for _, parameters in books.reports.asked} == {("key_1",)}
    assert not any(path.endswith("/costs") for path, _ in books.reports.asked)  # which are not told by key
    books.reports.asked.clear()
    books.reports.put("cost_report", OLD, anthropic_cost("m", "100", "w1"), anthropic_cost("m", "900", "w2"))
    rows = books.rows("--workspace", "w1", provider="anthropic", status=3)
    assert books.reports.asked[0][1]["workspace_ids[]"] == ["w1"] and rows[0]["theirs"]["cost_micro_usd"] == 1_000_000


def test_pages_and_waits(books: Books):
    books.put(*(event(OLD + day) for day in range(7)))
    for day in range(7):
        books.reports.put("completions", OLD + day, openai_usage("gpt-4o", 1, 1_000, 100, 400))
    refused = []

    def busy(path: str, page: int, body: bytes):
        if page == 1 and len(refused) < 2 and path.endswith("completions"):
            refused.append(page)
            return 429, {"Retry-After": "0"}, b"{}"
        return 200, {}, body

    books.reports.fault = busy
    rows = books.rows(status=0, days=7)
    assert len(rows) == 7 and len(refused) == 2
    assert len([path for path, _ in books.reports.asked if path.endswith("completions")]) == 4 + 2
    books.reports.absent = {"images", "moderations"}  # of a server that has fewer reports
    books.rows(status=0, days=7)


def change(**members: object):
    return lambda path, page, body: (200, {}, json.dumps(json.loads(body) | members).encode())


@pytest.mark.parametrize(("fault", "said"), [
    (lambda path, page, body: None, "5 times"),
    (lambda path, page, body: (200, {}, body[:-20]), "no report, or was cut"),
    (lambda path, page, body: (200, {}, b"<html>"), "no report, or was cut"),
    (lambda path, page, body: (500, {"Retry-After": "0"}, b"{}"), "status 500, 5 times"),
    (lambda path, page, body: (429, {"Retry-After": "86400"}, b"{}"), "a wait of 86400 s is asked for"),
    (lambda path, page, body: (403, {}, KEY.encode()), "status 403: the key is not taken"),
    (lambda path, page, body: (302, {"Location": "http://127.0.0.1:1/"}, b""), "status 302"),
    (lambda path, page, body: (404, {}, b"{}"), "does not know this report"),
    (change(has_more=False, next_page=None), "the report ends early"),
    (change(has_more=True, next_page=None), "and not where"),
    (change(next_page="page-1", has_more=True), "leads back to one that was read"),
    (lambda path, page, body: (200, {}, body.replace(b'"has_more"', b'"more"')), "does not say whether there are more"),
    (lambda path, page, body: (200, {}, body.replace(b'"input_tokens": 1000', b'"input_tokens": -1')), "a count is none"),
    (lambda path, page, body: (200, {}, body.replace(b'"usd"', b'"eur"')), "not in USD"),
    (lambda path, page, body: (200, {}, body.replace(b'"start_time": 1', b'"start_time": 2.5, "x": 1')), "not that of a day"),
], ids=["cut", "half", "html", "500", "patience", "403", "redirect", "404", "early", "nowhere", "circle", "silent", "count",
        "currency", "bucket"])
def test_reports_that_are_not_whole_are_none(books: Books, fault, said: str):
    books.put(event(OLD))
    books.reports.put("completions", OLD, openai_usage("gpt-4o", 1, 1_000, 100, 400))
    books.reports.put("costs", OLD, openai_cost("gpt-4o, input", 1))
    books.reports.fault = fault
    done = books.run("--from", day_name(OLD), "--to", day_name(OLD + 5), patience=60)
    assert done.returncode == 1 and said in done.stderr and not done.stdout, done
    assert books.kept().json()["items"] == []


def test_an_answer_that_is_cut_is_asked_for_again(books: Books):
    books.put(event(OLD))
    books.reports.put("completions", OLD, openai_usage("gpt-4o", 1, 1_000, 100, 400))
    cut = []

    def once(path: str, page: int, body: bytes):
        if not cut:
            cut.append(path)
            return None
        return 200, {}, body

    books.reports.fault = once
    assert books.rows(status=0)[0]["verdict"] == "match" and cut


def test_a_page_that_comes_twice_counts_once(books: Books):
    books.put(*(event(OLD + day) for day in range(4)))
    for day in range(4):
        books.reports.put("completions", OLD + day, openai_usage("gpt-4o", 1, 1_000, 100, 400))

    def again(path: str, page: int, body: bytes):
        page_before = json.loads(books.reports.page("completions", True, OLD, OLD + 4, 0))
        found = json.loads(body)
        if path.endswith("completions") and page == 1:
            found["data"] = page_before["data"] + found["data"]
        return 200, {}, json.dumps(found).encode()

    books.reports.fault = again
    assert [each["verdict"] for each in books.rows(status=0, days=4)] == ["match"] * 4

    def other(path: str, page: int, body: bytes):
        status, fields, found = again(path, page, body)
        return status, fields, found.replace(b'"input_tokens": 1000', b'"input_tokens": 2000', 1) if page == 1 else found

    books.reports.fault = other
    done = books.run("--from", day_name(OLD), "--to", day_name(OLD + 4))
    assert done.returncode == 1 and "there twice, with different figures" in done.stderr


def test_over_tls_the_server_is_verified(factory: Factory, tmp_path: pathlib.Path, store: AnyStore):
    authority = Authority(tmp_path)
    with Reports(authority.server_context("DNS:localhost")) as reports:
        books = Books(factory, tmp_path, store, reports, authority.certificate)
        books.put(event(OLD))
        reports.put("completions", OLD, openai_usage("gpt-4o", 1, 1_000, 100, 400))
        assert books.rows(status=0)[0]["verdict"] == "match"
        books.ca = None
        done = books.run("--from", day_name(OLD))
        assert done.returncode == 1 and not done.stdout and "TLS" in done.stderr
        assert not [path for path, _ in reports.asked if path.endswith("embeddings")][1:]  # nothing was asked for again


@pytest.mark.parametrize(("arguments", "settings", "said"), [
    ([], {}, "--provider"), (["--provider", "azure"], {}, "--provider"),
    (["--provider=openai", "--from", "x"], {}, "2026-11-23"), (["--provider=openai", "--tolerance", "2x"], {}, "0.1%"),
    (["--provider=openai", "--from=2026-01-02", "--to=2026-01-01"], {}, "behind"),
    (["--provider=openai", "--to=2026-01-01"], {}, "--from"),
    (["--provider=openai", "--workspace", "w"], {}, "--workspace is of anthropic"),
    (["--provider=openai", "--format", "xml"], {}, "text, json, csv"),
    (["--provider=openai"], {"RECONCILE_KEY_FILE": ""}, "RECONCILE_KEY_FILE: must be set"),
    (["--provider=openai"], {"RECONCILE_KEY_FILE": "/none"}, "RECONCILE_KEY_FILE=/none: cannot be read"),
    (["--provider=openai"], {"RECONCILE_BASE_URL": "http://reports.example.com"}, "must be https"),
    (["--provider=openai"], {"RECONCILE_CA_FILE": "/none"}, "RECONCILE_CA_FILE=/none: cannot be read"),
    (["--provider=openai"], {"STORE_URL": ""}, "STORE_URL"),
])
def test_mistakes(tmp_path: pathlib.Path, arguments: list[str], settings: dict[str, str], said: str):
    (tmp_path / "key").write_text(KEY)
    usual = {"STORE_URL": f"sqlite:{tmp_path}/events.db", "RECONCILE_KEY_FILE": str(tmp_path / "key")}
    done = run("llm-collector", "reconcile", *arguments, **{name: value for name, value in (usual | settings).items() if value})
    assert done.returncode == 2 and said in done.stderr and not done.stdout, done
    assert KEY not in done.stderr
