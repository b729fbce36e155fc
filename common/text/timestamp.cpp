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

// Of digits alone, few enough of them.
int number_of(std::string_view digits) noexcept {
  int number = 0;
  for (const char c : digits) number = number * 10 + (c - '0');
  return number;
}

// Of what follows the point: `1`, `120`, `123456`.
std::chrono::milliseconds fraction_of(std::string_view digits) noexcept {
  int milliseconds = 0;
  for (std::size_t i = 0; i < 3; ++i)
    milliseconds = milliseconds * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  return std::chrono::milliseconds(milliseconds);
}

// `Z`, or `+02:00`.
std::chrono::minutes offset_of(std::string_view text) noexcept {
  if (text.size() < 6) return std::chrono::minutes(0);
  const std::chrono::minutes offset(number_of(text.substr(1, 2)) * 60 +
                                    number_of(text.substr(4, 2)));
  return text.front() == '-' ? -offset : offset;
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

std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_timestamp(
    std::string_view text) noexcept {
  namespace chrono = std::chrono;
  if (!is_timestamp(text)) return std::nullopt;
  const auto number = [text](std::size_t at, std::size_t size) {
    return number_of(text.substr(at, size));
  };
  const chrono::year_month_day date(chrono::year(number(0, 4)),
                                    chrono::month(static_cast<unsigned>(number(5, 2))),
                                    chrono::day(static_cast<unsigned>(number(8, 2))));
  if (!date.ok()) return std::nullopt;
  const std::string_view rest = text.substr(19);
  const std::size_t zone = rest.find_first_of("Z+-");
  return chrono::sys_days(date) + chrono::hours(number(11, 2)) + chrono::minutes(number(14, 2)) +
         chrono::seconds(std::min(number(17, 2), 59)) +
         fraction_of(rest.substr(std::min<std::size_t>(zone, 1), zone == 0 ? 0 : zone - 1)) -
         offset_of(rest.substr(zone));
}

}  // namespace llmgw
