// SPDX-License-Identifier: MIT
// PURE: Share: a part of a whole, exact to the millionth.
#pragma once

#include <cstdint>

#include "quota/balance.hpp"

namespace llmgw::quota {

class Share {
 public:
  constexpr Share() = default;
  /// 0 to 1,000,000.
  constexpr explicit Share(std::uint32_t millionths) noexcept : millionths_(millionths) {}

  constexpr std::uint32_t millionths() const noexcept { return millionths_; }

  /// Rounded down.
  constexpr Units of(Units whole) const noexcept {
    // In two parts, neither of which overflows.
    return whole / one * millionths_ + whole % one * millionths_ / one;
  }

  friend constexpr auto operator<=>(Share, Share) = default;

 private:
  static constexpr Units one = 1'000'000;

  std::uint32_t millionths_ = 0;
};

}  // namespace llmgw::quota
