// SPDX-License-Identifier: MIT
// PURE: JsonReader: reads JSON that is written plainly, fast, and says when it is not sure.
#pragma once

#include <string_view>

#include "common/json/string_bytes.hpp"

namespace llmgw {

/// Each reader is given a place in the text and returns the place behind what its name says, or
/// nullptr: then the text is no JSON (RFC 8259), or is one of the forms that are left to a full
/// parser. Those are: white space other than blanks and tabs; escaped surrogates; numbers of more
/// than 100 characters or with an exponent of more than two digits, which may be too large; values
/// nested more than `deepest` levels. What is accepted is always JSON.
///
/// Places are passed by value and never kept, so that they stay in a register: what a reader does
/// is a chain of steps of which each waits for the one before. Nothing is allocated or copied.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) noexcept : end_(text.data() + text.size()) {}

  std::size_t remaining(const char* at) const noexcept {
    return static_cast<std::size_t>(end_ - at);
  }
  /// 0 at the end of the text; a NUL is never part of JSON.
  char peek(const char* at) const noexcept { return at < end_ ? *at : '\0'; }

  const char* blanks(const char* at) const noexcept {
    while (peek(at) == ' ' || peek(at) == '\t') ++at;
    return at;
  }

  const char* token(const char* at, char c) const noexcept {
    return peek(at) == c ? at + 1 : nullptr;
  }
  template <std::size_t size>
  const char* token(const char* at, const char (&literal)[size]) const noexcept {
    const bool is_there = remaining(at) >= size - 1 && std::memcmp(at, literal, size - 1) == 0;
    return is_there ? at + size - 1 : nullptr;
  }

  /// A string with its quotes; `content` is what stands between them, escapes as they are.
  const char* string(const char* at, std::string_view& content) const noexcept {
    if (peek(at) != '"') return nullptr;
    const char* const begin = ++at;
    for (;;) {
      const std::size_t plain = next_run(at);
      at += plain;
      if (plain == string_bytes::run_size) continue;
      if (peek(at) == '"') break;
      at = special(at);
      if (at == nullptr) return nullptr;
    }
    content = {begin, static_cast<std::size_t>(at - begin)};
    return at + 1;
  }

  /// An integer from 0 of up to 19 digits.
  const char* count(const char* at, std::uint64_t& value) const noexcept {
    const char* const begin = at;
    value = 0;
    for (; at < end_ && is_digit(*at); ++at)
      value = value * 10 + static_cast<std::uint64_t>(*at - '0');
    const auto length = at - begin;
    return length == 1 || (length > 1 && length <= 19 && *begin != '0') ? at : nullptr;
  }
  /// A number from 0.
  const char* number(const char* at) const noexcept;
  /// A value of any type.
  const char* value(const char* at) const noexcept { return value(at, 0); }

  static constexpr int deepest = 32;

 private:
  static constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

  // string_bytes::plain_run, which sees a 0 where the text ends.
  std::size_t next_run(const char* at) const noexcept {
    return remaining(at) >= string_bytes::run_size ? string_bytes::plain_run(at) : last_run(at);
  }
  std::size_t last_run(const char* at) const noexcept;
  const char* special(const char* at) const noexcept;
  const char* escape(const char* at) const noexcept;
  const char* digits(const char* at) const noexcept;
  const char* value(const char* at, int depth) const noexcept;
  const char* members(const char* at, int depth) const noexcept;
  const char* elements(const char* at, int depth) const noexcept;

  const char* end_;
};

}  // namespace llmgw
