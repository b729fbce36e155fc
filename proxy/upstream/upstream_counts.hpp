// SPDX-License-Identifier: MIT
// PURE: what one worker counts of one upstream; any thread may read it.
#pragma once

#include <array>
#include <chrono>

#include "common/metrics/counter.hpp"
#include "common/metrics/histogram.hpp"
#include "proxy/provider/lesson.hpp"
#include "proxy/provider/rate_limits.hpp"
#include "proxy/provider/translation.hpp"

namespace llmgw::proxy {

/// How long opening a connection took, where it succeeded.
struct PoolTimes {
  OpeningHistogram connect;  ///< the look-up of the name not included
  OpeningHistogram tls;
};

/// What an upstream said last of one of its limits.
struct RemainingLimit {
  Counter remaining;
  Counter seen_at;  ///< nanoseconds of the steady clock; 0: it said nothing yet
};

/// Outlives the upstream, and goes on with the next one of its name.
struct UpstreamCounts {
  // Connections: brought up to date once a tick.
  Counter opened, reused, failed, waited;
  Counter idle, open;  ///< at the moment
  Counter tls_handshakes, tls_resumed;
  PoolTimes times;
  // Requests.
  Counter usage_asked;    ///< edited to ask for usage
  Counter usage_refused;  ///< of which the upstream refused
  // Requests that the settings of a file route, and their answers.
  std::array<Counter, lesson_words.size()> lessons;  ///< refusals behind which it was asked again
  std::array<RemainingLimit, limit_kind_count> limits;
  std::array<Counter, skipped_kind_count> skipped;  ///< left out of translated ones

  void note_limits(const RateLimits& seen, std::chrono::steady_clock::time_point now) noexcept {
    for (std::size_t i = 0; i < limit_kind_count; ++i) {
      if (!seen.kinds[i].remaining) continue;
      limits[i].remaining.set(*seen.kinds[i].remaining);
      limits[i].seen_at.set(static_cast<std::uint64_t>(now.time_since_epoch().count()));
    }
  }
  void note_skipped(const SkippedCounts& seen) noexcept {
    for (std::size_t i = 0; i < skipped_kind_count; ++i)
      if (seen.kinds[i] > 0) skipped[i].add(seen.kinds[i]);
  }
};

}  // namespace llmgw::proxy
