// SPDX-License-Identifier: MIT
// PURE: Refill: gives a balance what is due to it as time goes by.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "quota/balance.hpp"

namespace llmgw::quota {

using Clock = std::chrono::steady_clock;

/// How fast, and how far.
struct RefillTerms {
  Units limit = 0;                    ///< this much
  std::chrono::nanoseconds period{};  ///< in that time; zero: never
  Units burst = 0;                    ///< up to here
};

/// Up to when a balance has been refilled. What is due is given by whoever comes first, the thread
/// that looks after all balances or a request that would be refused else, and once only. It is kept
/// as a time, so that no part of a unit is lost or given twice.
///
/// No more is due than there was room for when it was given last: when it was taken meanwhile
/// nobody has noted, and a balance that was full until just now is owed nothing. So in any time W
/// no more is had than burst + limit * W / period, and the part of a unit that is not given yet.
class Refill {
 public:
  /// Any thread.
  void give_due(Balance& balance, const RefillTerms& terms, Clock::time_point now) noexcept;

  /// How long until there are so many, rounded up, if nobody else takes or gives any; the longest
  /// time there is where that is never. What is due at that time was given.
  std::chrono::nanoseconds wait_for(Units units, const Balance& balance, const RefillTerms& terms,
                                    Clock::time_point now) const noexcept;

 private:
  std::atomic<std::int64_t> until_{0};  // nanoseconds of the clock
  std::atomic<Units> room_{0};          // that there was then
};

}  // namespace llmgw::quota
