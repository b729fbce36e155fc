// SPDX-License-Identifier: MIT
// PURE: what the events of one transaction add to the sums by hour and by day, and to the counts of
// times.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string_view>

#include "collector/store/event_row.hpp"

namespace llmgw::collector {

/// What is summed up.
enum class Sum : std::uint8_t {
  requests,
  prompt_tokens,
  completion_tokens,
  cached_tokens,
  cache_write_tokens,
  reasoning_tokens,
  no_usage,  ///< requests for which nobody reported tokens
  cost_nano_usd,
  unpriced,  ///< requests without a cost
  latency_us,
  ttft_us,
  ttft_n,  ///< requests that have a ttft
  request_bytes,
  response_bytes,
};
inline constexpr std::size_t sum_count = 14;
inline constexpr std::array<std::string_view, sum_count> sum_columns{
    "requests",         "prompt_tokens", "completion_tokens", "cached_tokens", "cache_write_tokens",
    "reasoning_tokens", "no_usage",      "cost_nano_usd",     "unpriced",      "latency_us",
    "ttft_us",          "ttft_n",        "request_bytes",     "response_bytes"};

/// None of them goes beyond 2^63 - 1: there it stays.
using Sums = std::array<std::int64_t, sum_count>;

/// By what sums are kept; words are numbers of the dictionary.
struct Series {
  std::int64_t tenant = 0;
  std::int64_t app_key = 0;
  std::int64_t provider = 0;
  std::int64_t model = 0;
  std::int64_t outcome_class = 0;  ///< see outcome_class()

  friend auto operator<=>(const Series&, const Series&) = default;
};

/// The number of an outcome's word and the first digit of the status (0: none) in one.
constexpr std::int64_t outcome_class(std::int64_t outcome, std::int64_t status) noexcept {
  return outcome * 8 + status / 100;
}

struct LatencyKey {
  std::int64_t hour = 0;
  std::int64_t provider = 0;
  std::int64_t model = 0;
  std::int64_t kind = 0;  ///< latency_kind or ttft_kind
  std::int64_t bucket = 0;

  friend auto operator<=>(const LatencyKey&, const LatencyKey&) = default;
};
inline constexpr std::int64_t latency_kind = 0;
inline constexpr std::int64_t ttft_kind = 1;

/// Hours and days since 1970 in UTC, also before it.
constexpr std::int64_t hour_of(std::int64_t milliseconds) noexcept {
  constexpr std::int64_t hour = 3'600'000;
  return milliseconds / hour - (milliseconds % hour < 0 ? 1 : 0);
}
constexpr std::int64_t day_of(std::int64_t milliseconds) noexcept {
  constexpr std::int64_t day = 86'400'000;
  return milliseconds / day - (milliseconds % day < 0 ? 1 : 0);
}

/// What one event adds.
Sums sums_of(const EventRow& row) noexcept;
void add_to(Sums& sums, const Sums& more) noexcept;

/// The deltas of one transaction, by key and so in the order in which they are written.
class Rollup {
 public:
  using Period = std::int64_t;  ///< an hour or a day
  using Key = std::pair<Period, Series>;

  void add(const EventRow& row, const Series& series);
  void clear() noexcept;

  const std::map<Key, Sums>& hours() const noexcept { return hours_; }
  const std::map<Key, Sums>& days() const noexcept { return days_; }
  const std::map<LatencyKey, std::int64_t>& latencies() const noexcept { return latencies_; }

 private:
  std::map<Key, Sums> hours_;
  std::map<Key, Sums> days_;
  std::map<LatencyKey, std::int64_t> latencies_;
};

}  // namespace llmgw::collector
