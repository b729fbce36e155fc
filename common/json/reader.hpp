// SPDX-License-Identifier: MIT
// PURE: JsonReader: reads a JSON text that is there as a whole, value by value.
#pragma once

#include <bitset>
#include <string_view>

#include "common/json/string_bytes.hpp"
#include "common/text/byte_search.hpp"

namespace llmgw {

/// Which texts a reader takes. What it takes is JSON (RFC 8259) in either form, but for what is
/// said of strings.
enum class JsonForm : std::uint8_t {
  /// As most servers take it. Bytes within strings are not looked at, so that broken UTF-8, bare
  /// control characters and halves of surrogate pairs pass there. Numbers of any size, up to 256
  /// levels of nesting.
  any,
  /// What every parser reads, and reads alike, on one line: no line breaks between tokens; strings
  /// of UTF-8, without bare control characters or halves of surrogate pairs; numbers of up to 100
  /// characters with an exponent of up to two digits, which are always finite; up to 32 levels.
  plain,
};

/// One member of an object, as it is written.
struct JsonMember {
  std::string_view key;  ///< what stands between its quotes, escapes as they are
  std::string_view value;
};

/// Each method is given a place in the text and returns the place behind what its name says, or
/// nullptr where that is not there. White space is passed over by blanks() alone, and within
/// objects and arrays.
///
/// Places are passed by value and never kept, so that they stay in a register: what a reader does
/// is a chain of steps of which each waits for the one before. Nothing is allocated or copied.
template <JsonForm form>
class JsonReader {
 public:
  /// Levels of objects and arrays that a value may have.
  static constexpr std::size_t deepest = form == JsonForm::any ? 256 : 32;

  /// The text outlives the reader.
  explicit JsonReader(std::string_view text) noexcept
      : begin_(text.data()), end_(text.data() + text.size()) {}

  const char* begin() const noexcept { return begin_; }
  std::size_t offset(const char* at) const noexcept {
    return static_cast<std::size_t>(at - begin_);
  }
  std::size_t remaining(const char* at) const noexcept {
    return static_cast<std::size_t>(end_ - at);
  }
  /// 0 at the end of the text; outside strings a NUL is never part of JSON.
  char peek(const char* at) const noexcept { return at < end_ ? *at : '\0'; }

  /// Whether a byte outside strings is white space.
  static constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || (form == JsonForm::any && (c == '\n' || c == '\r'));
  }
  /// White space, or none.
  const char* blanks(const char* at) const noexcept {
    while (is_blank(peek(at))) ++at;
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
      at = run_of_string(at);
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
  const char* value(const char* at) const noexcept;

  /// The key of a member with its colon, and white space up to the member's value.
  const char* key(const char* at, std::string_view& content) const noexcept {
    at = string(at, content);
    if (at == nullptr) return nullptr;
    at = token(blanks(at), ':');
    return at == nullptr ? nullptr : blanks(at);
  }
  const char* member(const char* at, JsonMember& member) const noexcept;

 private:
  static constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

  // Behind the bytes of a string that need no closer look.
  const char* run_of_string(const char* at) const noexcept {
    if constexpr (form == JsonForm::any) return find_quote_or_escape(at, end_);
    for (;;) {
      const std::size_t plain = next_run(at);
      at += plain;
      if (plain != string_bytes::run_size) return at;
    }
  }
  // string_bytes::plain_run, which sees a 0 where the text ends.
  std::size_t next_run(const char* at) const noexcept {
    return remaining(at) >= string_bytes::run_size ? string_bytes::plain_run(at) : last_run(at);
  }
  std::size_t last_run(const char* at) const noexcept;
  const char* special(const char* at) const noexcept;
  const char* escape(const char* at) const noexcept;
  const char* unicode_escape(const char* at) const noexcept;
  const char* digits(const char* at) const noexcept;
  const char* scalar(const char* at) const noexcept;

  const char* begin_;
  const char* end_;
};

extern template class JsonReader<JsonForm::any>;
extern template class JsonReader<JsonForm::plain>;

}  // namespace llmgw
