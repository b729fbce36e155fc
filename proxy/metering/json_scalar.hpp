// SPDX-License-Identifier: MIT
// PURE: single JSON values out of their spelling (RFC 8259 sections 6 and 7).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/bounded_string.hpp"

namespace llmgw::proxy {

/// A count: whole and not negative, also when spelt `13.0` or `1.3e1`. Nothing for any other
/// number.
std::optional<std::int64_t> parse_count(std::string_view raw) noexcept;

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

}  // namespace llmgw::proxy
