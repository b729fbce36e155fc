// SPDX-License-Identifier: MIT
// PURE: how slowly a body may come.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace llmgw::http {

/// Whoever sends a byte now and then would hold a connection for ever, and never be silent. So each
/// `window` that is spent waiting for it has to bring `least` bytes. What the other side of a relay
/// takes its time for is not counted.
class BodyPace {
 public:
  using Clock = std::chrono::steady_clock;
  using Milliseconds = std::chrono::milliseconds;

  BodyPace(Milliseconds window, std::size_t least) noexcept
      : window_(window), left_(window), least_(least) {}

  /// A read begins: how long it may take.
  Milliseconds begin(Clock::time_point now) noexcept {
    begun_at_ = now;
    return std::chrono::ceil<Milliseconds>(left_);
  }
  /// It has brought `count` bytes.
  void end(Clock::time_point now, std::size_t count) noexcept {
    count_ += count;
    left_ = std::max(left_ - (now - begun_at_), Clock::duration::zero());
    if (count_ < least_) return;
    count_ = 0;
    left_ = window_;
  }

 private:
  Clock::duration window_;
  Clock::duration left_;
  std::size_t least_;
  std::size_t count_ = 0;
  Clock::time_point begun_at_;
};

}  // namespace llmgw::http
