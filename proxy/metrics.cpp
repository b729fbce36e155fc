// SPDX-License-Identifier: MIT
// From per-worker counters to metric families.
#include "proxy/metrics.hpp"

#include <algorithm>

#include "common/metrics/prometheus_text.hpp"

namespace llmgw::proxy {
namespace {

using Workers = std::vector<const Worker*>;

template <class Get>
double sum(const Workers& workers, Get get) {
  std::uint64_t total = 0;
  for (const Worker* each : workers) total += get(*each).value();
  return static_cast<double>(total);
}

Metric single(MetricKind kind, std::string name, std::string help, double value) {
  return {std::move(name), std::move(help), kind, {{{}, value}}};
}

// Calls `visit(endpoint's name, its counts in each worker)`.
template <class Visit>
void for_each_endpoint(const Workers& workers, Visit visit) {
  for (std::size_t i = 0; i < endpoint_names.size(); ++i) {
    std::vector<const TrafficCounts::Endpoint*> parts;
    for (const Worker* each : workers) parts.push_back(&each->traffic().endpoints[i]);
    visit(std::string(endpoint_names[i]), parts);
  }
}

Metric requests(const Workers& workers, const std::string& provider) {
  static constexpr const char* classes[] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
  Metric metric{
      "llmgw_proxy_requests_total", "Exchanges routed to an upstream.", MetricKind::counter, {}};
  for_each_endpoint(workers, [&](const std::string& endpoint, const auto& parts) {
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

// The sum of one histogram of each part; `get` finds it.
template <class Part, class Get>
HistogramValue sum_of(const std::vector<const Part*>& parts, Get get) {
  const auto& bounds = get(*parts.front()).bounds;
  HistogramValue value({bounds.begin(), bounds.end()});
  for (const Part* part : parts) {
    const auto& from = get(*part);
    for (std::size_t i = 0; i < value.counts.size(); ++i) value.counts[i] += from.bucket(i);
    value.sum += from.sum_seconds();
  }
  return value;
}

Metric histogram(const Workers& workers, const std::string& provider, std::string name,
                 std::string help, AnswerHistogram TrafficCounts::Endpoint::*which) {
  Metric metric{std::move(name), std::move(help), MetricKind::histogram, {}};
  for_each_endpoint(workers, [&](const std::string& endpoint, const auto& parts) {
    const HistogramValue value =
        sum_of(parts, [=](const auto& part) -> const auto& { return part.*which; });
    const bool is_empty = std::all_of(value.counts.begin(), value.counts.end(),
                                      [](std::uint64_t count) { return count == 0; });
    if (!is_empty)
      metric.samples.push_back({{{"provider", provider}, {"endpoint", endpoint}}, value});
  });
  return metric;
}

Metric opening_times(const Workers& workers, std::string name, std::string help,
                     OpeningHistogram PoolTimes::*which) {
  const HistogramValue value = sum_of(
      workers, [=](const Worker& worker) -> const auto& { return worker.pool_times().*which; });
  return {std::move(name), std::move(help), MetricKind::histogram, {{{}, value}}};
}

Metric labelled(std::string name, std::string help, std::string label,
                std::initializer_list<std::pair<const char*, double>> values) {
  Metric metric{std::move(name), std::move(help), MetricKind::counter, {}};
  for (const auto& [value, count] : values) metric.samples.push_back({{{label, value}}, count});
  return metric;
}

void add_traffic(std::vector<Metric>& all, const Workers& workers, TokenSeries& tokens) {
  const std::string provider(workers.front()->provider());
  std::vector<const TokenTable*> tables;
  for (const Worker* each : workers) tables.push_back(&each->traffic().tokens);
  const auto traffic = [&](Counter TrafficCounts::*which) {
    return sum(workers,
               [=](const Worker& each) -> const Counter& { return each.traffic().*which; });
  };
  all.push_back(requests(workers, provider));
  all.push_back(histogram(workers, provider, "llmgw_proxy_request_duration_seconds",
                          "From a request's first byte to the end of its response.",
                          &TrafficCounts::Endpoint::duration));
  all.push_back(histogram(workers, provider, "llmgw_proxy_time_to_first_byte_seconds",
                          "From a request's first byte to the first body byte of the upstream.",
                          &TrafficCounts::Endpoint::ttft));
  all.push_back(tokens.metric(tables));
  all.push_back(single(MetricKind::counter, "llmgw_proxy_usage_missing_total",
                       "Exchanges for which no usage was reported.",
                       traffic(&TrafficCounts::usage_missing)));
  all.push_back(single(MetricKind::counter, "llmgw_proxy_usage_asked_total",
                       "Streams whose usage was asked for in the place of their client.",
                       traffic(&TrafficCounts::usage_asked)));
  all.push_back(
      single(MetricKind::counter, "llmgw_proxy_usage_refused_total",
             "Streams of these that the upstream refused, and that were sent again as they came.",
             traffic(&TrafficCounts::usage_refused)));
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
  all.push_back(single(MetricKind::gauge, "llmgw_proxy_upstream_idle_connections",
                       "Upstream connections that wait for a request.",
                       gauge(&Worker::Gauges::pool_idle)));
  all.push_back(single(MetricKind::gauge, "llmgw_proxy_upstream_open_connections",
                       "Upstream connections, idle, in use or being opened.",
                       gauge(&Worker::Gauges::pool_open)));
  all.push_back(labelled("llmgw_proxy_upstream_connections_total",
                         "Upstream connections by how they were had.", "result",
                         {{"opened", gauge(&Worker::Gauges::pool_opened)},
                          {"reused", gauge(&Worker::Gauges::pool_reused)},
                          {"failed", gauge(&Worker::Gauges::pool_failed)}}));
  all.push_back(single(MetricKind::counter, "llmgw_proxy_upstream_waits_total",
                       "Exchanges that had to wait for an upstream connection to come free.",
                       gauge(&Worker::Gauges::pool_waited)));
  all.push_back(opening_times(workers, "llmgw_proxy_upstream_connect_duration_seconds",
                              "Time that a TCP connection to an upstream took.",
                              &PoolTimes::connect));
  all.push_back(opening_times(workers, "llmgw_proxy_upstream_tls_duration_seconds",
                              "Time that a TLS handshake with an upstream took.", &PoolTimes::tls));
  all.push_back(single(MetricKind::counter, "llmgw_proxy_upstream_tls_handshakes_total",
                       "TLS handshakes with upstreams.", gauge(&Worker::Gauges::tls_handshakes)));
  all.push_back(single(MetricKind::counter, "llmgw_proxy_upstream_tls_resumed_total",
                       "TLS handshakes that resumed a session.",
                       gauge(&Worker::Gauges::tls_resumed)));
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
                           TokenSeries& tokens) {
  std::vector<Metric> all{build_info("llm-proxy")};
  add_traffic(all, workers, tokens);
  add_connections(all, workers);
  add_delivery(all, delivery);
  return prometheus_text(all);
}

}  // namespace llmgw::proxy
