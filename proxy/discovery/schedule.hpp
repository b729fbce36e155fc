// SPDX-License-Identifier: MIT
// PURE: when a provider is asked for its models again.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace llmgw::proxy {

/// How asking went.
enum class FetchResult : std::uint8_t {
  ok,
  refused,  ///< the provider will not: the key is no good, or it has no such list
  error,    ///< it could not be reached, was silent, or said nothing that is understood
};
inline constexpr std::size_t fetch_result_count = 3;

/// Of an answer's status.
constexpr FetchResult result_of(int status) noexcept {
  constexpr int too_slow = 408, too_many = 429;
  if (status == 200) return FetchResult::ok;
  const bool is_passing = status == too_slow || status == too_many;
  return status >= 400 && status < 500 && !is_passing ? FetchResult::refused : FetchResult::error;
}

/// A list is good for an hour, and so is a refusal, for asking again changes nothing. What may pass
/// is tried again soon, and then less and less often, as long as there is no list at all.
class Schedule {
 public:
  using Milliseconds = std::chrono::milliseconds;
  static constexpr Milliseconds usual = std::chrono::hours(1);
  static constexpr Milliseconds shortest = std::chrono::seconds(10);
  static constexpr Milliseconds longest = std::chrono::minutes(10);

  /// How long to wait. `has_list`: of an earlier answer, or of this one.
  Milliseconds next(FetchResult result, bool has_list) noexcept {
    if (result != FetchResult::error || has_list) {
      pause_ = Milliseconds(0);
      return usual;
    }
    pause_ = std::clamp(pause_ * 2, shortest, longest);
    return pause_;
  }

 private:
  Milliseconds pause_{0};
};

}  // namespace llmgw::proxy
