// SPDX-License-Identifier: MIT
// PURE: counters of the request path, one set a worker, summed when they are scraped.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "common/counter.hpp"
#include "common/metering_event.hpp"
#include "proxy/api/endpoints.hpp"
#include "proxy/api/token_table.hpp"

namespace llmgw::proxy {

/// A histogram with fixed bounds, written by one thread.
class Histogram {
 public:
  /// Upper bounds in seconds, for what an LLM answer takes; the last bucket has none.
  static constexpr std::array<double, 14> bounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
                                                 1,     2.5,  5,     10,   30,  60,   300};
  void observe(std::chrono::nanoseconds value) noexcept {
    const double seconds = std::chrono::duration<double>(value).count();
    std::size_t bucket = 0;
    while (bucket < bounds.size() && seconds > bounds[bucket]) ++bucket;
    buckets_[bucket].add();
    nanoseconds_.add(static_cast<std::uint64_t>(value.count() < 0 ? 0 : value.count()));
  }
  std::uint64_t bucket(std::size_t index) const noexcept { return buckets_[index].value(); }
  double sum_seconds() const noexcept { return static_cast<double>(nanoseconds_.value()) * 1e-9; }

 private:
  std::array<Counter, bounds.size() + 1> buckets_;
  Counter nanoseconds_;
};

struct TrafficCounts {
  struct Endpoint {
    /// By outcome, then by status class: 0 (none sent), 1xx to 5xx.
    std::array<std::array<Counter, 6>, outcome_count> requests;
    Histogram duration;
    Histogram ttft;
  };
  std::array<Endpoint, endpoint_names.size()> endpoints;
  TokenTable tokens;
  Counter open_requests;
  Counter open_streams;
  Counter request_bytes;
  Counter response_bytes;
  Counter usage_missing;

  /// Counts one finished exchange.
  void note(const MeteringEvent& event) noexcept {
    Endpoint& endpoint = endpoints[endpoint_number(event.endpoint)];
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
      tokens.add(event.tenant, event.model, event.tokens);
    }
  }
};

}  // namespace llmgw::proxy
