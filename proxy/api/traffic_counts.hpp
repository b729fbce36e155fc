// SPDX-License-Identifier: MIT
// PURE: counters of the request path, one set a worker, summed when they are scraped.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "common/event/metering_event.hpp"
#include "common/metrics/counter.hpp"
#include "common/metrics/histogram.hpp"
#include "proxy/api/cost_counts.hpp"
#include "proxy/api/endpoints.hpp"
#include "proxy/api/token_table.hpp"
#include "proxy/provider/registry.hpp"
#include "proxy/tenant/verdict.hpp"

namespace llmgw::proxy {

/// What came of reading a stream on without its client.
enum class DrainResult : std::uint8_t {
  usage,    ///< its usage
  ended,    ///< its end, without usage
  limit,    ///< too much, or it took too long
  refused,  ///< it was not read on: too many were
};
inline constexpr std::array<std::string_view, 4> drain_results{"usage", "ended", "limit",
                                                               "refused"};

struct TrafficCounts {
  struct Endpoint {
    /// By outcome, then by status class: 0 (none sent), 1xx to 5xx.
    std::array<std::array<Counter, 6>, outcome_count> requests;
    AnswerHistogram duration;
    AnswerHistogram ttft;
  };
  struct Provider {
    std::array<Endpoint, endpoint_names.size()> endpoints;
    TokenTable tokens;
  };
  std::array<Provider, dialect_count> providers;  ///< by the number of their dialect
  Counter open_requests;
  Counter open_streams;
  Counter request_bytes;
  Counter response_bytes;
  Counter usage_missing;
  std::array<Counter, drain_results.size()> drains;
  CostCounts costs;  ///< of exchanges with tokens, where there are prices
  std::array<Counter, key_verdict_count> auth;  ///< requests by what their keys came to

  void note(DrainResult result) noexcept { drains[static_cast<std::size_t>(result)].add(); }

  /// Counts one finished exchange with an upstream of that dialect.
  void note(const MeteringEvent& event, std::size_t dialect) noexcept {
    Provider& provider = providers[dialect];
    Endpoint& endpoint = provider.endpoints[endpoint_number(event.endpoint)];
    endpoint
        .requests[static_cast<std::size_t>(event.outcome)]
                 [static_cast<std::size_t>(event.status_code / 100) % 6]
        .add();
    endpoint.duration.observe(event.latency);
    if (event.ttft) endpoint.ttft.observe(*event.ttft);
    request_bytes.add(event.request_bytes);
    response_bytes.add(event.response_bytes);
    if (!is_reported(event.usage_source)) {
      usage_missing.add();
    } else {
      provider.tokens.add(event.tenant, event.model, event.tokens);
    }
  }
};

}  // namespace llmgw::proxy
