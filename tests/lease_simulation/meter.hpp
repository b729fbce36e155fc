// SPDX-License-Identifier: MIT
// Meter: what all proxies together admitted, held against a bucket's bound in every window.
#pragma once

#include <algorithm>
#include <deque>
#include <limits>
#include <vector>

#include "tests/lease_simulation/world.hpp"

namespace llmgw::simulation {

class Meter {
 public:
  /// The bound: `burst` and `rate` a second times the window.
  Meter(double burst, double rate) : burst_(burst), rate_(rate) {}

  /// Units admitted; less than 0: reserved before and not used.
  void add(Units units, Instant now) {
    const double at = to_seconds(now.time_since_epoch());
    if (begun_ == 0) begun_ = at;
    const double before = static_cast<double>(sum_) - rate_ * (at - begun_);
    least_ = std::min(least_, before);  // the best begin of a window so far
    sum_ += units;
    worst_ = std::max(worst_, static_cast<double>(sum_) - rate_ * (at - begun_) - least_);
    recent_.push_back({at, units});
    minute_ += units;
    while (recent_.front().first <= at - 60) {
      minute_ -= recent_.front().second;
      recent_.pop_front();
    }
    worst_minute_ = std::max(worst_minute_, minute_);
  }

  Units sum() const { return sum_; }
  /// The most of any window beyond what its length brings; to be compared with the burst.
  double worst() const { return worst_; }
  Units worst_minute() const { return worst_minute_; }
  /// By how much the bound was passed; 0 or less: in no window. A little for the rounding of sums.
  double excess() const { return worst_ - burst_ - 1e-6 * burst_; }

 private:
  double burst_;
  double rate_;
  double begun_ = 0;
  Units sum_ = 0;
  double least_ = std::numeric_limits<double>::max();
  double worst_ = 0;
  std::deque<std::pair<double, Units>> recent_;
  Units minute_ = 0;
  Units worst_minute_ = 0;
};

/// How long exchanges waited that were admitted.
class Waits {
 public:
  void add(Duration wait) { waits_.push_back(to_seconds(wait) * 1000); }
  /// Milliseconds.
  double percentile(double part) {
    if (waits_.empty()) return 0;
    const auto at = static_cast<std::ptrdiff_t>(part * static_cast<double>(waits_.size() - 1));
    std::nth_element(waits_.begin(), waits_.begin() + at, waits_.end());
    return waits_[static_cast<std::size_t>(at)];
  }

 private:
  std::vector<double> waits_;
};

}  // namespace llmgw::simulation
