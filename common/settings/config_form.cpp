// SPDX-License-Identifier: MIT
// The kinds of text, each as a phrase, a pattern and a function that say the same.
#include "common/settings/config_form.hpp"

#include <algorithm>

#include "common/text/quantity.hpp"

namespace llmgw {
namespace {

constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_name(std::string_view text) {
  constexpr std::size_t longest = 64;
  return !text.empty() && text.size() <= longest &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
         });
}

bool is_variable(std::string_view text) {
  return !text.empty() && !is_digit(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_path(std::string_view text) { return !text.empty() && text.find('\0') == text.npos; }

bool is_duration(std::string_view text) { return parse_duration(text).has_value(); }

bool is_pattern(std::string_view text) {
  constexpr std::size_t longest = 256;
  return !text.empty() && text.size() <= longest && text.find('*') >= text.size() - 1 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_url(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

}  // namespace

constinit const TextForm name_form{"1 to 64 of A-Z, a-z, 0-9, `.`, `_` and `-`",
                                   "^[A-Za-z0-9._-]{1,64}$", is_name};
constinit const TextForm variable_form{"the name of an environment variable, such as OPENAI_KEY",
                                       "^[A-Za-z_][A-Za-z0-9_]*$", is_variable};
constinit const TextForm duration_form{
    "a duration such as 500ms, 30s or 2m",
    "^(0|([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$", is_duration};
constinit const TextForm pattern_form{"1 to 256 of visible ASCII, with `*` only at the end",
                                      "^[!-)+-~]{0,255}[!-~]$", is_pattern};
constinit const TextForm path_form{"the path of a file", "^[^\\u0000]+$", is_path};
constinit const TextForm url_form{"an http or https URL such as https://api.openai.com",
                                  "^https?://", is_url};

}  // namespace llmgw
