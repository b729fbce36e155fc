// SPDX-License-Identifier: MIT
// A sum of lots, and of each how much belongs to a window that is over.
#include "lease/budget.hpp"

namespace llmgw::lease {

void Budget::restore(const BudgetRow& row) noexcept {
  window_ = row.window;
  taken_ = row.taken;
}

void Budget::restore(ProxyNumber proxy, const LotRow& lot, Instant now) {
  Loan& loan = loans_.add(proxy, now);
  loan.seq = lot.seq;
  loan.granted = lot.granted;
  loan.used = lot.used;
  loan.back = lot.back;
  loan.debt = lot.debt;
  loan.late = lot.late;
  loan.lent = std::max<Units>(0, lot.granted - lot.back - lot.used);
}

// What proxies have now was taken out of the window that is over, whenever it comes back.
bool Budget::roll(const quota::Window& window) {
  if (window.begin <= window_.begin) return false;
  loans_.each([](Loan& loan) { loan.late = loan.lent + loan.debt; });
  window_ = window;
  taken_ = 0;
  return true;
}

std::vector<ProxyNumber> Budget::advance(Instant now) {
  constexpr std::chrono::hours memory{1};
  std::vector<ProxyNumber> forgotten;
  for (Loan* first = loans_.first(); first != nullptr && first->end <= now; first = loans_.first())
    loans_.end_first();
  loans_.forget(now, memory, [&](const Loan& loan) { forgotten.push_back(loan.proxy); });
  return forgotten;
}

// A proxy's first words may be of units that were written down nowhere, if the ledger was lost:
// they count as taken, too.
Grant Budget::sync(ProxyNumber proxy, std::uint64_t seq, const RuleAsk& ask, Instant now,
                   Duration ttl) {
  Loan* loan = loans_.find(proxy);
  if (loan != nullptr && loan->seq == seq) return {};  // listed twice
  const bool is_new = loan == nullptr;
  if (is_new) loan = &loans_.add(proxy, now);
  const Units held_now = std::min(held(ask), most_units);
  if (is_new) {
    taken_ += std::min(held_now, limit_);
  } else {
    const Units late = std::exchange(loan->late, 0);
    const Units returned = loan->returned(ask);
    taken_ = std::max<Units>(0, taken_ - std::max<Units>(0, returned - late));
    taken_ += std::clamp<Units>(ask.got - loan->granted, 0, limit_);  // granted, and not written
    loan->late = std::min(std::max<Units>(0, late - returned), held_now);
  }
  loan->seq = seq;
  loan->used = ask.used;
  loan->back = ask.back;
  loan->debt = debt(ask);
  loans_.renew(*loan, now + ttl + lease_margin);
  taken_ = std::min(taken_ + loan->debt, most_units);
  const Units there = std::max<Units>(0, limit_ - taken_);
  const Units lot = std::max<Units>(1, limit_ / 100);
  const Units more = share_of(there, loans_.running(), lot, 0, ask);
  taken_ += more;
  loan->lent = held_now + more;
  loan->granted = ask.got + loan->debt + more;
  Grant grant{loan->debt + more, std::max<Units>(0, limit_ - taken_), {}};
  constexpr std::chrono::milliseconds while_spent{1'000};
  if (more < ask.pending) grant.retry = while_spent;
  return grant;
}

void Budget::leave(ProxyNumber proxy) {
  if (const Loan* const loan = loans_.find(proxy)) loans_.erase(*loan);
}

LotRow Budget::lot(ProxyNumber proxy) {
  const Loan* const loan = loans_.find(proxy);
  if (loan == nullptr) return {};
  return {{}, loan->seq, loan->granted, loan->used, loan->back, loan->debt, loan->late};
}

}  // namespace llmgw::lease
