// SPDX-License-Identifier: MIT
// What a character outside ASCII must look like, as it is and escaped.
#include "common/json/string_bytes.hpp"

namespace llmgw::string_bytes {
namespace {

// The value of a hex digit, or 16.
constexpr unsigned hex(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a' + 10) : 16;
}

}  // namespace

std::size_t utf8_length(std::string_view text) noexcept {
  const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = at(0);
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  const unsigned second = at(1);
  if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f)) return 0;
  if ((lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) return 0;
  return length;
}

unsigned utf16_unit(const char* digits) noexcept {
  unsigned unit = 0;
  for (int i = 0; i < 4; ++i) {
    const unsigned digit = hex(digits[i]);
    if (digit > 15) return no_unit;
    unit = unit << 4 | digit;
  }
  return unit;
}

}  // namespace llmgw::string_bytes
