// SPDX-License-Identifier: MIT
// PURE: JSON as it is appended to a text, without white space.
#pragma once

#include <string>
#include <string_view>

namespace llmgw::proxy::gemini {

/// Behind the bracket of an array, or behind an element.
inline void begin_element(std::string& out) {
  if (out.back() != '[') out += ',';
}

/// Behind the brace of an object, or behind a member; what follows is the value. `key` is spelt as
/// JSON does.
inline void begin_member(std::string_view key, std::string& out) {
  if (out.back() != '{') out += ',';
  ((out += '"') += key) += "\":";
}

/// `value` is JSON.
inline void append_member(std::string_view key, std::string_view value, std::string& out) {
  begin_member(key, out);
  out += value;
}

/// `inside` is what stands between the quotes of a string.
inline void append_text_member(std::string_view key, std::string_view inside, std::string& out) {
  begin_member(key, out);
  ((out += '"') += inside) += '"';
}

}  // namespace llmgw::proxy::gemini
