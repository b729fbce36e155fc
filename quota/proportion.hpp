// SPDX-License-Identifier: MIT
// PURE: a * b / c, the product of which may not fit.
#pragma once

#include <cstdint>
#include <limits>

namespace llmgw::quota {

__extension__ using Wide = unsigned __int128;

/// Of what is not negative, `c` above 0; what is beyond the largest number is that number.
constexpr std::int64_t proportion(std::int64_t a, std::int64_t b, std::int64_t c) noexcept {
  const Wide value = static_cast<Wide>(a) * static_cast<Wide>(b) / static_cast<Wide>(c);
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  return value > static_cast<Wide>(most) ? most : static_cast<std::int64_t>(value);
}

/// The same, rounded up.
constexpr std::int64_t proportion_up(std::int64_t a, std::int64_t b, std::int64_t c) noexcept {
  const Wide sum = static_cast<Wide>(a) * static_cast<Wide>(b) + static_cast<Wide>(c - 1);
  const Wide value = sum / static_cast<Wide>(c);
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  return value > static_cast<Wide>(most) ? most : static_cast<std::int64_t>(value);
}

}  // namespace llmgw::quota
