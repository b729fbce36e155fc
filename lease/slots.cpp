// SPDX-License-Identifier: MIT
// What a proxy has is what it got and did not hand back, or what it uses if that is more.
#include "lease/slots.hpp"

namespace llmgw::lease {

void Slots::advance(Instant now) {
  for (Loan* first = loans_.first(); first != nullptr && first->end <= now;
       first = loans_.first()) {
    lent_ -= std::exchange(first->lent, 0);
    loans_.end_first();
  }
  loans_.forget(now, lease_memory, [](const Loan&) {});
}

Grant Slots::sync(ProxyNumber proxy, std::uint64_t seq, const RuleAsk& ask, Instant now,
                  Duration ttl, Instant opens_at) {
  advance(now);
  Loan* loan = loans_.find(proxy);
  if (loan != nullptr && loan->seq == seq) return {};  // listed twice
  if (loan == nullptr) loan = &loans_.add(proxy, now);
  loan->seq = seq;
  loans_.renew(*loan, now + ttl + lease_margin);
  lent_ -= loan->lent;
  loan->lent = std::min(std::max({Units{0}, ask.got - ask.back, ask.used}), capacity_ * 2);
  lent_ += loan->lent;
  const Units there = now < opens_at ? 0 : std::max<Units>(0, free());
  const Units more = share_of(there, loans_.running(), most_units, 0, ask);
  loan->lent += more;
  lent_ += more;
  Grant grant{debt(ask) + more, std::max<Units>(0, free()), {}};
  if (more < ask.pending) grant.retry = least_retry;
  if (now < opens_at)
    grant.retry =
        std::max(grant.retry, std::chrono::ceil<std::chrono::milliseconds>(opens_at - now));
  return grant;
}

void Slots::leave(ProxyNumber proxy) {
  const Loan* const loan = loans_.find(proxy);
  if (loan == nullptr) return;
  lent_ -= loan->lent;
  loans_.erase(*loan);
}

}  // namespace llmgw::lease
