// SPDX-License-Identifier: MIT
// PURE: what the head of an answer says of the limits of whoever asked.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/http/head.hpp"

namespace llmgw::proxy {

/// What is limited.
enum class LimitKind : std::uint8_t { requests, tokens, input_tokens, output_tokens };
inline constexpr std::size_t limit_kind_count = 4;
inline constexpr std::array<std::string_view, limit_kind_count> limit_kind_words{
    "requests", "tokens", "input_tokens", "output_tokens"};

/// What is not told, or not to be understood, is nothing.
struct RateLimit {
  std::optional<std::uint64_t> limit = {};
  std::optional<std::uint64_t> remaining = {};
  std::optional<std::chrono::milliseconds> reset = {};  ///< from now on, up to a year

  bool is_known() const noexcept { return limit || remaining || reset; }
};

struct RateLimits {
  std::array<RateLimit, limit_kind_count> kinds = {};

  RateLimit& operator[](LimitKind kind) noexcept { return kinds[static_cast<std::size_t>(kind)]; }
  const RateLimit& operator[](LimitKind kind) const noexcept {
    return kinds[static_cast<std::size_t>(kind)];
  }
};

/// How a dialect tells them. `now`: for resets that are told as an instant.
using RateLimitReader = RateLimits (*)(const http::Head& head,
                                       std::chrono::system_clock::time_point now) noexcept;

}  // namespace llmgw::proxy
