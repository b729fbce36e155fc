// SPDX-License-Identifier: MIT
// PURE: what is counted of borrowing units of limits.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "common/metrics/counter.hpp"
#include "common/metrics/histogram.hpp"

namespace llmgw::proxy {

/// What came of asking the collector.
enum class SyncResult : std::uint8_t {
  ok,
  unreachable,   ///< no connection, or it broke off
  timed_out,     ///< no whole answer in time
  unauthorized,  ///< 401, 403
  refused,       ///< another status
  malformed,     ///< no answer to what was asked
};
inline constexpr std::array<std::string_view, 6> sync_result_words{
    "ok", "unreachable", "timed_out", "unauthorized", "refused", "malformed"};

/// What a request to the collector takes, and an exchange's wait for units.
inline constexpr std::array<double, 9> lease_bounds{0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                    0.025,  0.05,  0.1,    0.2};
using LeaseHistogram = Histogram<lease_bounds.size(), lease_bounds>;

/// The thread that speaks with the collector writes, any thread reads.
struct LeaseCounts {
  std::array<Counter, sync_result_words.size()> syncs;
  LeaseHistogram seconds;  ///< of those that were answered well
  Counter contact;         ///< a gauge: the number of lease::Contact
  Counter authority_changes;
};

}  // namespace llmgw::proxy
