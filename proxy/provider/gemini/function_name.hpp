// SPDX-License-Identifier: MIT
// PURE: what functions are called in Gemini's dialect, whose names begin with a letter or `_`.
#pragma once

#include <string>
#include <string_view>

namespace llmgw::proxy {

/// Whether `name` is a digit, a hyphen or the like behind any number of `_`. Such names go out with
/// one `_` more, which is taken off those that come back; so each name has exactly one other. Names
/// are compared as JSON strings spell them; one that begins with an escape goes out as it is.
constexpr bool has_odd_begin(std::string_view name) noexcept {
  const std::size_t at = name.find_first_not_of('_');
  if (at == name.npos) return false;
  const char c = name[at];
  return c != '\\' && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z');
}

/// Appends what a client's function is called in a request.
inline void append_gemini_function_name(std::string_view name, std::string& out) {
  if (has_odd_begin(name)) out += '_';
  out += name;
}

/// What the client calls the function of an answer; a part of `name`.
constexpr std::string_view client_function_name(std::string_view name) noexcept {
  const bool is_marked = name.starts_with('_') && has_odd_begin(name);
  return name.substr(is_marked ? 1 : 0);
}

}  // namespace llmgw::proxy
