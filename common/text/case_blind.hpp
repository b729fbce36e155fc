// SPDX-License-Identifier: MIT
// PURE: ASCII text whose letters may be of either case: names of fields, schemes, media types and
// codings. Bytes that are no ASCII letters equal themselves alone, whatever the locale says.
#pragma once

#include <algorithm>
#include <string_view>

namespace llmgw {

constexpr char lower_case(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return x == y || lower_case(x) == lower_case(y);  // nearly always it is the same
         });
}

constexpr bool starts_ignoring_case(std::string_view text, std::string_view begin) noexcept {
  return equals_ignoring_case(text.substr(0, begin.size()), begin);
}

constexpr bool ends_ignoring_case(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() &&
         equals_ignoring_case(text.substr(text.size() - end.size()), end);
}

}  // namespace llmgw
