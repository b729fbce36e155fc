// SPDX-License-Identifier: MIT
// PURE: Lent: a balance whose units are lent by a collector, as those see it who take of it.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "quota/limit_rule.hpp"
#include "quota/refill.hpp"

namespace llmgw::quota {

/// What an exchange does whose units the balance does not have.
enum class Stance : std::uint8_t {
  ask,     ///< it waits for an answer of the collector
  refuse,  ///< it is refused at once
  charge,  ///< it is admitted: the units are taken all the same, Balance::give(-units)
};

/// What was said last of a limit. One thread writes, the one that speaks with the collector; any
/// thread reads.
class LentState {
 public:
  Stance stance() const noexcept { return stance_.load(std::memory_order_relaxed); }
  /// Units that others can still have.
  Units remaining() const noexcept { return remaining_.load(std::memory_order_relaxed); }
  /// When that was said.
  Clock::time_point said_at() const noexcept { return time_of(said_at_); }
  /// From when on there may be units again for who was refused; of a calendar: its end. May be
  /// over.
  Clock::time_point free_at() const noexcept { return time_of(free_at_); }

  void set(Stance stance) noexcept { stance_.store(stance, std::memory_order_relaxed); }
  void say(Units remaining, Clock::time_point free_at, Clock::time_point now) noexcept {
    remaining_.store(remaining, std::memory_order_relaxed);
    free_at_.store(free_at.time_since_epoch().count(), std::memory_order_relaxed);
    said_at_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }

 private:
  using Time = std::atomic<Clock::rep>;
  static Clock::time_point time_of(const Time& time) noexcept {
    return Clock::time_point(Clock::duration(time.load(std::memory_order_relaxed)));
  }

  std::atomic<Stance> stance_{Stance::ask};
  std::atomic<Units> remaining_{0};
  Time free_at_{0};
  Time said_at_{0};
};

/// Lives as long as its balance.
struct Lent {
  Lent(std::string its_id, Unit its_unit, Balance& its_balance, Units burst)
      : id(std::move(its_id)), unit(its_unit), balance(its_balance) {
    state.say(burst, {}, {});
  }

  const std::string id;  ///< of the balance, in all processes
  const Unit unit;
  Balance& balance;  ///< holds what was borrowed and is not spent
  LentState state;   ///< at first as if nobody had taken any
};

/// What is left of it for all, as far as is known: never more than `burst`.
inline Units left_of(const Lent& lent, Units burst) noexcept {
  return std::min(lent.balance.units() + lent.state.remaining(), burst);
}

/// The same, as it is bound to be by now if nobody has asked since.
Units left_of(const Lent& lent, const RefillTerms& terms, Clock::time_point now) noexcept;

}  // namespace llmgw::quota
