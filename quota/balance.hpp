// SPDX-License-Identifier: MIT
// PURE: Balance: what is left of a limit, in whole units of whatever it counts.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace llmgw::quota {

/// Requests, tokens, slots or nano-USD.
using Units = std::int64_t;

/// One word, taken from by admission and given to by refill and settlement, from any thread and
/// without a lock. Admission never makes debt; settlement may, and later refills pay it first.
class Balance {
 public:
  explicit Balance(Units units = 0) noexcept : units_(units) {}

  /// Takes `cost` (0 or more) where at least `keep` stay behind; else nothing is taken, so that a
  /// large request that fails does not push a small one out.
  bool take(Units cost, Units keep = 0) noexcept {
    Units now = units();
    while (now - cost >= keep)
      if (units_.compare_exchange_weak(now, now - cost, std::memory_order_relaxed)) return true;
    return false;
  }

  /// Takes what there is, `most` at most; how much that was.
  Units take_up_to(Units most) noexcept {
    Units now = units();
    Units taken = 0;
    do taken = std::clamp<Units>(now, 0, most);
    while (taken > 0 && !units_.compare_exchange_weak(now, now - taken, std::memory_order_relaxed));
    return taken;
  }

  /// Less than none: what was used beyond what was reserved. What there is then.
  Units give(Units units) noexcept {
    return units_.fetch_add(units, std::memory_order_relaxed) + units;
  }

  /// Gives some (0 or more), but none that would make it more than `most`.
  void fill(Units units, Units most) noexcept {
    Units now = this->units();
    while (now < most && !units_.compare_exchange_weak(now, units < most - now ? now + units : most,
                                                       std::memory_order_relaxed)) {
    }
  }

  /// Takes away what is above `most`.
  void cut(Units most) noexcept {
    Units now = units();
    while (now > most && !units_.compare_exchange_weak(now, most, std::memory_order_relaxed)) {
    }
  }

  /// Less than none: debt.
  Units units() const noexcept { return units_.load(std::memory_order_relaxed); }

 private:
  std::atomic<Units> units_;
};

}  // namespace llmgw::quota
