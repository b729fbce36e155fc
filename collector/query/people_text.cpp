// SPDX-License-Identifier: MIT
// Digits and escapes.
#include "collector/query/people_text.hpp"

#include "collector/query/format.hpp"
#include "common/json/escape.hpp"

namespace llmgw::collector {

std::string usd_text(WideInteger nano_usd) {
  constexpr WideInteger one = 1'000'000'000;
  const bool is_negative = nano_usd < 0;
  const WideInteger size = is_negative ? -nano_usd : nano_usd;
  std::string text = (is_negative ? "-" : "") + decimal(size / one);
  if (size % one == 0) return text;
  std::string digits = decimal(one + size % one).substr(1);
  while (digits.ends_with('0')) digits.pop_back();
  return text + "." + digits;
}

std::string shown_name(std::string_view name) {
  bool is_plain = !name.empty();
  for (const char c : name) is_plain = is_plain && c > ' ' && c <= '~' && c != '"' && c != '\\';
  if (is_plain) return std::string(name);
  std::string quoted;
  append_json_string(name, quoted);
  std::string ascii;
  for (const char c : quoted) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr std::string_view digits = "0123456789abcdef";
    if (byte >= ' ' && byte <= '~') {
      ascii += c;
    } else {
      ascii.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
  }
  return ascii;
}

}  // namespace llmgw::collector
