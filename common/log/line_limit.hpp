// SPDX-License-Identifier: MIT
// PURE: at most so many lines of log a second, and a count of those held back.
#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

namespace llmgw {

/// For lines of which an outage would bring one for each request.
class LineLimit {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr unsigned most = 10;
  static constexpr std::chrono::seconds span{1};

  /// Whether one more line may be written now.
  bool admits(Clock::time_point now) noexcept {
    if (written_ == 0 || now - begun_at_ >= span) {
      begun_at_ = now;
      written_ = 0;
    }
    if (written_ == most) return false;
    ++written_;
    return true;
  }
  void hold_back(std::uint64_t lines = 1) noexcept {
    if (held_back_ == 0) due_at_ = begun_at_ + span;
    held_back_ += lines;
  }
  /// How many were held back since this was last more than 0; 0 until the second of the first of
  /// them is over, so that there is one summary a second.
  std::uint64_t take_held_back(Clock::time_point now) noexcept {
    return now < due_at_ ? 0 : std::exchange(held_back_, 0);
  }

 private:
  Clock::time_point begun_at_;  // of the second that counts
  Clock::time_point due_at_;
  unsigned written_ = 0;  // in this second
  std::uint64_t held_back_ = 0;
};

}  // namespace llmgw
