// SPDX-License-Identifier: MIT
// Reading and spelling decimals.
#include "pricing/decimal.hpp"

#include <algorithm>

#include "common/text/quantity.hpp"

namespace llmgw::pricing {
namespace {

constexpr std::size_t most_behind = 6;  // digits behind the point

bool is_decimal(std::string_view text) { return parse_decimal(text).has_value(); }

}  // namespace

std::optional<Millionths> parse_decimal(std::string_view text) {
  const std::size_t point = text.find('.');
  const auto whole = parse_integer(text.substr(0, point));
  if (!whole || *whole > most_millionths / millionths_per_one) return std::nullopt;
  if (point == text.npos) return *whole * millionths_per_one;
  std::string digits(text.substr(point + 1));
  if (digits.empty() || digits.size() > most_behind) return std::nullopt;
  digits.resize(most_behind, '0');
  const auto behind = parse_integer(digits);
  if (!behind) return std::nullopt;
  const Millionths value = *whole * millionths_per_one + *behind;
  return value > most_millionths ? std::nullopt : std::optional(value);
}

std::string format_decimal(Millionths value) {
  std::string text = std::to_string(value / millionths_per_one);
  const std::string behind = std::to_string(value % millionths_per_one + millionths_per_one);
  const std::size_t last = behind.find_last_not_of('0');
  if (last == 0) return text;
  return text.append(".").append(behind, 1, last);
}

constinit const TextForm decimal_form{
    "a decimal of at most 6 digits behind the point, up to 1000000, such as 0.15",
    "^[0-9]+(\\.[0-9]{1,6})?$", is_decimal};

}  // namespace llmgw::pricing
