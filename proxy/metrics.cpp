// SPDX-License-Identifier: MIT
// From per-worker counters to metric families.
#include "proxy/metrics.hpp"

#include <algorithm>

#include "common/metrics/prometheus_text.hpp"
#include "proxy/metrics_discovery.hpp"
#include "proxy/metrics_estimates.hpp"
#include "proxy/metrics_keys.hpp"
#include "proxy/metrics_parts.hpp"
#include "proxy/metrics_targets.hpp"
#include "proxy/metrics_upstreams.hpp"

namespace llmgw::proxy {
namespace {

template <class Get>
double sum(const Workers& workers, Get get) {
  std::uint64_t total = 0;
  for (const Worker* each : workers) total += get(*each).value();
  return static_cast<double>(total);
}

Metric single(MetricKind kind, std::string name, std::string help, double value) {
  return {std::move(name), std::move(help), kind, {{{}, value}}};
}

// Calls `visit(provider, endpoint, their counts in each worker)`.
template <class Visit>
void for_each_endpoint(const Workers& workers, Visit visit) {
  for (const Dialect* dialect : dialects()) {
    for (std::size_t i = 0; i < endpoint_names.size(); ++i) {
      std::vector<const TrafficCounts::Endpoint*> parts;
      for (const Worker* each : workers)
        parts.push_back(&each->traffic().providers[dialect->number].endpoints[i]);
      visit(std::string(dialect->name), std::string(endpoint_names[i]), parts);
    }
  }
}

Metric requests(const Workers& workers) {
  static constexpr const char* classes[] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
  Metric metric{
      "llmgw_proxy_requests_total", "Exchanges routed to an upstream.", MetricKind::counter, {}};
  for_each_endpoint(workers, [&](const auto& provider, const auto& endpoint, const auto& parts) {
    for (std::size_t outcome = 0; outcome < outcome_count; ++outcome) {
      for (std::size_t status = 0; status < std::size(classes); ++status) {
        std::uint64_t count = 0;
        for (const auto* part : parts) count += part->requests[outcome][status].value();
        if (count == 0) continue;
        metric.samples.push_back({{{"provider", provider},
                                   {"endpoint", endpoint},
                                   {"status_class", classes[status]},
                                   {"outcome", std::string(name(static_cast<Outcome>(outcome)))}},
                                  static_cast<double>(count)});
      }
    }
  });
  return metric;
}

Metric histogram(const Workers& workers, std::string name, std::string help,
                 AnswerHistogram TrafficCounts::Endpoint::*which) {
  Metric metric{std::move(name), std::move(help), MetricKind::histogram, {}};
  for_each_endpoint(workers, [&](const auto& provider, const auto& endpoint, const auto& parts) {
    const HistogramValue value =
        sum_of(parts, [=](const auto& part) -> const auto& { return part.*which; });
    const bool is_empty = std::all_of(value.counts.begin(), value.counts.end(),
                                      [](std::uint64_t count) { return count == 0; });
    if (!is_empty)
      metric.samples.push_back({{{"provider", provider}, {"endpoint", endpoint}}, value});
  });
  return metric;
}

Metric labelled(std::string name, std::string help, std::string label,
                std::initializer_list<std::pair<const char*, double>> values) {
  Metric metric{std::move(name), std::move(help), MetricKind::counter, {}};
  for (const auto& [value, count] : values) metric.samples.push_back({{{label, value}}, count});
  return metric;
}

Metric tokens_of(const Workers& workers, TokenSeriesOfProviders& series) {
  Metric metric = token_metric();
  for (const Dialect* dialect : dialects()) {
    std::vector<const TokenTable*> tables;
    for (const Worker* each : workers)
      tables.push_back(&each->traffic().providers[dialect->number].tokens);
    series[dialect->number].append_to(metric, tables, std::string(dialect->name));
  }
  return metric;
}

void add_costs(std::vector<Metric>& all, const Workers& workers, CostSeries& series) {
  std::vector<const CostCounts*> counts;
  for (const Worker* each : workers) counts.push_back(&each->traffic().costs);
  series.append_to(all, counts);
}

void add_traffic(std::vector<Metric>& all, const Workers& workers, TrafficSeries& series) {
  const auto traffic = [&](Counter TrafficCounts::*which) {
    return sum(workers,
               [=](const Worker& each) -> const Counter& { return each.traffic().*which; });
  };
  all.push_back(requests(workers));
  all.push_back(histogram(workers, "llmgw_proxy_request_duration_seconds",
                          "From a request's first byte to the end of its response.",
                          &TrafficCounts::Endpoint::duration));
  all.push_back(histogram(workers, "llmgw_proxy_time_to_first_byte_seconds",
                          "From a request's first byte to the first body byte of the upstream.",
                          &TrafficCounts::Endpoint::ttft));
  all.push_back(tokens_of(workers, series.tokens));
  all.push_back(single(MetricKind::counter, "llmgw_proxy_usage_missing_total",
                       "Exchanges for which no usage was reported.",
                       traffic(&TrafficCounts::usage_missing)));
  add_costs(all, workers, series.costs);
  all.push_back(labelled("llmgw_proxy_body_bytes_total", "Payload bytes relayed.", "direction",
                         {{"request", traffic(&TrafficCounts::request_bytes)},
                          {"response", traffic(&TrafficCounts::response_bytes)}}));
  all.push_back(single(MetricKind::gauge, "llmgw_proxy_open_requests", "Exchanges under way.",
                       traffic(&TrafficCounts::open_requests)));
  all.push_back(single(MetricKind::gauge, "llmgw_proxy_open_streams",
                       "Event streams under way, from their head on.",
                       traffic(&TrafficCounts::open_streams)));
}

void add_connections(std::vector<Metric>& all, const Workers& workers) {
  const auto gauge = [&](Counter Worker::Gauges::*which) {
    return sum(workers, [=](const Worker& each) -> const Counter& { return each.gauges().*which; });
  };
  all.push_back(single(MetricKind::gauge, "llmgw_proxy_open_connections", "Client connections.",
                       gauge(&Worker::Gauges::open_connections)));
  all.push_back(single(MetricKind::gauge, "llmgw_proxy_overdue_requests",
                       "Exchanges that no time limit will end: a fault of the gateway, if not 0.",
                       gauge(&Worker::Gauges::overdue_exchanges)));
}

void add_delivery(std::vector<Metric>& all, const DeliveryCounts& delivery) {
  const auto count = [](std::uint64_t value) { return static_cast<double>(value); };
  all.push_back(single(MetricKind::counter, "llmgw_proxy_events_produced_total",
                       "Metering events made.", count(delivery.produced)));
  all.push_back(single(MetricKind::counter, "llmgw_proxy_events_delivered_total",
                       "Metering events that the collector has taken.", count(delivery.delivered)));
  all.push_back(labelled("llmgw_proxy_events_dropped_total", "Metering events lost, by reason.",
                         "reason",
                         {{"queue_full", count(delivery.queue_full)},
                          {"spool_full", count(delivery.spool_full)},
                          {"rejected", count(delivery.rejected)},
                          {"no_collector", count(delivery.no_collector)},
                          {"shutdown", count(delivery.shutdown)}}));
  all.push_back(single(MetricKind::gauge, "llmgw_proxy_events_queued",
                       "Metering events that wait in memory.", count(delivery.queued)));
  all.push_back(single(MetricKind::gauge, "llmgw_proxy_events_spooled",
                       "Metering events that wait on disk.", count(delivery.spooled)));
  all.push_back(single(MetricKind::gauge, "llmgw_proxy_events_in_flight",
                       "Metering events in the batch that is being posted.",
                       count(delivery.in_flight)));
  all.push_back(single(MetricKind::gauge, "llmgw_proxy_events_estimating",
                       "Metering events whose tokens are being counted.",
                       count(delivery.estimating)));
  all.push_back(single(MetricKind::counter, "llmgw_proxy_event_post_retries_total",
                       "Posts to the collector that failed and were put off.",
                       count(delivery.retries)));
  all.push_back(single(MetricKind::counter, "llmgw_proxy_events_recovered_total",
                       "Metering events of an earlier run found in the spool; produced, too.",
                       count(delivery.recovered)));
  all.push_back(single(MetricKind::gauge, "llmgw_proxy_spool_bytes", "Size of the spool on disk.",
                       count(delivery.spool_bytes)));
  all.push_back(single(MetricKind::counter, "llmgw_proxy_spool_files_set_aside_total",
                       "Damaged spool files that were set aside.",
                       count(delivery.spool_files_set_aside)));
}

}  // namespace

std::string render_metrics(const Workers& workers, const DeliveryCounts& delivery,
                           TrafficSeries& series, const ConfigStatus* file,
                           const std::vector<CoolingBook::Entry>& targets,
                           const std::map<std::string, DiscoveryCounts>& discovery,
                           const KeyTable* keys, const JwksCounts* jwks, DecisionSeries& decisions,
                           const quota::Scopes* scopes, const LeaseCounts* leases,
                           const Estimator* estimator) {
  std::vector<Metric> all{build_info("llm-proxy")};
  add_traffic(all, workers, series);
  add_connections(all, workers);
  add_upstreams(all, workers);
  add_targets(all, workers, targets);
  add_limits(all, workers, decisions, scopes);
  add_leases(all, workers, leases);
  add_discovery(all, discovery);
  add_keys(all, workers, keys);
  add_jwks(all, jwks);
  add_estimates(all, workers, estimator);
  add_delivery(all, delivery);
  if (file != nullptr) append_metrics(*file, all);
  return prometheus_text(all);
}

}  // namespace llmgw::proxy
