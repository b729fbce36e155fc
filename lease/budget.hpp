// SPDX-License-Identifier: MIT
// PURE: Budget: the authority's side of one budget: what may be spent in a calendar window.
#pragma once

#include <string>
#include <vector>

#include "lease/loans.hpp"
#include "quota/calendar.hpp"

namespace llmgw::lease {

/// What is written down of one proxy's lots of one budget: its Loan, without times.
struct LotRow {
  std::string proxy;
  std::uint64_t seq = 0;
  Units granted = 0;
  Units used = 0;
  Units back = 0;
  Units debt = 0;
  Units late = 0;

  friend bool operator==(const LotRow&, const LotRow&) = default;
};

/// What is written down of one budget: its window, and what of it is with proxies or spent.
struct BudgetRow {
  quota::Window window;
  Units taken = 0;

  friend bool operator==(const BudgetRow&, const BudgetRow&) = default;
};

/// Each grant is a lot that counts as spent from the moment it is made until it comes back. So no
/// answer may leave before row() and the asking proxy's lot() are on disk; what is lent and not
/// told is lost to nobody, as the proxy's next totals say that it was never had. A lot of a proxy
/// that fell silent stays spent until its totals come, or the window ends.
class Budget {
 public:
  explicit Budget(Units limit) noexcept : limit_(limit) {}

  /// Goes on with what was written down, before anything else is done.
  void restore(const BudgetRow& row) noexcept;
  void restore(ProxyNumber proxy, const LotRow& lot, Instant now);

  /// The window that the clock says it is; whether it is a new one, which begins with nothing
  /// taken. A clock that was set back reopens none that is over.
  bool roll(const quota::Window& window);
  /// Ends leases up to now. Returns proxies that were not heard of for an hour: they are forgotten,
  /// and what they had of the window is spent.
  std::vector<ProxyNumber> advance(Instant now);

  /// As Bucket::sync; advance() and roll() come first.
  Grant sync(ProxyNumber proxy, std::uint64_t seq, const RuleAsk& ask, Instant now, Duration ttl);

  /// The proxy has ended, and told so: what it did not hand back is spent.
  void leave(ProxyNumber proxy);
  void set_limit(Units limit) noexcept { limit_ = limit; }

  BudgetRow row() const noexcept { return {window_, taken_}; }
  /// Of a proxy that sync() was called for; its name is not filled in.
  LotRow lot(ProxyNumber proxy);

  Units limit() const noexcept { return limit_; }
  /// With proxies or spent, in this window; may be more than the limit, by debt.
  Units taken() const noexcept { return taken_; }
  /// Nothing of its window is taken, and nobody is known to it.
  bool is_idle() const noexcept { return taken_ == 0 && loans_.known() == 0; }
  const quota::Window& window() const noexcept { return window_; }

 private:
  Units limit_;
  Units taken_ = 0;
  quota::Window window_{};
  Loans loans_;
};

}  // namespace llmgw::lease
