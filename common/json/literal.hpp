// SPDX-License-Identifier: MIT
// PURE: what stands between the strings of a JSON document: white space, numbers and names (RFC
// 8259 sections 2 and 3).
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "common/json/scalar.hpp"
#include "common/json/value.hpp"

namespace llmgw::json_literal {

enum : std::uint8_t { space = 1, literal = 2 };

// What each byte may be part of, between strings.
inline constexpr auto classes = [] {
  std::array<std::uint8_t, 256> table{};
  for (const char c : {' ', '\n', '\r', '\t'}) table[static_cast<unsigned char>(c)] = space;
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] = literal;
  for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = literal;
  for (const char c : {'.', '-', '+'}) table[static_cast<unsigned char>(c)] = literal;
  return table;
}();

inline bool is(std::uint8_t mask, char c) noexcept {
  return (classes[static_cast<unsigned char>(c)] & mask) != 0;
}

inline const char* skip(std::uint8_t mask, const char* at, const char* end) noexcept {
  while (at != end && is(mask, *at)) ++at;
  return at;
}

inline std::string_view text_between(const char* from, const char* to) noexcept {
  return {from, static_cast<std::size_t>(to - from)};
}

inline JsonValue literal_value(std::uint8_t tag, std::string_view text) noexcept {
  const bool is_number = text.front() <= '9';
  const JsonKind kind = is_number         ? JsonKind::number
                        : text == "null"  ? JsonKind::null
                        : text == "true"  ? JsonKind::yes
                        : text == "false" ? JsonKind::no
                                          : JsonKind::number;
  JsonValue value{.tag = tag, .kind = kind, .raw = text};
  if (kind == JsonKind::number) value.count = parse_count(text);
  return value;
}

}  // namespace llmgw::json_literal
