// SPDX-License-Identifier: MIT
// Calendar arithmetic in place of gmtime, which takes a lock for the time zone.
#include "common/text/timestamp.hpp"

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

}  // namespace llmgw
