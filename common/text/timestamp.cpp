// SPDX-License-Identifier: MIT
// Calendar arithmetic in place of gmtime, which takes a lock for the time zone.
#include "common/text/timestamp.hpp"

#include <algorithm>

namespace llmgw {
namespace {

// Writes `value` with exactly `width` digits.
template <int width>
char* write_digits(unsigned value, char* out) noexcept {
  for (int i = width - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return out + width;
}

// Whether the text is the pattern with a digit for each `d`.
bool matches(std::string_view text, std::string_view pattern) noexcept {
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (pattern[i] == 'd' ? !is_digit : text[i] != pattern[i]) return false;
  }
  return true;
}

}  // namespace

char* write_timestamp(std::chrono::system_clock::time_point time, char* out) noexcept {
  namespace chrono = std::chrono;
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date(day);
  const auto since_midnight = chrono::floor<chrono::milliseconds>(time - day).count();
  const auto milliseconds = static_cast<unsigned>(since_midnight);

  out = write_digits<4>(static_cast<unsigned>(static_cast<int>(date.year())), out);
  *out++ = '-';
  out = write_digits<2>(static_cast<unsigned>(date.month()), out);
  *out++ = '-';
  out = write_digits<2>(static_cast<unsigned>(date.day()), out);
  *out++ = 'T';
  out = write_digits<2>(milliseconds / 3'600'000, out);
  *out++ = ':';
  out = write_digits<2>(milliseconds / 60'000 % 60, out);
  *out++ = ':';
  out = write_digits<2>(milliseconds / 1'000 % 60, out);
  *out++ = '.';
  out = write_digits<3>(milliseconds % 1'000, out);
  *out++ = 'Z';
  return out;
}

bool is_timestamp(std::string_view text) noexcept {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd";
  if (!matches(text.substr(0, shape.size()), shape)) return false;
  if (text.substr(5, 2) > "12" || text.substr(8, 2) > "31" || text.substr(11, 2) > "23")
    return false;
  if (text.substr(14, 2) > "59" || text.substr(17, 2) > "60") return false;
  text.remove_prefix(shape.size());
  if (text.starts_with('.')) {
    const auto end = std::min(text.find_first_not_of("0123456789", 1), text.size());
    if (end == 1) return false;
    text.remove_prefix(end);
  }
  return text == "Z" || matches(text, "+dd:dd") || matches(text, "-dd:dd");
}

std::optional<std::int64_t> parse_timestamp(std::string_view text) noexcept {
  namespace chrono = std::chrono;
  if (!is_timestamp(text)) return std::nullopt;
  const auto number = [](std::string_view digits) {
    int value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    return value;
  };
  const auto two = [&](std::size_t at) { return number(text.substr(at, 2)); };
  const chrono::year_month_day date{chrono::year(number(text.substr(0, 4))),
                                    chrono::month(static_cast<unsigned>(two(5))),
                                    chrono::day(static_cast<unsigned>(two(8)))};
  if (!date.ok()) return std::nullopt;
  chrono::sys_seconds time = chrono::sys_days(date) + chrono::hours(two(11)) +
                             chrono::minutes(two(14)) + chrono::seconds(two(17));
  if (text.back() != 'Z') {
    const auto offset = chrono::hours(two(text.size() - 5)) + chrono::minutes(two(text.size() - 2));
    time += text[text.size() - 6] == '-' ? offset : -offset;
  }
  return time.time_since_epoch().count();
}

}  // namespace llmgw
