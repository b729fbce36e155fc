// SPDX-License-Identifier: MIT
// The parts of JSON that are rarer than a plain string.
#include "common/json/reader.hpp"

namespace llmgw {
namespace {

constexpr std::ptrdiff_t longest_number = 100;
constexpr std::ptrdiff_t longest_exponent = 2;  // with the length above always finite

// The value of a hex digit, or 16.
constexpr unsigned hex(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a' + 10) : 16;
}

}  // namespace

std::size_t JsonReader::last_run(const char* at) const noexcept {
  char rest[string_bytes::run_size] = {};
  std::memcpy(rest, at, remaining(at));
  return string_bytes::plain_run(rest);
}

// A byte that ends the plain run of a string, and is no quote.
const char* JsonReader::special(const char* at) const noexcept {
  const auto lead = static_cast<unsigned char>(peek(at));
  if (lead == '\\') return escape(at + 1);
  if (lead < 0x80) return nullptr;  // a control, or the end of the text
  const std::size_t length = string_bytes::utf8_length({at, remaining(at)});
  return length == 0 ? nullptr : at + length;
}

const char* JsonReader::escape(const char* at) const noexcept {
  const char kind = peek(at);
  if (kind == '\0') return nullptr;
  ++at;
  if (kind != 'u')
    return std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos ? at : nullptr;
  if (remaining(at) < 4) return nullptr;
  unsigned code = 0;
  for (int i = 0; i < 4; ++i) {
    const unsigned digit = hex(*at++);
    if (digit > 15) return nullptr;
    code = code << 4 | digit;
  }
  return code < 0xd800 || code > 0xdfff ? at : nullptr;
}

const char* JsonReader::digits(const char* at) const noexcept {
  while (is_digit(peek(at))) ++at;
  return at;
}

const char* JsonReader::number(const char* at) const noexcept {
  const char* const begin = at;
  at = digits(at);
  if (at == begin || (at - begin > 1 && *begin == '0')) return nullptr;
  if (peek(at) == '.') {
    const char* const fraction = at + 1;
    at = digits(fraction);
    if (at == fraction) return nullptr;
  }
  if (peek(at) == 'e' || peek(at) == 'E') {
    ++at;
    if (peek(at) == '+' || peek(at) == '-') ++at;
    const char* const exponent = at;
    at = digits(at);
    if (at == exponent || at - exponent > longest_exponent) return nullptr;
  }
  return at - begin <= longest_number ? at : nullptr;
}

const char* JsonReader::value(const char* at, int depth) const noexcept {
  std::string_view ignored;
  switch (peek(at)) {
    case '"': return string(at, ignored);
    case '{': return depth < deepest ? members(at + 1, depth + 1) : nullptr;
    case '[': return depth < deepest ? elements(at + 1, depth + 1) : nullptr;
    case 't': return token(at, "true");
    case 'f': return token(at, "false");
    case 'n': return token(at, "null");
    case '-': return number(at + 1);
    default: return number(at);
  }
}

const char* JsonReader::members(const char* at, int depth) const noexcept {
  at = blanks(at);
  if (peek(at) == '}') return at + 1;
  for (;;) {
    std::string_view ignored;
    at = string(at, ignored);
    if (at == nullptr) return nullptr;
    at = token(blanks(at), ':');
    if (at == nullptr) return nullptr;
    at = value(blanks(at), depth);
    if (at == nullptr) return nullptr;
    at = blanks(at);
    if (peek(at) == '}') return at + 1;
    if (peek(at) != ',') return nullptr;
    at = blanks(at + 1);
  }
}

const char* JsonReader::elements(const char* at, int depth) const noexcept {
  at = blanks(at);
  if (peek(at) == ']') return at + 1;
  for (;;) {
    at = value(at, depth);
    if (at == nullptr) return nullptr;
    at = blanks(at);
    if (peek(at) == ']') return at + 1;
    if (peek(at) != ',') return nullptr;
    at = blanks(at + 1);
  }
}

}  // namespace llmgw
