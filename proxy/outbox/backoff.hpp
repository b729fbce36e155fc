// SPDX-License-Identifier: MIT
// PURE: how long to wait before the collector is asked again.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace llmgw::proxy {

/// Exponential backoff with full jitter: each wait lies anywhere between `shortest` and a ceiling
/// that doubles, so that many proxies do not return in step when a collector does.
class Backoff {
 public:
  using Milliseconds = std::chrono::milliseconds;
  static constexpr Milliseconds shortest{100};
  /// Together with the second that an attempt may take to connect: what a collector that is back
  /// waits for at most.
  static constexpr Milliseconds longest{4'000};
  static constexpr Milliseconds longest_asked_for{60'000};  ///< most that Retry-After is given

  /// The next wait. `random`: any number, evenly spread. `spent`: how long the attempt took to
  /// fail, which counts as waited. `asked_for`: the collector's Retry-After, which is the least to
  /// wait.
  Milliseconds next(std::uint32_t random, Milliseconds spent = Milliseconds(0),
                    Milliseconds asked_for = Milliseconds(0)) noexcept {
    ceiling_ = std::clamp(ceiling_ * 2, shortest * 2, longest);
    const auto span = static_cast<std::uint32_t>((ceiling_ - shortest).count()) + 1;
    const Milliseconds jittered = shortest + Milliseconds(random % span);
    return std::max({jittered - spent, shortest, std::min(asked_for, longest_asked_for)});
  }
  void reset() noexcept { ceiling_ = Milliseconds(0); }
  /// Whether the last attempt failed.
  bool is_failing() const noexcept { return ceiling_.count() > 0; }

 private:
  Milliseconds ceiling_{0};
};

}  // namespace llmgw::proxy
