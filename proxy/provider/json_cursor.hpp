// SPDX-License-Identifier: MIT
// PURE: reads a whole JSON text value by value, and strictly: what it accepts is JSON (RFC 8259).
#pragma once

#include <bitset>
#include <cstddef>
#include <string_view>

namespace llmgw::proxy {

/// A place in a JSON text. Each call takes what it names off the front, white space before it
/// included, and says whether it was there; after a false the place means nothing. Bytes within
/// strings are not looked at, so broken UTF-8 and bare control characters pass there.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) noexcept
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {}

  /// One of the characters that structure JSON.
  bool take(char structural) noexcept;
  /// A string; what is between its quotes, escapes as they stand.
  bool take_text(std::string_view& inside) noexcept;
  /// Any value; its bytes. Objects and arrays nest at most `max_depth` deep.
  bool take_value(std::string_view& value) noexcept;
  /// The end of the text.
  bool take_end() noexcept;

  /// How many bytes were taken.
  std::size_t offset() const noexcept { return static_cast<std::size_t>(at_ - begin_); }

  static constexpr std::size_t max_depth = 256;

 private:
  using Brackets = std::bitset<max_depth>;  // one a level: set for an object

  void skip_space() noexcept;
  bool skip_text() noexcept;
  bool skip_escape() noexcept;
  bool skip_digits() noexcept;
  bool skip_number() noexcept;
  bool skip_scalar() noexcept;
  bool skip_key() noexcept;
  bool skip_value() noexcept;

  const char* begin_;
  const char* at_;
  const char* end_;
};

}  // namespace llmgw::proxy
