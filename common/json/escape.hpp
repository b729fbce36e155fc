// SPDX-License-Identifier: MIT
// PURE: text of any origin as the inside of a JSON string (RFC 8259 section 7).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace llmgw {

/// The most output bytes that one input byte becomes (`\u001f`).
inline constexpr std::size_t max_escape_growth = 6;

/// Writes `text` escaped, without quotes, to `out`, which has room for max_escape_growth times its
/// size; returns the end of what was written. Each byte that is not part of valid UTF-8 becomes
/// U+FFFD.
char* write_json_escaped(std::string_view text, char* out) noexcept;

/// Appends `"text"`, quoted and escaped.
void append_json_string(std::string_view text, std::string& out);

/// The longest prefix of at most `limit` bytes that does not cut an UTF-8 character.
std::string_view bounded(std::string_view text, std::size_t limit) noexcept;

}  // namespace llmgw
