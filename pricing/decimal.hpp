// SPDX-License-Identifier: MIT
// PURE: prices and factors as whole numbers of millionths, never by floating point.
#pragma once

#include <cstdint>
#include <string>

#include "common/settings/config_form.hpp"
#include "common/text/quantity.hpp"

namespace llmgw::pricing {

/// Of one. A price in USD for a million tokens is as many pico-USD for one token.
using Millionths = std::uint64_t;

inline constexpr Millionths millionths_per_one = millionths;
/// The largest that a file may have: a million. Products of it with counts of tokens stay far
/// within 128 bits.
inline constexpr Millionths most_millionths = 1'000'000 * millionths_per_one;

inline std::string format_decimal(Millionths value) {
  return llmgw::format_decimal(value, decimal_places);
}

}  // namespace llmgw::pricing
