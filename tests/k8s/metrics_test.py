# SPDX-License-Identifier: MIT
"""Rules and dashboard, against what the daemons say of themselves."""

import json
import re
import shutil
import subprocess
import urllib.request

import pytest
import yaml

from support.chart import CHART, ROOT, TOOLS, run, succeeded
from support.config_file import start
from support.gateway import chat
from support.keys import bearer, entry
from support.leases import ScriptedProxy
from support.process import wait_until
from support.wire import ask

RULES = CHART / "files" / "rules.yaml"
CASES = ROOT / "tests" / "k8s" / "rules_cases.yaml"
DASHBOARD = CHART / "files" / "dashboard.json"
# Exported, but not shown: what is only of use to whoever looks into one daemon. Where a daemon does not have one of
# them yet, that is no fault.
HIDDEN = {"llmgw_collector_recent_event_ids", "llmgw_collector_open_connections", "llmgw_collector_held_body_bytes",
          "llmgw_collector_refused_connections_total", "llmgw_proxy_overdue_requests",
          "llmgw_proxy_events_recovered_total", "llmgw_proxy_spool_files_set_aside_total",
          "llmgw_config_hash", "llmgw_config_last_error", "llmgw_config_reloads_total", "llmgw_discovery_models",
          "llmgw_discovery_fetches_total", "llmgw_learnt_refusals_total", "llmgw_store_events_total",
          "llmgw_store_events_ahead_total", "llmgw_store_bytes", "llmgw_store_oldest_seconds", "llmgw_store_series",
          "llmgw_store_series_reduced_total", "llmgw_store_up", "llmgw_store_errors_total",
          "llmgw_store_unplaced_events", "llmgw_store_rollup_lag_seconds", "llmgw_jwks_reads_total", "llmgw_jwks_keys",
          "llmgw_query_seconds", "llmgw_query_refused_total", "llmgw_query_sessions", "llmgw_query_live_viewers",
          "llmgw_query_live_events_total",
          "llmgw_limit_shared_total", "llmgw_limit_balances",
          "llmgw_collector_lease_syncs_total", "llmgw_collector_lease_unknown_rules_total",
          "llmgw_collector_lease_policy_mismatches_total", "llmgw_collector_lease_proxies", "llmgw_collector_lease_rules",
          "llmgw_collector_lease_lent_units", "llmgw_collector_lease_lent_slots",
          "llmgw_collector_lease_ledger_writes_total", "llmgw_collector_lease_ledger_write_duration_seconds"}
# Labels that the scraping Prometheus adds.
SCRAPE_LABELS = {"namespace", "pod", "job", "instance"}


def scrape(daemon, listener: str) -> str:
    host, port = daemon.address(listener)
    with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=10) as response:
        return response.read().decode()


@pytest.fixture
def exported(gateway, factory, tmp_path) -> dict[str, set[str]]:
    """The families of both daemons after some traffic, and of both with a configuration file, with the names of their
    labels."""
    path = tmp_path / "config.yaml"
    path.write_text(f"version: 1\nproviders: {{claude: {{type: anthropic, base_url: {gateway.mock.url}, keys: [{{env: KEY}}]}}}}\n"
                    f"default_provider: claude\nprices: [{{model: '*', input: 1, output: 1}}]\nkeys: {json.dumps([entry('web')])}\n"
                    "tenants: {\"*\": {limits: [{unit: requests, limit: 100, per: 1h}]}}\n")
    (tmp_path / "jwks.json").write_text("{}")
    routing = start(factory, path, KEY="sk-ant-test", GATEWAY_KEYS="required", GATEWAY_JWT_ISSUER="https://issuer.example",
                    GATEWAY_JWT_JWKS_FILE=str(tmp_path / "jwks.json"))
    fields = [("Content-Type", "application/json")] + bearer("web")
    assert routing.ask("POST", "/v1/chat/completions", fields, chat()).status == 200
    wait_until(lambda: "llmgw_key_last_used" in scrape(routing.daemon, "admin"), "the use of the key")
    wait_until(lambda: "llmgw_limit_decisions_total{" in scrape(routing.daemon, "admin"), "what the limit decided")
    limits = tmp_path / "limits.yaml"
    limits.write_text('version: 1\ntenants: {"*": {limits: [{unit: requests, limit: 5, per: day}]}}\n')
    lender = factory.collector(GATEWAY_CONFIG=str(limits), LIMITS_STATE_DIR=str(tmp_path / "state"))
    assert ScriptedProxy(lender.address).ask("t:demo/requests-day", 1)["grant"] == 1
    borrower = factory.proxy(gateway.mock.url, None, GATEWAY_CONFIG=str(limits), LIMITS_URL=lender.url)
    assert borrower.ask("POST", "/v1/chat/completions", [("Content-Type", "application/json")], chat()).status == 200
    with_file = [(routing.daemon, "admin"), (lender.daemon, "events"), (borrower.daemon, "admin")]
    counting = factory.gateway(METERING_ESTIMATE="bpe")  # an early exchange with usage is compared with its estimate
    assert counting.post(chat(stream=True, stream_options={"include_usage": True}))[0].status == 200
    wait_until(lambda: "llmgw_estimate_error_ratio" in scrape(counting.proxy.daemon, "admin"), "an estimate that was compared")
    with_file.append((counting.proxy.daemon, "admin"))
    collector = factory.collector(STORE_URL=f"sqlite:{tmp_path}/events.db")
    for path in ("store", "none"):
        ask(collector.query, "GET", f"/api/v1/{path}", [("Host", "localhost")], host=False)
    # Servers need not be there to be told of.
    away = [factory.collector(STORE_URL="postgres://nobody@127.0.0.1:1/none"),
            factory.collector(STORE_URL="clickhouse://127.0.0.1:1", STORE_TIMEOUT="100ms")]
    with_store = [(each.daemon, "events") for each in (collector, *away)]
    for body in (chat(), chat(stream=True, stream_options={"include_usage": True})):
        assert gateway.post(body)[0].status == 200  # and its event is stored
    text = ""
    for daemon, listener in [(gateway.proxy.daemon, "admin"), (gateway.collector.daemon, "events"), *with_file,
                             *with_store]:
        one = scrape(daemon, listener)
        succeeded(TOOLS / "promtool", "check", "metrics", stdin=one)
        text += one
    families: dict[str, set[str]] = {name: set() for name in re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE)}
    for name, labels in re.findall(r"^(\w+)\{([^}]*)\}", text, re.MULTILINE):
        family = name if name in families else re.sub(r"_(bucket|sum|count)$", "", name)
        families[family] |= set(re.findall(r"(\w+)=", labels))
    return families


def used(expressions: list[str]) -> set[str]:
    names = set(re.findall(r"(?<![:\w])llmgw_\w+", " ".join(expressions)))
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}


def rules() -> list[dict]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def panels() -> list[dict]:
    found = []
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        found += [panel] + panel.get("panels", [])
    return [panel for panel in found if panel["type"] != "row"]


def expressions_of_dashboard() -> list[str]:
    return [target["expr"] for panel in panels() for target in panel["targets"]]


def test_rules_are_sound():
    succeeded(TOOLS / "promtool", "check", "rules", "--lint=all", RULES)


def test_rules_fire_when_they_should(tmp_path):
    shutil.copy(RULES, tmp_path)
    shutil.copy(CASES, tmp_path)
    done = subprocess.run([TOOLS / "promtool", "test", "rules", CASES.name], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_have_a_case_that_fires_and_one_that_does_not_where_it_can():
    cases = yaml.safe_load(CASES.read_text())["tests"]
    firing = {check["alertname"] for case in cases for check in case["alert_rule_test"] if check["exp_alerts"]}
    assert firing == {rule["alert"] for rule in rules() if "alert" in rule}


def test_rules_tell_people_what_to_do():
    guide = (ROOT / "docs" / "kubernetes.md").read_text()
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")
               for heading in re.findall(r"^#+ (.+)$", guide, re.MULTILINE)}
    for rule in rules():
        if "alert" in rule:
            assert rule["labels"]["severity"] in ("critical", "warning", "info")
            assert {"summary", "description", "runbook_url"} == set(rule["annotations"])
            assert rule["annotations"]["runbook_url"].removeprefix("docs/kubernetes.md#") in anchors, rule["alert"]


def test_metrics_of_rules_and_dashboard_are_exported(exported):
    named = used([rule["expr"] for rule in rules()]) | used(expressions_of_dashboard())
    assert named - set(exported) == set()


def test_metrics_are_shown_or_listed_as_hidden(exported):
    assert set(exported) - used(expressions_of_dashboard()) - HIDDEN == set()
    assert used(expressions_of_dashboard()) & HIDDEN == set()


def test_metrics_have_the_labels_that_are_asked_for(exported):
    for expression in expressions_of_dashboard() + [rule["expr"] for rule in rules()]:
        for name, selector in re.findall(r"(llmgw_\w+)\{([^}]*)\}", expression):
            family = name if name in exported else re.sub(r"_(bucket|sum|count)$", "", name)
            if family in exported:
                labels = set(re.findall(r"(\w+)(?:=|!=|=~|!~)\"", selector))
                assert labels <= exported[family] | SCRAPE_LABELS, expression


def test_page_has_each_metric_with_its_labels(exported):
    page = (ROOT / "docs" / "metrics.md").read_text()
    rows = {name: set(re.findall(r"`(\w+)`", labels))
            for name, labels in re.findall(r"^\| `(llmgw_\w+)` \| \w+ \| ([^|]*) \|", page, re.MULTILINE)}
    assert set(rows) == set(exported)
    assert rows == {name: labels - {"le"} for name, labels in exported.items()}
    assert used([page]) - set(exported) == set()


def test_documents_dashboard_is_generated():
    written = succeeded(ROOT / "build" / "tools" / "python" / "bin" / "python", "tools/k8s/dashboard.py")
    assert written == DASHBOARD.read_text(), "tools/check reformat-chart writes it"


def test_documents_dashboard_is_usable():
    board = json.loads(DASHBOARD.read_text())
    assert board["title"] and board["uid"] and board["tags"]
    assert [each["name"] for each in board["templating"]["list"]] == ["datasource", "namespace", "pod"]
    titles = [panel["title"] for panel in panels()]
    assert len(titles) == len(set(titles))
    for panel in panels():
        assert panel["description"] and panel["datasource"]["uid"] == "$datasource", panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        for target in panel["targets"]:
            assert "namespace=~\"$namespace\"" in target["expr"] and target["legendFormat"], panel["title"]
            for counter in re.findall(r"(\w+)\((llmgw_\w+_total)", target["expr"]):
                assert counter[0] in ("rate", "increase"), target["expr"]
            windows = re.findall(r"\[(.*?)\]", target["expr"])
            assert set(windows) <= {"$__rate_interval", "$__range"}, target["expr"]


@pytest.mark.parametrize("expression", sorted(set(expressions_of_dashboard())))
def test_rules_language_of_dashboard(expression, tmp_path):
    plain = re.sub(r"\$__\w+", "5m", expression)
    file = tmp_path / "one.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": [{"record": "a:b:c", "expr": plain}]}]}))
    done = run(TOOLS / "promtool", "check", "rules", file)
    assert done.returncode == 0, done.stdout + done.stderr
