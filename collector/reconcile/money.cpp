// SPDX-License-Identifier: MIT
// Digits, and where the point stands among them.
#include "collector/reconcile/money.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace llmgw::collector {
namespace {

bool are_digits(std::string_view text) noexcept {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<int> exponent_of(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int exponent = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  constexpr int most = 1'000;
  const bool is_good = fault == std::errc() && end == text.data() + text.size() &&
                       exponent <= most && exponent >= -most;
  return is_good ? std::optional(exponent) : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> scaled_decimal(std::string_view text, int places) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  const std::size_t e = std::min(text.find_first_of("eE"), text.size());
  const auto exponent = e == text.size() ? std::optional(0) : exponent_of(text.substr(e + 1));
  const std::string_view number = text.substr(0, e);
  const std::size_t point = std::min(number.find('.'), number.size());
  const std::string_view whole = number.substr(0, point);
  const std::string_view fraction = number.substr(std::min(point + 1, number.size()));
  constexpr std::size_t longest = 200;
  const bool is_number = exponent && !whole.empty() && number.size() < longest &&
                         are_digits(whole) && are_digits(fraction) &&
                         (point == number.size() || !fraction.empty());
  if (!is_number) return std::nullopt;
  std::string digits = std::string(whole) + std::string(fraction);
  const long end = static_cast<long>(whole.size()) + *exponent + places;  // behind the last one
  if (end < 0) return 0;
  const auto kept = static_cast<std::size_t>(end);
  const bool is_up = kept < digits.size() && digits[kept] >= '5';
  digits.resize(kept, '0');
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  constexpr std::size_t most_digits = 18;
  if (digits.size() > most_digits) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  value += is_up ? 1 : 0;
  return is_negative ? -value : value;
}

}  // namespace llmgw::collector
