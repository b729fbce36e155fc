// SPDX-License-Identifier: MIT
// Reading and spelling durations, sizes and integers.
#include "common/text/quantity.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace llmgw {
namespace {

constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;
constexpr std::uint64_t most_nanoseconds = std::numeric_limits<std::int64_t>::max();

using Unit = std::pair<std::string_view, std::uint64_t>;

// Longest spellings first where one begins another.
constexpr std::array<Unit, 9> time_units{{{"ns", 1},
                                          {"us", 1'000},
                                          {"\u00b5s", 1'000},  // micro sign
                                          {"\u03bcs", 1'000},  // Greek mu, as in Go
                                          {"ms", 1'000'000},
                                          {"s", nanoseconds_per_second},
                                          {"m", 60 * nanoseconds_per_second},
                                          {"h", 3'600 * nanoseconds_per_second},
                                          {"d", 86'400 * nanoseconds_per_second}}};

constexpr std::array<Unit, 7> size_units{{{"GiB", 1ULL << 30},
                                          {"MiB", 1ULL << 20},
                                          {"KiB", 1ULL << 10},
                                          {"GB", 1ULL << 30},
                                          {"MB", 1ULL << 20},
                                          {"KB", 1ULL << 10},
                                          {"B", 1}}};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  const auto digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

std::optional<std::uint64_t> multiply(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

// The part of one unit that decimal digits after a point stand for, cut to whole nanoseconds.
std::uint64_t fraction_of(std::uint64_t unit, std::string_view digits) {
  std::uint64_t rest = unit;
  std::uint64_t value = 0;
  // Exact and free of overflow: each digit takes a tenth of what the one before it stood for. Units
  // are products of powers of ten with 864 at most, so what is cut is below a nanosecond a digit.
  for (const char digit : digits.substr(0, 12)) {
    value += rest * static_cast<std::uint64_t>(digit - '0') / 10;
    rest /= 10;
  }
  return value;
}

// One `1.5h` at the front of the text, in nanoseconds.
std::optional<std::uint64_t> take_term(std::string_view& text) {
  const auto whole = take_digits(text);
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
  }
  if (whole.empty() && fraction.empty()) return std::nullopt;
  const auto number = whole.empty() ? std::optional<std::uint64_t>(0) : parse_integer(whole);
  if (!number) return std::nullopt;

  for (const auto& [spelling, unit] : time_units) {
    // `m` must not eat the beginning of `ms`: that one stands before it.
    if (!text.starts_with(spelling)) continue;
    text.remove_prefix(spelling.size());
    const auto product = multiply(*number, unit);
    if (!product || *product > most_nanoseconds) return std::nullopt;
    return *product + fraction_of(unit, fraction);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_integer(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text, int places) {
  const std::string_view whole = take_digits(text);
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
    if (fraction.empty()) return std::nullopt;
  }
  if (whole.empty() || !text.empty() || fraction.size() > static_cast<std::size_t>(places))
    return std::nullopt;
  std::string digits(whole);
  digits.append(fraction).append(static_cast<std::size_t>(places) - fraction.size(), '0');
  return parse_integer(digits);
}

std::string format_decimal(std::uint64_t value, int places) {
  std::string text = std::to_string(value);
  const auto behind = static_cast<std::size_t>(places);
  if (text.size() <= behind) text.insert(0, behind + 1 - text.size(), '0');
  text.insert(text.size() - behind, ".");
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::nanoseconds(0);
  if (text.empty()) return std::nullopt;
  std::uint64_t sum = 0;
  while (!text.empty()) {
    const auto term = take_term(text);
    if (!term || *term > most_nanoseconds - sum) return std::nullopt;
    sum += *term;
  }
  return std::chrono::nanoseconds(static_cast<std::int64_t>(sum));
}

std::string format_duration(std::chrono::nanoseconds duration) {
  auto rest = static_cast<std::uint64_t>(duration.count());
  if (rest == 0) return "0s";
  std::string text;
  constexpr std::array<Unit, 6> units{
      {time_units[7], time_units[6], time_units[5], time_units[4], time_units[1], time_units[0]}};
  for (const auto& [spelling, unit] : units) {
    if (rest < unit) continue;
    text += std::to_string(rest / unit);
    text += spelling;
    rest %= unit;
  }
  return text;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto number = parse_integer(take_digits(text));
  if (!number || text.empty()) return number;
  for (const auto& [spelling, unit] : size_units) {
    if (text == spelling) return multiply(*number, unit);
  }
  return std::nullopt;
}

std::string format_size(std::uint64_t bytes) {
  for (const auto& [spelling, unit] : {size_units[3], size_units[4], size_units[5]}) {
    if (bytes != 0 && bytes % unit == 0) {
      std::string text = std::to_string(bytes / unit);
      return text += spelling;
    }
  }
  return std::to_string(bytes);
}

}  // namespace llmgw
