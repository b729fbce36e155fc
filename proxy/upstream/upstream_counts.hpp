// SPDX-License-Identifier: MIT
// PURE: what one worker counts of one upstream; any thread may read it.
#pragma once

#include <array>

#include "common/metrics/counter.hpp"
#include "common/metrics/histogram.hpp"
#include "proxy/provider/lesson.hpp"

namespace llmgw::proxy {

/// How long opening a connection took, where it succeeded.
struct PoolTimes {
  OpeningHistogram connect;  ///< the look-up of the name not included
  OpeningHistogram tls;
};

/// Outlives the upstream, and goes on with the next one of its name.
struct UpstreamCounts {
  // Connections: brought up to date once a tick.
  Counter opened, reused, failed, waited;
  Counter idle, open;  ///< at the moment
  Counter tls_handshakes, tls_resumed;
  PoolTimes times;
  // Requests.
  Counter usage_asked;                               ///< edited to ask for usage
  Counter usage_refused;                             ///< of which the upstream refused
  std::array<Counter, lesson_words.size()> lessons;  ///< refusals behind which it was asked again
};

}  // namespace llmgw::proxy
