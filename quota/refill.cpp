// SPDX-License-Identifier: MIT
// PURE: times to units and back, rounded so that nothing is given early.
#include "quota/refill.hpp"

#include <algorithm>

#include "quota/proportion.hpp"

namespace llmgw::quota {
namespace {

std::int64_t count_of(Clock::time_point time) noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

}  // namespace

void Refill::give_due(Balance& balance, const RefillTerms& terms, Clock::time_point time) noexcept {
  const std::int64_t period = terms.period.count();
  if (period == 0) return;
  const std::int64_t now = count_of(time);
  std::int64_t until = until_.load(std::memory_order_relaxed);
  const Units room = room_.load(std::memory_order_relaxed);  // 0 at first
  const Units all = now > until ? proportion(now - until, terms.limit, period) : 0;
  const Units due = std::min(all, room);
  // Where there was no room for it, the part of a unit is gone too.
  const bool is_first = until == 0;
  const std::int64_t next =
      all > room || is_first ? now : until + proportion_up(due, period, terms.limit);
  if (next != until) {
    if (!until_.compare_exchange_strong(until, next, std::memory_order_relaxed)) return;
    balance.fill(due, terms.burst);
  }
  room_.store(std::max<Units>(terms.burst - balance.units(), 0), std::memory_order_relaxed);
}

std::chrono::nanoseconds Refill::wait_for(Units units, const Balance& balance,
                                          const RefillTerms& terms,
                                          Clock::time_point time) const noexcept {
  const Units missing = units - balance.units();
  if (missing <= 0) return {};
  if (terms.period.count() == 0) return std::chrono::nanoseconds::max();
  const std::int64_t until = until_.load(std::memory_order_relaxed);
  const std::int64_t now = count_of(time);
  const std::int64_t had = now > until ? now - until : 0;
  const std::int64_t all = proportion_up(missing, terms.period.count(), terms.limit);
  return std::chrono::nanoseconds(all > had ? all - had : 0);
}

}  // namespace llmgw::quota
