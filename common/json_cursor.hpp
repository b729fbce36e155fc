// SPDX-License-Identifier: MIT
// PURE: JsonCursor: reads JSON that is written plainly, fast, and says when it is not sure.
#pragma once

#include <string_view>

#include "common/json_bytes.hpp"

namespace llmgw {

/// Each reader takes what its name says off the text, or returns false: then the text is no JSON
/// (RFC 8259), or is one of the forms that are left to a full parser, and the cursor is of no
/// further use. Those forms are: white space other than blanks and tabs; escaped surrogates;
/// numbers of more than 100 characters or with an exponent of more than two digits, which may be
/// too large; values nested more than `deepest` levels. What is accepted is always JSON.
///
/// Nothing is allocated, nothing copied, nothing beyond the text is read.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) noexcept
      : at_(text.data()), end_(text.data() + text.size()) {}

  const char* position() const noexcept { return at_; }
  /// 0 at the end of the text; a NUL is never part of JSON.
  char peek() const noexcept { return at_ < end_ ? *at_ : '\0'; }

  void skip_blanks() noexcept {
    while (peek() == ' ' || peek() == '\t') ++at_;
  }
  bool take(char c) noexcept {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view literal) noexcept {
    if (remaining() < literal.size()) return false;
    if (std::memcmp(at_, literal.data(), literal.size()) != 0) return false;
    at_ += literal.size();
    return true;
  }
  std::size_t remaining() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  /// No more than remaining().
  void skip(std::size_t count) noexcept { at_ += count; }

  /// A string with its quotes; `content` is what stands between them, escapes as they are.
  bool string(std::string_view& content) noexcept {
    if (!take('"')) return false;
    const char* const begin = at_;
    for (;;) {
      const std::uint64_t marks = json_bytes::specials(next_word());
      if (marks == 0) {
        at_ += sizeof marks;
        continue;
      }
      at_ += json_bytes::first_marked(marks);
      if (peek() == '"') break;
      if (!special()) return false;
    }
    content = {begin, static_cast<std::size_t>(at_ - begin)};
    ++at_;
    return true;
  }

  /// An integer from 0 of up to 19 digits.
  bool count(std::uint64_t& value) noexcept;
  /// A number from 0.
  bool number() noexcept;
  /// A value of any type.
  bool value() noexcept { return value(0); }

  static constexpr int deepest = 32;

 private:
  // The next eight bytes, or what is left of them and zeros.
  std::uint64_t next_word() const noexcept {
    if (remaining() >= sizeof(std::uint64_t)) return json_bytes::load<std::uint64_t>(at_);
    std::uint64_t word = 0;
    std::memcpy(&word, at_, remaining());
    return word;
  }

  bool special() noexcept;
  bool escape() noexcept;
  std::size_t digits() noexcept;
  bool value(int depth) noexcept;
  bool members(int depth) noexcept;
  bool elements(int depth) noexcept;

  const char* at_;
  const char* end_;
};

}  // namespace llmgw
