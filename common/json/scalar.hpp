// SPDX-License-Identifier: MIT
// PURE: single JSON values out of their spelling (RFC 8259 sections 6 and 7).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/json/value.hpp"
#include "common/text/bounded_string.hpp"

namespace llmgw {

/// What parse_count() leaves: a fraction, an exponent, a sign, very many digits, or no number.
[[gnu::cold]] std::optional<std::int64_t> parse_rare_count(std::string_view raw) noexcept;

/// A count: whole and not negative, also when spelt `13.0` or `1.3e1`. Nothing for any other
/// number.
inline std::optional<std::int64_t> parse_count(std::string_view raw) noexcept {
  constexpr std::size_t max_digits = 18;  // that always fit 64 bits
  if (raw.empty() || raw.size() > max_digits) return parse_rare_count(raw);
  std::int64_t count = 0;
  for (const char c : raw) {
    if (c < '0' || c > '9') return parse_rare_count(raw);
    count = count * 10 + (c - '0');
  }
  return count;
}

/// The UTF-8 bytes of one character.
struct Utf8Character {
  char bytes[4];
  std::size_t size;
};

/// Takes one escape off the front of `raw`, which begins with a backslash: two of them where a pair
/// of surrogates makes one character. What is no character becomes U+FFFD.
Utf8Character take_escape(std::string_view& raw) noexcept;

/// Appends the text that `raw`, the inside of a JSON string, stands for.
template <std::size_t Capacity>
void append_unescaped(std::string_view raw, BoundedString<Capacity>& out) noexcept {
  while (!out.is_cut()) {
    const std::size_t plain = std::min(raw.find('\\'), raw.size());
    out.append(raw.substr(0, plain));
    raw.remove_prefix(plain);
    if (raw.empty()) return;
    const Utf8Character character = take_escape(raw);
    out.append({character.bytes, character.size});
  }
}

/// Appends a text.
template <std::size_t Capacity>
void append_text(const JsonValue& value, BoundedString<Capacity>& out) noexcept {
  if (value.is_plain) {
    out.append(value.raw);
  } else {
    append_unescaped(value.raw, out);
  }
}

}  // namespace llmgw
