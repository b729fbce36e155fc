// SPDX-License-Identifier: MIT
// What operators and their tools ask.
#include "collector/app_ops.hpp"

#include "collector/lease/metrics.hpp"
#include "common/http/router.hpp"
#include "common/metrics/prometheus_text.hpp"

namespace llmgw::collector {
namespace {

double number(std::uint64_t count) { return static_cast<double>(count); }

Task<void> reply_text(http::EndpointExchange& exchange, std::string_view content_type,
                      std::string body) {
  const http::OutField fields[] = {{"Content-Type", content_type}};
  co_await exchange.reply(200, fields, body);
}

std::vector<Sample> by_status(const Ingest& ingest) {
  std::vector<Sample> samples;
  for (const auto& [status, count] : ingest.answered())
    samples.push_back({{{"status", std::to_string(status)}}, number(count)});
  return samples;
}

}  // namespace

Task<void> Ops::healthz(http::EndpointExchange& exchange) const {
  co_await reply_text(exchange, "application/json", "{\"status\":\"ok\"}");
}

Task<void> Ops::readyz(http::EndpointExchange& exchange) const {
  // Not in the condition: there g++ 12 lays out the frame of a coroutine without variables wrongly.
  const bool is_ready = co_await pipeline_.is_ready();
  if (is_ready) {
    co_await reply_text(exchange, "application/json", "{\"status\":\"ready\"}");
    co_return;
  }
  co_await http::reply_error(exchange, 503, "The store cannot be written.", "gateway_error",
                             "sink_unavailable");
}

Task<void> Ops::metrics(http::EndpointExchange& exchange) const {
  co_await reply_text(exchange, prometheus_content_type, render());
}

Task<void> Ops::configz(http::EndpointExchange& exchange) const {
  co_await reply_text(exchange, "application/json", to_json(*file_));
}

std::string Ops::render() const {
  using enum MetricKind;
  const PipelineCounts& counts = pipeline_.counts();
  std::vector<Metric> metrics{
      build_info("llm-collector"),
      {"llmgw_collector_requests_total", "Requests to /events answered.", counter,
       by_status(ingest_)},
      {"llmgw_collector_events_total",
       "Events acknowledged: accepted ones were stored, duplicates had been before.",
       counter,
       {{{{"result", "accepted"}}, number(counts.accepted)},
        {{{"result", "duplicate"}}, number(counts.duplicates)}}},
      {"llmgw_collector_rejected_requests_total",
       "Requests to /events refused for what they hold.",
       counter,
       {{{}, number(ingest_.rejected())}}},
      {"llmgw_collector_written_bytes_total",
       "Bytes of events stored.",
       counter,
       {{{}, number(counts.bytes)}}},
      {"llmgw_collector_failed_writes_total",
       "Writes that stored nothing.",
       counter,
       {{{}, number(counts.failed_writes)}}},
      {"llmgw_collector_write_duration_seconds",
       "Time of one write, until its events are as safe as the settings ask for.",
       histogram,
       {{{}, counts.write_seconds}}},
      {"llmgw_collector_sink_healthy",
       "1 if the last write to the store stored its events.",
       gauge,
       {{{}, pipeline_.is_healthy() ? 1.0 : 0.0}}},
      {"llmgw_collector_held_body_bytes",
       "Bytes of requests that are being received or wait to be stored.",
       gauge,
       {{{}, number(ingest_.held_bytes())}}},
      {"llmgw_collector_open_connections",
       "Connections open now.",
       gauge,
       {{{}, number(server_.open_connections())}}},
      {"llmgw_collector_refused_connections_total",
       "Connections refused because too many were open.",
       counter,
       {{{}, number(server_.turned_away())}}},
  };
  if (store_.add_metrics) store_.add_metrics(metrics);
  if (query_ != nullptr) query_->add_metrics(metrics);
  if (lender_ != nullptr) append_lease_metrics(*lender_, *leases_, metrics);
  if (file_ != nullptr) append_metrics(*file_, metrics);
  return prometheus_text(metrics);
}

}  // namespace llmgw::collector
