// SPDX-License-Identifier: MIT
// Runs without controls in one go; what needs escaping a slice at a time.
#include "proxy/provider/chat_answer/json_copy.hpp"

#include <array>
#include <charconv>
#include <cstdint>

#include "common/json/escape.hpp"
#include "common/text/byte_search.hpp"

namespace llmgw::proxy::chat_answer {

void append_raw(std::string_view raw, std::string& out) {
  const char* at = raw.data();
  const char* const end = at + raw.size();
  while (at != end) {
    const char* const control = find_control(at, end);
    out.append(at, control);
    if (control == end) return;
    std::array<char, max_escape_growth> escape;
    out.append(escape.data(), write_json_escaped({control, 1}, escape.data()));
    at = control + 1;
  }
}

void append_escaped(std::string_view text, std::string& out) {
  constexpr std::size_t most = 256;
  std::array<char, most * max_escape_growth> slice;
  while (!text.empty()) {
    const std::string_view part = bounded(text, most);
    out.append(slice.data(), write_json_escaped(part, slice.data()));
    text.remove_prefix(part.size());
  }
}

void append_text_or_null(std::string_view text, std::string& out) {
  if (text.empty()) {
    out += "null";
    return;
  }
  out += '"';
  append_escaped(text, out);
  out += '"';
}

void append_count(std::uint64_t count, std::string& out) {
  std::array<char, 20> digits;
  const auto [end, fault] = std::to_chars(digits.data(), digits.data() + digits.size(), count);
  out.append(digits.data(), end);
}

}  // namespace llmgw::proxy::chat_answer
