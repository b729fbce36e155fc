// SPDX-License-Identifier: MIT
// PURE: what can be told of delivery at one moment.
#pragma once

#include <cstdint>

namespace llmgw::proxy {

/// At any moment produced = delivered + dropped (by reason) + queued + spooled + in flight +
/// estimating.
struct DeliveryCounts {
  std::uint64_t produced = 0;  ///< by this run, and recovered
  std::uint64_t delivered = 0;
  std::uint64_t queue_full = 0;    ///< dropped: the queue in memory was full
  std::uint64_t spool_full = 0;    ///< dropped: the spool could not keep it
  std::uint64_t rejected = 0;      ///< dropped: the collector refused the batch
  std::uint64_t no_collector = 0;  ///< dropped: COLLECTOR_URL is not set
  std::uint64_t shutdown = 0;      ///< dropped: undelivered when the shutdown's time was over
  std::uint64_t queued = 0;
  std::uint64_t spooled = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t estimating = 0;  ///< their tokens are being counted

  std::uint64_t recovered = 0;  ///< found in the spool at start
  std::uint64_t retries = 0;    ///< posts that failed and were put off
  std::uint64_t spool_bytes = 0;
  std::uint64_t spool_files_set_aside = 0;

  std::uint64_t dropped() const noexcept {
    return queue_full + spool_full + rejected + no_collector + shutdown;
  }
};

}  // namespace llmgw::proxy
