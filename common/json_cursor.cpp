// SPDX-License-Identifier: MIT
// The parts of JSON that are rarer than a plain string.
#include "common/json_cursor.hpp"

namespace llmgw {
namespace {

constexpr std::size_t longest_number = 100;
constexpr std::size_t longest_exponent = 2;  // with the length above always finite

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The value of a hex digit, or 16.
constexpr unsigned hex(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a' + 10) : 16;
}

}  // namespace

// A byte that ends the plain run of a string, and is no quote.
bool JsonCursor::special() noexcept {
  const auto lead = static_cast<unsigned char>(peek());
  if (lead == '\\') return escape();
  if (lead < 0x80) return false;  // a control, or the end of the text
  const std::size_t length = json_bytes::utf8_length({at_, remaining()});
  at_ += length;
  return length != 0;
}

bool JsonCursor::escape() noexcept {
  ++at_;
  const char kind = peek();
  if (kind == '\0') return false;
  ++at_;
  if (kind != 'u') return std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos;
  if (remaining() < 4) return false;
  unsigned code = 0;
  for (int i = 0; i < 4; ++i) {
    const unsigned digit = hex(*at_++);
    if (digit > 15) return false;
    code = code << 4 | digit;
  }
  return code < 0xd800 || code > 0xdfff;
}

std::size_t JsonCursor::digits() noexcept {
  const char* const begin = at_;
  while (is_digit(peek())) ++at_;
  return static_cast<std::size_t>(at_ - begin);
}

bool JsonCursor::count(std::uint64_t& value) noexcept {
  const char* const begin = at_;
  std::uint64_t sum = 0;
  for (; is_digit(peek()); ++at_) sum = sum * 10 + static_cast<std::uint64_t>(*at_ - '0');
  const auto length = at_ - begin;
  value = sum;
  return length == 1 || (length > 1 && length <= 19 && *begin != '0');
}

bool JsonCursor::number() noexcept {
  const char* const begin = at_;
  const std::size_t whole = digits();
  if (whole == 0 || (whole > 1 && *begin == '0')) return false;
  if (take('.') && digits() == 0) return false;
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    const std::size_t exponent = digits();
    if (exponent == 0 || exponent > longest_exponent) return false;
  }
  return static_cast<std::size_t>(at_ - begin) <= longest_number;
}

bool JsonCursor::value(int depth) noexcept {
  std::string_view ignored;
  switch (peek()) {
    case '"': return string(ignored);
    case '{': return members(depth + 1);
    case '[': return elements(depth + 1);
    case 't': return take("true");
    case 'f': return take("false");
    case 'n': return take("null");
    case '-': ++at_; return number();
    default: return number();
  }
}

bool JsonCursor::members(int depth) noexcept {
  if (depth > deepest) return false;
  ++at_;
  skip_blanks();
  if (take('}')) return true;
  for (;;) {
    std::string_view ignored;
    if (!string(ignored)) return false;
    skip_blanks();
    if (!take(':')) return false;
    skip_blanks();
    if (!value(depth)) return false;
    skip_blanks();
    if (take('}')) return true;
    if (!take(',')) return false;
    skip_blanks();
  }
}

bool JsonCursor::elements(int depth) noexcept {
  if (depth > deepest) return false;
  ++at_;
  skip_blanks();
  if (take(']')) return true;
  for (;;) {
    if (!value(depth)) return false;
    skip_blanks();
    if (take(']')) return true;
    if (!take(',')) return false;
    skip_blanks();
  }
}

}  // namespace llmgw
