// SPDX-License-Identifier: MIT
// PURE: Bucket: the authority's side of one rate: a bucket that lends what is in it.
#pragma once

#include "lease/loans.hpp"

namespace llmgw::lease {

/// `limit` units a `period`; at most `burst` at once. All above 0.
struct Rate {
  Units limit = 1;
  Duration period{std::chrono::minutes(1)};
  Units burst = 1;

  friend bool operator==(const Rate&, const Rate&) = default;
};

/// Units are free, or lent to a proxy until its lease ends, or spent. `free() + lent() <= burst`
/// holds after each call, so that all proxies together admit no more than one bucket would. A lease
/// that ends unheard counts as spent.
class Bucket {
 public:
  /// As a bucket that was empty at that time and has been filled since; it may lie ahead.
  Bucket(const Rate& rate, Instant empty_at) : rate_(rate), filled_to_(empty_at) {}

  /// `ask`: from the proxy's newest request. Before `opens_at` only debt is granted,
  /// and nothing filled in.
  Grant sync(ProxyNumber proxy, std::uint64_t seq, const RuleAsk& ask, Instant now, Duration ttl,
             Instant opens_at);
  /// The proxy has ended, and told so: what it did not hand back is spent.
  void leave(ProxyNumber proxy, Instant now);
  /// What is there is kept, cut to the new burst.
  void set_rate(const Rate& rate, Instant now);
  /// Fills it and ends leases, up to now.
  void advance(Instant now);

  const Rate& rate() const noexcept { return rate_; }
  /// Less than 0 where debt has to be paid, or more was lent than there is place for.
  Units free() const noexcept { return free_; }
  Units lent() const noexcept { return lent_; }
  /// Proxies whose leases run.
  std::size_t active() const noexcept { return loans_.running(); }
  /// Full, and nobody is known to it: it is what a new one would be.
  bool is_idle() const noexcept { return free_ == rate_.burst && loans_.known() == 0; }

 private:
  void fill(Instant to);
  void cut() noexcept;
  void take_report(Loan& loan, const RuleAsk& ask);
  std::chrono::milliseconds retry_for(const RuleAsk& ask) const noexcept;

  Rate rate_;
  Instant filled_to_;
  std::int64_t fraction_ = 0;  // of a unit, in units of 1 / period in nanoseconds
  Units free_ = 0;
  Units lent_ = 0;
  Units late_ = 0;  // ran out unheard, and would still have had place: may come back
  Loans loans_;
};

}  // namespace llmgw::lease
