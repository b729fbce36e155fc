// SPDX-License-Identifier: MIT
// The parts of JSON that are rarer than a plain string; a bit a level in place of recursion.
#include "common/json/reader.hpp"

#include <limits>

namespace llmgw {

using string_bytes::is_high_surrogate;
using string_bytes::is_low_surrogate;
using string_bytes::utf16_unit;

template <JsonForm form>
std::size_t JsonReader<form>::last_run(const char* at) const noexcept {
  char rest[string_bytes::run_size] = {};
  std::memcpy(rest, at, remaining(at));
  return string_bytes::plain_run(rest);
}

// A byte that ends the run of a string, and is no quote.
template <JsonForm form>
const char* JsonReader<form>::special(const char* at) const noexcept {
  const auto lead = static_cast<unsigned char>(peek(at));
  if (lead == '\\') return escape(at + 1);
  if (lead < 0x80) return nullptr;  // a control, or the end of the text
  const std::size_t length = string_bytes::utf8_length({at, remaining(at)});
  return length == 0 ? nullptr : at + length;
}

// Behind the backslash.
template <JsonForm form>
const char* JsonReader<form>::escape(const char* at) const noexcept {
  const char kind = peek(at);
  if (kind == 'u') return unicode_escape(at + 1);
  const bool is_known =
      kind != '\0' && std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos;
  return is_known ? at + 1 : nullptr;
}

// Behind the `u`.
template <JsonForm form>
const char* JsonReader<form>::unicode_escape(const char* at) const noexcept {
  if (remaining(at) < 4) return nullptr;
  const unsigned unit = utf16_unit(at);
  if (unit == string_bytes::no_unit) return nullptr;
  at += 4;
  if (form == JsonForm::any || !(is_high_surrogate(unit) || is_low_surrogate(unit))) return at;
  if (is_low_surrogate(unit)) return nullptr;
  at = token(at, "\\u");
  if (at == nullptr || remaining(at) < 4) return nullptr;
  return is_low_surrogate(utf16_unit(at)) ? at + 4 : nullptr;
}

template <JsonForm form>
const char* JsonReader<form>::digits(const char* at) const noexcept {
  while (is_digit(peek(at))) ++at;
  return at;
}

template <JsonForm form>
const char* JsonReader<form>::number(const char* at) const noexcept {
  constexpr auto any_length = std::numeric_limits<std::ptrdiff_t>::max();
  constexpr std::ptrdiff_t longest_number = form == JsonForm::any ? any_length : 100;
  constexpr std::ptrdiff_t longest_exponent = form == JsonForm::any ? any_length : 2;
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

// Anything but an object or an array.
template <JsonForm form>
const char* JsonReader<form>::scalar(const char* at) const noexcept {
  std::string_view ignored;
  switch (peek(at)) {
    case '"': return string(at, ignored);
    case 't': return token(at, "true");
    case 'f': return token(at, "false");
    case 'n': return token(at, "null");
    case '-': return number(at + 1);
    default: return number(at);
  }
}

// Each round takes a scalar or opens a level, then closes what is closed.
template <JsonForm form>
const char* JsonReader<form>::value(const char* at) const noexcept {
  std::bitset<deepest> is_object;  // by level
  std::size_t depth = 0;
  std::string_view ignored;
  for (;;) {
    const char first = peek(at);
    if (first == '{' || first == '[') {
      if (depth == deepest) return nullptr;
      is_object[depth++] = first == '{';
      at = blanks(at + 1);
      const bool is_empty = peek(at) == (first == '{' ? '}' : ']');
      if (!is_empty && first == '{') at = key(at, ignored);
      if (at == nullptr) return nullptr;
      if (!is_empty) continue;
    } else {
      at = scalar(at);
      if (at == nullptr) return nullptr;
    }
    for (;; ++at, --depth) {
      if (depth == 0) return at;
      at = blanks(at);
      if (peek(at) != (is_object[depth - 1] ? '}' : ']')) break;
    }
    at = token(at, ',');
    if (at == nullptr) return nullptr;
    at = blanks(at);
    if (is_object[depth - 1]) at = key(at, ignored);
    if (at == nullptr) return nullptr;
  }
}

template <JsonForm form>
const char* JsonReader<form>::member(const char* at, JsonMember& member) const noexcept {
  const char* const from = key(at, member.key);
  if (from == nullptr) return nullptr;
  at = value(from);
  if (at != nullptr) member.value = {from, static_cast<std::size_t>(at - from)};
  return at;
}

template class JsonReader<JsonForm::any>;
template class JsonReader<JsonForm::plain>;

}  // namespace llmgw
