// SPDX-License-Identifier: MIT
// PURE: when an issuer is asked for its keys again.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace llmgw::proxy {

/// Keys are good for an hour. What failed is tried again soon, and then less and less often.
class JwksPace {
 public:
  using Clock = std::chrono::steady_clock;
  using Milliseconds = std::chrono::milliseconds;
  static constexpr Milliseconds usual = std::chrono::hours(1);
  static constexpr Milliseconds shortest = std::chrono::seconds(1);
  static constexpr Milliseconds longest = std::chrono::minutes(1);
  /// Between two times that are asked for by tokens, for anybody can make one that names some key.
  static constexpr Milliseconds apart = std::chrono::seconds(30);

  /// How long to wait behind an attempt.
  Milliseconds next(bool has_succeeded) noexcept {
    pause_ = has_succeeded ? Milliseconds(0) : std::clamp(pause_ * 2, shortest, longest);
    return has_succeeded ? usual : pause_;
  }

  /// Whether a token that names an unknown key is reason enough to ask at `now`.
  bool may_ask(Clock::time_point now) noexcept {
    if (asked_ && now - *asked_ < apart) return false;
    asked_ = now;
    return true;
  }

 private:
  Milliseconds pause_{0};
  std::optional<Clock::time_point> asked_;
};

}  // namespace llmgw::proxy
