// SPDX-License-Identifier: MIT
// PURE: Spending: how much of a rule was used in the last second, and the most that was in use.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "lease/loans.hpp"

namespace llmgw::lease {

/// A few samples of a total that is looked at now and then.
class Spending {
 public:
  /// `used`: the total now. Times rise.
  void sample(Units used, Instant now) noexcept {
    if (used > last_) used_at_ = now;
    last_ = used;
    if (now - begun_at_ >= step * steps) {
      slots_.fill({used, used});
      begun_at_ = now;
      next_ = 0;
      return;
    }
    while (now - begun_at_ >= step) {
      begun_at_ += step;
      slots_[next_] = {before_, peak_};
      next_ = (next_ + 1) % steps;
      peak_ = before_ = used;
    }
    peak_ = std::max(peak_, used);
  }

  /// In the last second, about.
  Units spent() const noexcept { return std::max<Units>(0, last_ - slots_[next_].total); }
  /// Of concurrency, where the total is what is in use: the most in the last second.
  Units peak() const noexcept {
    Units most = std::max(peak_, last_);
    for (const Slot& each : slots_) most = std::max(most, each.peak);
    return most;
  }
  /// When the total last rose.
  Instant used_at() const noexcept { return used_at_; }

 private:
  static constexpr std::size_t steps = 4;
  static constexpr std::chrono::milliseconds step{250};
  struct Slot {
    Units total = 0;  // at its begin
    Units peak = 0;
  };

  std::array<Slot, steps> slots_{};  // the oldest at next_
  std::size_t next_ = 0;
  Instant begun_at_{};  // of the step under way
  Instant used_at_{};
  Units last_ = 0;
  Units before_ = 0;  // the total at the begin of the step under way
  Units peak_ = 0;
};

}  // namespace llmgw::lease
