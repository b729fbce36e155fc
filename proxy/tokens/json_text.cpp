// SPDX-License-Identifier: MIT
// Runs without escapes in one piece.
#include "proxy/tokens/json_text.hpp"

#include <algorithm>

#include "common/json/scalar.hpp"
#include "common/text/byte_search.hpp"

namespace llmgw::proxy {

void add_inside(TokenCounter& counter, std::string_view inside) {
  while (!inside.empty()) {
    const std::size_t plain = std::min(inside.find('\\'), inside.size());
    counter.add(inside.substr(0, plain));
    inside.remove_prefix(plain);
    if (inside.empty()) return;
    const Utf8Character character = take_escape(inside);
    counter.add({character.bytes, character.size});
  }
}

namespace {

constexpr bool is_white(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Behind the string whose quote is at `at`.
const char* behind_string(const char* at, const char* end) noexcept {
  for (++at; at != end; ++at) {
    at = find_quote_or_escape(at, end);
    if (at == end || *at == '"') break;
    if (++at == end) break;
  }
  return at == end ? end : at + 1;
}

}  // namespace

void add_compact(TokenCounter& counter, std::string_view json) {
  const char* at = json.data();
  const char* const end = at + json.size();
  while (at != end) {
    const char* const from = at;
    while (at != end && !is_white(*at)) at = *at == '"' ? behind_string(at, end) : at + 1;
    counter.add({from, static_cast<std::size_t>(at - from)});
    while (at != end && is_white(*at)) ++at;
  }
}

std::uint64_t count_inside(TokenCounter& counter, std::string_view inside) {
  add_inside(counter, inside);
  return counter.finish();
}

}  // namespace llmgw::proxy
