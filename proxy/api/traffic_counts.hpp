// SPDX-License-Identifier: MIT
// PURE: counters of the request path, one set a worker, summed when they are scraped.
#pragma once

#include <array>
#include <cstdint>

#include "common/event/metering_event.hpp"
#include "common/metrics/counter.hpp"
#include "common/metrics/histogram.hpp"
#include "proxy/api/cost_counts.hpp"
#include "proxy/api/endpoints.hpp"
#include "proxy/api/token_table.hpp"
#include "proxy/provider/registry.hpp"
#include "proxy/tenant/verdict.hpp"

namespace llmgw::proxy {

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
  CostCounts costs;  ///< of exchanges with tokens, where there are prices
  std::array<Counter, key_verdict_count> auth;  ///< requests by what their keys came to

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
    if (event.usage_source == UsageSource::missing) {
      usage_missing.add();
    } else {
      provider.tokens.add(event.tenant, event.model, event.tokens);
    }
  }
};

}  // namespace llmgw::proxy
