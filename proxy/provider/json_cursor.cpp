// SPDX-License-Identifier: MIT
// The grammar of RFC 8259, with a bit a level in place of recursion.
#include "proxy/provider/json_cursor.hpp"

#include <algorithm>

#include "common/text/byte_search.hpp"

namespace llmgw::proxy {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

constexpr bool is_hex(char c) noexcept {
  return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

}  // namespace

void JsonCursor::skip_space() noexcept {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
}

bool JsonCursor::take(char structural) noexcept {
  skip_space();
  if (at_ == end_ || *at_ != structural) return false;
  ++at_;
  return true;
}

bool JsonCursor::take_end() noexcept {
  skip_space();
  return at_ == end_;
}

bool JsonCursor::take_text(std::string_view& inside) noexcept {
  if (!take('"')) return false;
  const char* const from = at_;
  if (!skip_text()) return false;
  inside = {from, static_cast<std::size_t>(at_ - 1 - from)};
  return true;
}

bool JsonCursor::take_value(std::string_view& value) noexcept {
  skip_space();
  const char* const from = at_;
  if (!skip_value()) return false;
  value = {from, static_cast<std::size_t>(at_ - from)};
  return true;
}

// Behind the opening quote; takes the closing one.
bool JsonCursor::skip_text() noexcept {
  for (;;) {
    at_ = find_quote_or_escape(at_, end_);
    if (at_ == end_) return false;
    if (*at_++ == '"') return true;
    if (!skip_escape()) return false;
  }
}

bool JsonCursor::skip_escape() noexcept {
  constexpr std::string_view plain = "\"\\/bfnrt";
  if (at_ == end_) return false;
  const char kind = *at_++;
  if (kind != 'u') return plain.find(kind) != plain.npos;
  if (end_ - at_ < 4 || !std::all_of(at_, at_ + 4, is_hex)) return false;
  at_ += 4;
  return true;
}

bool JsonCursor::skip_digits() noexcept {
  const char* const from = at_;
  while (at_ != end_ && is_digit(*at_)) ++at_;
  return at_ != from;
}

bool JsonCursor::skip_number() noexcept {
  if (*at_ == '-') ++at_;
  const bool is_zero = at_ != end_ && *at_ == '0';
  if (is_zero) ++at_;
  if (!is_zero && !skip_digits()) return false;
  if (at_ != end_ && *at_ == '.') {
    ++at_;
    if (!skip_digits()) return false;
  }
  if (at_ == end_ || (*at_ | 0x20) != 'e') return true;
  ++at_;
  if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
  return skip_digits();
}

// Anything but an object or array.
bool JsonCursor::skip_scalar() noexcept {
  if (at_ == end_) return false;
  if (*at_ == '"') {
    ++at_;
    return skip_text();
  }
  if (*at_ == '-' || is_digit(*at_)) return skip_number();
  const std::string_view rest{at_, static_cast<std::size_t>(end_ - at_)};
  for (const std::string_view word : {"true", "false", "null"}) {
    if (!rest.starts_with(word)) continue;
    at_ += word.size();
    return true;
  }
  return false;
}

bool JsonCursor::skip_key() noexcept { return take('"') && skip_text() && take(':'); }

// One value, however deep. Each round takes a scalar or opens a level, then closes what is closed.
bool JsonCursor::skip_value() noexcept {
  Brackets is_object;
  std::size_t depth = 0;
  for (;;) {
    skip_space();
    const bool opens = at_ != end_ && (*at_ == '{' || *at_ == '[');
    if (opens) {
      if (depth == max_depth) return false;
      const bool object = *at_++ == '{';
      is_object[depth++] = object;
      if (!take(object ? '}' : ']')) {
        if (object && !skip_key()) return false;
        continue;
      }
      --depth;
    } else if (!skip_scalar()) {
      return false;
    }
    while (depth > 0 && take(is_object[depth - 1] ? '}' : ']')) --depth;
    if (depth == 0) return true;
    if (!take(',')) return false;
    if (is_object[depth - 1] && !skip_key()) return false;
  }
}

}  // namespace llmgw::proxy
