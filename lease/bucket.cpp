// SPDX-License-Identifier: MIT
// Whole units only, and a fraction of one that a full bucket does not keep.
#include "lease/bucket.hpp"

namespace llmgw::lease {
namespace {

__extension__ using Wide = __int128;

}  // namespace

// What comes late is credited as far as it would still have had place, had it come in time: what
// the bucket would have been too full for meanwhile is gone.
void Bucket::cut() noexcept {
  free_ = std::min(free_, rate_.burst - lent_);
  late_ = std::clamp<Units>(rate_.burst - lent_ - free_, 0, late_);
  if (free_ + lent_ >= rate_.burst) fraction_ = 0;
}

void Bucket::fill(Instant to) {
  if (to <= filled_to_) return;
  const Wide nanoseconds = (to - filled_to_).count();
  const Wide period = rate_.period.count();
  const Wide due = nanoseconds * rate_.limit + fraction_;
  filled_to_ = to;
  const Wide room = Wide{rate_.burst} - lent_ - free_;
  const Wide units = std::min(due / period, room);
  fraction_ = static_cast<std::int64_t>(due % period);
  free_ += static_cast<Units>(units);
  cut();
}

void Bucket::advance(Instant now) {
  for (Loan* first = loans_.first(); first != nullptr && first->end <= now;
       first = loans_.first()) {
    fill(first->end);
    lent_ -= first->lent;
    late_ += first->lent;
    first->late = std::exchange(first->lent, 0);
    loans_.end_first();
    cut();
  }
  fill(now);
  loans_.forget(now, lease_memory,
                [this](const Loan& loan) { late_ -= std::min(late_, loan.late); });
}

// Three things may have come to pass since the last request: units were spent (they are lent no
// more), units came back, and an answer did not arrive, so that what it granted was never had.
void Bucket::take_report(Loan& loan, const RuleAsk& ask) {
  loan.late = std::min(late_, loan.late);
  free_ += loan.returned(ask);
  late_ -= std::exchange(loan.late, 0);
  lent_ -= loan.lent;
}

std::chrono::milliseconds Bucket::retry_for(const RuleAsk& ask) const noexcept {
  const Wide missing = Wide{ask.least > 0 ? ask.least : ask.pending} - free_;
  const Wide wait = (missing * rate_.period.count() / rate_.limit + 999'999) / 1'000'000;
  return std::chrono::milliseconds(
      static_cast<std::int64_t>(std::clamp<Wide>(wait, least_retry.count(), most_wait)));
}

Grant Bucket::sync(ProxyNumber proxy, std::uint64_t seq, const RuleAsk& ask, Instant now,
                   Duration ttl, Instant opens_at) {
  advance(now);
  Loan* loan = loans_.find(proxy);
  if (loan != nullptr && loan->seq == seq) return {};  // listed twice
  if (loan != nullptr) {
    take_report(*loan, ask);
  } else {
    loan = &loans_.add(proxy, now);  // what it has, it announces
  }
  loan->seq = seq;
  loan->used = ask.used;
  loan->back = ask.back;
  loan->lent = std::min(held(ask), rate_.burst);
  lent_ += loan->lent;
  loans_.renew(*loan, now + ttl + lease_margin);
  loan->debt = debt(ask);
  free_ = std::max(free_ - loan->debt, -most_units);
  cut();
  if (now < opens_at) filled_to_ = std::max(filled_to_, opens_at);
  const Units there = now < opens_at ? 0 : std::max<Units>(0, free_);
  const Units more = share_of(there, loans_.running(), most_units, rate_.burst / 32, ask);
  free_ -= more;
  lent_ += more;
  loan->lent += more;
  loan->granted = ask.got + loan->debt + more;
  Grant grant{loan->debt + more, std::max<Units>(0, free_), {}};
  if (more < ask.pending) grant.retry = retry_for(ask);
  if (now < opens_at)
    grant.retry =
        std::max(grant.retry, std::chrono::ceil<std::chrono::milliseconds>(opens_at - now));
  return grant;
}

void Bucket::leave(ProxyNumber proxy, Instant now) {
  advance(now);
  const Loan* const loan = loans_.find(proxy);
  if (loan == nullptr) return;
  lent_ -= loan->lent;
  late_ -= std::min(late_, loan->late);
  loans_.erase(*loan);
}

void Bucket::set_rate(const Rate& rate, Instant now) {
  advance(now);
  rate_ = rate;
  fraction_ = 0;
  cut();
}

}  // namespace llmgw::lease
