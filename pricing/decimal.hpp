// SPDX-License-Identifier: MIT
// PURE: decimals of the configuration file as whole numbers of millionths: prices and factors,
// never by floating point.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/settings/config_form.hpp"

namespace llmgw::pricing {

/// Of one. A price in USD for a million tokens is as many pico-USD for one token.
using Millionths = std::uint64_t;

inline constexpr Millionths millionths_per_one = 1'000'000;
/// The largest that a file may have: a million. Products of it with counts of tokens stay far
/// within 128 bits.
inline constexpr Millionths most_millionths = 1'000'000 * millionths_per_one;

/// `3`, `0.15`, `2.500000`: no sign, no exponent, digits on both sides of the point, six at most
/// behind it. Nothing for other text, and beyond most_millionths.
std::optional<Millionths> parse_decimal(std::string_view text);

/// The shortest spelling that parse_decimal reads back: `0.15`, `3`.
std::string format_decimal(Millionths value);

/// What parse_decimal reads.
extern const TextForm decimal_form;

}  // namespace llmgw::pricing
