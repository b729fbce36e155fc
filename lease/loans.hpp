// SPDX-License-Identifier: MIT
// PURE: Loans: who has what of one rule, in the order in which it runs out.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <list>
#include <unordered_map>

#include "lease/message.hpp"

namespace llmgw::lease {

/// Monotonic; no time of another process is ever compared with it.
using Instant = std::chrono::steady_clock::time_point;
using Duration = std::chrono::nanoseconds;

/// A proxy by the number that the authority gives it; none is given twice.
using ProxyNumber = std::uint64_t;

/// What one proxy told last of one rule, and what it was granted upon that.
struct Loan {
  ProxyNumber proxy = 0;
  std::uint64_t seq = 0;  ///< of the request it was last seen in
  Units granted = 0;      ///< total, if the last answer arrived
  Units used = 0;
  Units back = 0;
  Units lent = 0;  ///< may still be spent, as far as is known; 0 once the lease has run out
  Units debt = 0;  ///< of what was granted last
  Units late = 0;  ///< was lent when it ran out; of a budget: is of a period that is over
  Instant end;     ///< of the lease

  /// What is not with the proxy any more, as it tells now, of what it was last known to have: the
  /// last answer did not arrive, or units came back. No more than can have been there.
  Units returned(const RuleAsk& ask) const noexcept {
    const Units unspent = std::max<Units>(0, used - ask.used);  // was reserved, and not used
    return std::clamp<Units>(granted - ask.got + ask.back - back, 0, lent + late + debt + unspent);
  }
};

/// What a proxy may still spend of what it has.
inline Units held(const RuleAsk& ask) noexcept {
  return std::max<Units>(0, ask.got - ask.back - ask.used);
}
/// What it spent without having had it.
inline Units debt(const RuleAsk& ask) noexcept {
  return std::max<Units>(0, ask.used - (ask.got - ask.back));
}

/// What one request is answered about one rule.
struct Grant {
  Units units = 0;
  Units remaining = 0;
  std::chrono::milliseconds retry{0};
};

/// The least time for which a proxy refuses by itself after it was refused.
inline constexpr std::chrono::milliseconds least_retry{100};
/// How much longer a lease lasts where it was given than where it is spent.
inline constexpr std::chrono::milliseconds lease_margin{20};
/// How long a lease that ran out is still known.
inline constexpr std::chrono::seconds lease_memory{60};

/// What is granted beside debt, of `there` units for which `active` proxies ask: what is waited
/// for, or what is wanted as long as enough stays for the others; the less there is the less a
/// proxy gets beyond what it needs at once. All together they get `least` though, if it is there: a
/// proxy that got single units would have to ask for each.
inline Units share_of(Units there, std::size_t active, Units most, Units least,
                      const RuleAsk& ask) noexcept {
  if (ask.pending > there) return ask.least > 0 && ask.least <= there ? there : 0;
  const auto proxies = static_cast<Units>(std::max<std::size_t>(1, active));
  const Units fair = std::max(there / (2 * proxies), least / proxies);
  return std::min(there, std::max(ask.pending, std::min({ask.want, fair, most})));
}

/// Leases run out in the order in which they were given or renewed.
class Loans {
 public:
  Loan* find(ProxyNumber proxy) {
    const auto found = by_proxy_.find(proxy);
    return found == by_proxy_.end() ? nullptr : &*found->second.place;
  }

  /// Of a proxy that has none here: one that ran out at `now`.
  Loan& add(ProxyNumber proxy, Instant now) {
    const auto place = ended_.insert(ended_.end(), Loan{.proxy = proxy, .end = now});
    by_proxy_[proxy] = {place, false};
    return *place;
  }

  /// Runs until `end`, or as long as the one before it if that is longer.
  void renew(Loan& loan, Instant end) {
    Entry& entry = by_proxy_.at(loan.proxy);
    if (!running_.empty()) end = std::max(end, running_.back().end);
    loan.end = end;
    running_.splice(running_.end(), entry.is_running ? running_ : ended_, entry.place);
    entry.is_running = true;
  }

  /// The one that runs out first; null where none runs.
  Loan* first() { return running_.empty() ? nullptr : &running_.front(); }
  /// That one is not running any more.
  void end_first() {
    Entry& entry = by_proxy_.at(running_.front().proxy);
    entry.is_running = false;
    ended_.splice(ended_.end(), running_, entry.place);
  }

  void erase(const Loan& loan) {
    const auto found = by_proxy_.find(loan.proxy);
    (found->second.is_running ? running_ : ended_).erase(found->second.place);
    by_proxy_.erase(found);
  }
  /// Forgets those that ran out that long ago: what still comes back of them finds no place. `gone`
  /// is told each.
  template <class Gone>
  void forget(Instant now, Duration memory, Gone gone) {
    while (!ended_.empty() && ended_.front().end + memory < now) {
      gone(std::as_const(ended_.front()));
      erase(ended_.front());
    }
  }

  bool is_running(const Loan& loan) const { return by_proxy_.at(loan.proxy).is_running; }
  std::size_t running() const noexcept { return running_.size(); }
  std::size_t known() const noexcept { return by_proxy_.size(); }

  /// Calls it with each loan.
  template <class Function>
  void each(Function function) {
    for (auto* list : {&running_, &ended_})
      for (Loan& loan : *list) function(loan);
  }

 private:
  struct Entry {
    std::list<Loan>::iterator place;
    bool is_running;
  };

  std::list<Loan> running_;  // by their ends
  std::list<Loan> ended_;    // the same
  std::unordered_map<ProxyNumber, Entry> by_proxy_;
};

}  // namespace llmgw::lease
