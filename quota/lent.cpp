// SPDX-License-Identifier: MIT
// PURE: what has been refilled where nobody looks.
#include "quota/lent.hpp"

#include "quota/proportion.hpp"

namespace llmgw::quota {

Units left_of(const Lent& lent, const RefillTerms& terms, Clock::time_point now) noexcept {
  const Units then = left_of(lent, terms.burst);
  if (lent.unit == Unit::concurrency || then >= terms.burst) return then;
  const auto since = now - lent.state.said_at();
  if (terms.period.count() == 0) {
    const Clock::time_point end = lent.state.free_at();  // of the calendar's window
    return now >= end && lent.state.said_at() < end ? terms.burst : then;
  }
  if (since.count() <= 0) return then;
  const Units more = proportion(since.count(), terms.limit, terms.period.count());
  return more < terms.burst - then ? then + more : terms.burst;
}

}  // namespace llmgw::quota
