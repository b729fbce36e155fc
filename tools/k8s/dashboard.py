# SPDX-License-Identifier: MIT
"""Prints the Grafana dashboard, made with the Grafana Foundation SDK. tools/check reformat-chart writes it to
charts/llm-gateway/files/dashboard.json; the tests compare, lint, and look its metrics up in a scrape of the daemons."""

from grafana_foundation_sdk.builders import dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DataSourceRef, VariableRefresh, VariableSort

SOURCE = DataSourceRef(type_val="prometheus", uid="$datasource")
PROXY = 'namespace=~"$namespace", pod=~"$pod"'
COLLECTOR = 'namespace=~"$namespace"'
RATE = "$__rate_interval"

# Row: panels of title, what it tells, unit, queries (expression, legend).
ROWS = {
    "Requests": [
        ("Requests by outcome", "Exchanges with an upstream that ended, however they ended.", "reqps", [
            (f"sum by (outcome) (rate(llmgw_proxy_requests_total{{{PROXY}}}[{RATE}]))", "{{outcome}}")]),
        ("Failed requests", "Share that the gateway or the upstream connection failed; not what clients broke off.",
         "percentunit", [
             (f'sum(rate(llmgw_proxy_requests_total{{{PROXY}, outcome!~"completed|client_aborted"}}[{RATE}])) '
              f"/ sum(rate(llmgw_proxy_requests_total{{{PROXY}}}[{RATE}]))", "failed")]),
        ("Requests by status and endpoint", "Classes of the status that clients got.", "reqps", [
            (f"sum by (endpoint, status_class) (rate(llmgw_proxy_requests_total{{{PROXY}}}[{RATE}]))",
             "{{endpoint}} {{status_class}}")]),
        ("Open now", "Exchanges, event streams and client connections under way.", "short", [
            (f"sum(llmgw_proxy_open_requests{{{PROXY}}})", "requests"),
            (f"sum(llmgw_proxy_open_streams{{{PROXY}}})", "streams"),
            (f"sum(llmgw_proxy_open_connections{{{PROXY}}})", "connections")]),
    ],
    "Callers": [
        ("Requests by key", "What their keys came to, where GATEWAY_KEYS asks for them; observed ones are served.", "reqps", [
            (f"sum by (result) (rate(llmgw_auth_requests_total{{{PROXY}}}[{RATE}]))", "{{result}}")]),
        ("Requests without a good key", "Share that is answered 401, or would be.", "percentunit", [
            (f'sum(rate(llmgw_auth_requests_total{{{PROXY}, result!~"accepted|tenant_mismatch|model_not_allowed"}}[{RATE}])) '
             f"/ sum(rate(llmgw_auth_requests_total{{{PROXY}}}[{RATE}]))", "not good")]),
        ("Gateway keys", "Of the configuration file, by state; the most of the proxies.", "short", [
            (f"max by (state) (llmgw_keys{{{PROXY}}})", "{{state}}")]),
        ("Keys used", "How many of them had a request within the last hour, by tenant.", "short", [
            (f"count by (tenant) (max by (tenant, key_id) (llmgw_key_last_used_timestamp_seconds{{{PROXY}}}) > time() - 3600)",
             "{{tenant}}")]),
    ],
    "Latency": [
        ("Time to first byte", "From a request's first byte to the upstream's first body byte.", "s", [
            (f"histogram_quantile({q}, sum by (le) "
             f"(rate(llmgw_proxy_time_to_first_byte_seconds_bucket{{{PROXY}}}[{RATE}])))", f"p{p}")
            for q, p in ((0.5, 50), (0.95, 95), (0.99, 99))]),
        ("Duration", "From a request's first byte to the end of its response; of a stream, all of it.", "s", [
            (f"histogram_quantile({q}, sum by (le) "
             f"(rate(llmgw_proxy_request_duration_seconds_bucket{{{PROXY}}}[{RATE}])))", f"p{p}")
            for q, p in ((0.5, 50), (0.95, 95), (0.99, 99))]),
        ("Payload", "Bytes relayed in either direction.", "Bps", [
            (f"sum by (direction) (rate(llmgw_proxy_body_bytes_total{{{PROXY}}}[{RATE}]))", "{{direction}}")]),
    ],
    "Tokens": [
        ("Tokens by kind", "As upstreams reported them; cached and reasoning ones are part of the others.", "short", [
            (f"sum by (kind) (rate(llmgw_proxy_tokens_total{{{PROXY}}}[{RATE}]))", "{{kind}}")]),
        ("Tokens by tenant", "Prompt and completion, the ten largest.", "short", [
            (f'topk(10, sum by (tenant) (rate(llmgw_proxy_tokens_total{{{PROXY}, kind=~"prompt|completion"}}[{RATE}])))',
             "{{tenant}}")]),
        ("Tokens by model", "Prompt and completion, the ten largest.", "short", [
            (f'topk(10, sum by (model) (rate(llmgw_proxy_tokens_total{{{PROXY}, kind=~"prompt|completion"}}[{RATE}])))',
             "{{model}}")]),
        ("Exchanges without usage", "Share of exchanges for which no tokens were reported.", "percentunit", [
            (f"sum(rate(llmgw_proxy_usage_missing_total{{{PROXY}}}[{RATE}])) "
             f"/ sum(rate(llmgw_proxy_requests_total{{{PROXY}}}[{RATE}]))", "no usage")]),
        ("Estimates", "Exchanges without usage, by how they were estimated and why so.", "reqps", [
            (f"sum by (method, reason) (rate(llmgw_estimates_total{{{PROXY}}}[{RATE}]))", "{{method}} {{reason}}")]),
        ("Error of estimates", "How far they are from what was reported; the worst of the proxies.", "percentunit", [
            (f"max by (model, method) (llmgw_estimate_error_ratio{{{PROXY}}})", "{{model}} {{method}}")]),
        ("Counting of tokens", "Exchanges that wait to be counted, and the 95th percentile of counting one.", "short", [
            (f"sum by (pod) (llmgw_estimate_queue{{{PROXY}}})", "{{pod}} waiting"),
            (f"histogram_quantile(0.95, sum by (le) (rate(llmgw_estimate_seconds_bucket{{{PROXY}}}[{RATE}])))", "seconds")]),
        ("Text held", "For the case that nobody reports its tokens.", "bytes", [
            (f"sum by (pod) (llmgw_estimate_text_bytes{{{PROXY}}})", "{{pod}}")]),
        ("Streams read on", "Without their client, by what came of it.", "reqps", [
            (f"sum by (result) (rate(llmgw_drains_total{{{PROXY}}}[{RATE}]))", "{{result}}")]),
        ("Cost by tenant", "By the prices of the configuration file, an hour, the ten largest.", "currencyUSD", [
            (f"topk(10, sum by (tenant) (rate(llmgw_cost_nano_usd_total{{{PROXY}}}[{RATE}]))) * 3600 / 1e9", "{{tenant}}")]),
        ("Cost by model", "The same.", "currencyUSD", [
            (f"topk(10, sum by (model) (rate(llmgw_cost_nano_usd_total{{{PROXY}}}[{RATE}]))) * 3600 / 1e9", "{{model}}")]),
        ("Exchanges without a price", "Of those with tokens, which are in no cost.", "reqps", [
            (f"sum(rate(llmgw_unpriced_requests_total{{{PROXY}}}[{RATE}]))", "unpriced")]),
        ("Streams asked for usage", "In the place of their client, and those of them that the upstream refused.", "reqps", [
            (f"sum(rate(llmgw_proxy_usage_asked_total{{{PROXY}}}[{RATE}]))", "asked"),
            (f"sum(rate(llmgw_proxy_usage_refused_total{{{PROXY}}}[{RATE}]))", "refused")]),
    ],
    "Upstream": [
        ("Upstream connections", "How the connection of a request was had.", "cps", [
            (f"sum by (result) (rate(llmgw_proxy_upstream_connections_total{{{PROXY}}}[{RATE}]))", "{{result}}")]),
        ("Connections to the upstream", "All, and those that wait for a request.", "short", [
            (f"sum by (pod) (llmgw_proxy_upstream_open_connections{{{PROXY}}})", "{{pod}}"),
            (f"sum by (pod) (llmgw_proxy_upstream_idle_connections{{{PROXY}}})", "{{pod}} idle")]),
        ("Waits for a connection", "Requests that found all connections to the upstream in use.", "reqps", [
            (f"sum by (pod) (rate(llmgw_proxy_upstream_waits_total{{{PROXY}}}[{RATE}]))", "{{pod}}")]),
        ("Time to connect", "95th percentile of the TCP connection and of the TLS handshake.", "s", [
            (f"histogram_quantile(0.95, sum by (le) "
             f"(rate(llmgw_proxy_upstream_connect_duration_seconds_bucket{{{PROXY}}}[{RATE}])))", "connect"),
            (f"histogram_quantile(0.95, sum by (le) "
             f"(rate(llmgw_proxy_upstream_tls_duration_seconds_bucket{{{PROXY}}}[{RATE}])))", "TLS")]),
        ("TLS handshakes", "All, and those that resumed a session.", "cps", [
            (f"sum(rate(llmgw_proxy_upstream_tls_handshakes_total{{{PROXY}}}[{RATE}]))", "all"),
            (f"sum(rate(llmgw_proxy_upstream_tls_resumed_total{{{PROXY}}}[{RATE}]))", "resumed")]),
    ],
    "Targets": [
        ("Targets", "Of the configuration file: 0 free, 1 tried by one request, 2 cooling; the worst of the proxies.", "short", [
            (f"max by (provider, target) (llmgw_target_state{{{PROXY}}})", "{{provider}} {{target}}")]),
        ("Attempts by cause", "Why tries to have a request answered failed; none: they did not.", "reqps", [
            (f"sum by (cause) (rate(llmgw_attempts_total{{{PROXY}}}[{RATE}]))", "{{cause}}")]),
        ("Fallbacks", "Tries behind which another target was asked.", "reqps", [
            (f"sum by (target, cause) (rate(llmgw_fallback_total{{{PROXY}}}[{RATE}]))", "{{target}} {{cause}}")]),
        ("Remaining limits", "What providers said last is left; the least of the proxies.", "short", [
            (f"min by (provider, kind) (llmgw_upstream_ratelimit_remaining{{{PROXY}}})", "{{provider}} {{kind}}")]),
        ("Left out of answers", "Parts of translated answers that chat completions have no place for.", "ops", [
            (f"sum by (provider, kind) (rate(llmgw_translation_skipped_total{{{PROXY}}}[{RATE}]))", "{{provider}} {{kind}}")]),
    ],
    "Limits": [
        ("Refused by limits", "And what would have been, where limits are only observed.", "reqps", [
            (f"sum by (tenant, rule) (rate(llmgw_limit_decisions_total{{{PROXY},decision=\"refused\"}}[{RATE}])) > 0",
             "{{tenant}} {{rule}}"),
            (f"sum by (tenant, rule) (rate(llmgw_limit_decisions_total{{{PROXY},decision=\"observed\"}}[{RATE}])) > 0",
             "{{tenant}} {{rule}} observed")]),
        ("Used of limits", "The ten that are used most; above 1: debt.", "percentunit", [
            (f"topk(10, max by (tenant, rule) (llmgw_limit_used_ratio{{{PROXY}}}))", "{{tenant}} {{rule}}")]),
        ("Reserved", "Units that exchanges under way have taken; usd: billionths of a dollar.", "short", [
            (f"sum by (unit) (llmgw_limit_reserved_units{{{PROXY}}})", "{{unit}}")]),
        ("Debt", "Units used beyond what was reserved, of which the balance had none.", "short", [
            (f"sum by (unit) (rate(llmgw_limit_debt_units_total{{{PROXY}}}[{RATE}]))", "{{unit}}")]),
        ("Reservations off", "As a part of what was used in the end: half of them are nearer, one in twenty is further off.",
         "percentunit", [
             (f"histogram_quantile({q}, sum by (le) (rate(llmgw_limit_reservation_error_ratio_bucket{{{PROXY}}}[{RATE}])))", name)
             for q, name in ((0.5, "half"), (0.95, "one in twenty"))]),
        ("Units borrowed", "Requests of proxies to the collector that lends, by result.", "reqps", [
            (f"sum by (result) (rate(llmgw_lease_syncs_total{{{PROXY}}}[{RATE}]))", "{{result}}")]),
        ("Time to borrow", "What the collector takes to answer, and how long exchanges wait that lack units.", "s", [
            (f"histogram_quantile({q}, sum by (le) (rate({name}_bucket{{{PROXY}}}[{RATE}])))", legend)
            for q, name, legend in ((0.5, "llmgw_lease_sync_seconds", "answer, half"),
                                    (0.99, "llmgw_lease_sync_seconds", "answer, one in a hundred"),
                                    (0.99, "llmgw_lease_wait_seconds", "wait, one in a hundred"))]),
        ("Collector that lends", "Proxies without its answers, which go on by themselves once they are away; and times that another "
         "one than before answered, or one that was restarted.", "short", [
             (f"sum by (state) (llmgw_lease_state{{{PROXY},state!=\"ok\"}})", "{{state}}"),
             (f"sum(increase(llmgw_lease_authority_changes_total{{{PROXY}}}[{RATE}]))", "other collectors")]),
        ("Budgets", "Spent or with proxies, of limits by the day, week or month.", "percentunit", [
            (f"topk(10, max by (tenant, rule) (llmgw_budget_spent_ratio{{{PROXY}}}))", "{{tenant}} {{rule}}")]),
    ],
    "Metering": [
        ("Events", "Made by the proxies, taken by the collector.", "ops", [
            (f"sum(rate(llmgw_proxy_events_produced_total{{{PROXY}}}[{RATE}]))", "produced"),
            (f"sum(rate(llmgw_proxy_events_delivered_total{{{PROXY}}}[{RATE}]))", "delivered"),
            (f"sum by (reason) (rate(llmgw_proxy_events_dropped_total{{{PROXY}}}[{RATE}]))", "dropped: {{reason}}"),
            (f"sum(rate(llmgw_proxy_event_post_retries_total{{{PROXY}}}[{RATE}]))", "posts put off")]),
        ("Events under way", "In the proxies' queues, being counted, in the batch that is being posted, and on disk.", "short", [
            (f"sum by (pod) (llmgw_proxy_events_queued{{{PROXY}}})", "{{pod}} queued"),
            (f"sum by (pod) (llmgw_proxy_events_estimating{{{PROXY}}})", "{{pod}} estimating"),
            (f"sum by (pod) (llmgw_proxy_events_in_flight{{{PROXY}}})", "{{pod}} in flight"),
            (f"sum by (pod) (llmgw_proxy_events_spooled{{{PROXY}}})", "{{pod}} spooled")]),
        ("Spool", "Bytes on disk, where a spool is set.", "bytes", [
            (f"sum by (pod) (llmgw_proxy_spool_bytes{{{PROXY}}})", "{{pod}}")]),
        ("Collector", "Events stored or known already, requests by status, refusals and failed writes.", "ops", [
            (f"sum by (result) (rate(llmgw_collector_events_total{{{COLLECTOR}}}[{RATE}]))", "events {{result}}"),
            (f"sum by (status) (rate(llmgw_collector_requests_total{{{COLLECTOR}}}[{RATE}]))", "requests {{status}}"),
            (f"sum(rate(llmgw_collector_rejected_requests_total{{{COLLECTOR}}}[{RATE}]))", "refused"),
            (f"sum(rate(llmgw_collector_failed_writes_total{{{COLLECTOR}}}[{RATE}]))", "failed writes")]),
        ("Write time", "Of one batch, with fdatasync where that is asked for.", "s", [
            (f"histogram_quantile({q}, sum by (le) "
             f"(rate(llmgw_collector_write_duration_seconds_bucket{{{COLLECTOR}}}[{RATE}])))", f"p{p}")
            for q, p in ((0.5, 50), (0.99, 99))]),
        ("Bytes stored", "Written by the collector.", "Bps", [
            (f"sum(rate(llmgw_collector_written_bytes_total{{{COLLECTOR}}}[{RATE}]))", "stored")]),
    ],
}
STATS = [
    ("Proxies", "Running, by version.", "short",
     f'count by (version) (llmgw_build_info{{{PROXY}, program="llm-proxy"}})', "{{version}}"),
    ("Request rate", "Exchanges a second.", "reqps", f"sum(rate(llmgw_proxy_requests_total{{{PROXY}}}[{RATE}]))", "requests"),
    ("Open streams", "Event streams under way.", "short", f"sum(llmgw_proxy_open_streams{{{PROXY}}})", "streams"),
    ("Events lost", "Metering events dropped in the time shown.", "short",
     f"sum(increase(llmgw_proxy_events_dropped_total{{{PROXY}}}[$__range]))", "lost"),
    ("Collector healthy", "1: the last write stored its events.", "short",
     f"min(llmgw_collector_sink_healthy{{{COLLECTOR}}})", "healthy"),
]


def query(expression: str, legend: str, letter: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().expr(expression).legend_format(legend).ref_id(letter)


def graph(title: str, tells: str, unit: str, queries: list) -> timeseries.Panel:
    panel = (timeseries.Panel().title(title).description(tells).unit(unit).min(0).datasource(SOURCE)
             .height(8).span(8).fill_opacity(10))
    for letter, (expression, legend) in zip("ABCDEFGH", queries):
        panel = panel.with_target(query(expression, legend, letter))
    return panel


def figure(title: str, tells: str, unit: str, expression: str, legend: str) -> stat.Panel:
    return (stat.Panel().title(title).description(tells).unit(unit).datasource(SOURCE).height(4).span(4)
            .with_target(query(expression, legend, "A")))


def choice(name: str, label: str, values: str) -> dashboard.QueryVariable:
    return (dashboard.QueryVariable(name).label(label).datasource(SOURCE).query(values)
            .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED).sort(VariableSort.ALPHABETICAL_ASC)
            .multi(True).include_all(True).all_value(".*"))


def build() -> dashboard.Dashboard:
    made = (dashboard.Dashboard("LLM-Gateway").uid("llm-gateway").tags(["llm", "gateway"]).timezone("browser")
            .time("now-1h", "now").refresh("30s").readonly()
            .with_variable(dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus"))
            .with_variable(choice("namespace", "Namespace", "label_values(llmgw_build_info, namespace)"))
            .with_variable(choice("pod", "Proxy", 'label_values(llmgw_build_info{namespace=~"$namespace", '
                                                  'program="llm-proxy"}, pod)')))
    for each in STATS:
        made = made.with_panel(figure(*each))
    for title, panels in ROWS.items():
        made = made.with_row(dashboard.Row(title))
        for each in panels:
            made = made.with_panel(graph(*each))
    return made


if __name__ == "__main__":
    print(JSONEncoder(sort_keys=True, indent=2).encode(build().build()))
