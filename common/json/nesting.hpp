// SPDX-License-Identifier: MIT
// PURE: passes over a JSON object or array in which nothing is wanted.
#pragma once

#include <cstdint>

namespace llmgw {

/// Counts brackets outside strings, wherever the text is cut; does not care which kind closes
/// which.
class JsonNesting {
 public:
  /// Behind the opening bracket.
  void begin() noexcept { *this = JsonNesting(); }

  /// Goes on in [at, end). Returns the place behind the closing bracket, or `end` should that not
  /// come; is_open() tells which.
  const char* skip(const char* at, const char* end) noexcept;

  bool is_open() const noexcept { return depth_ > 0; }
  /// Directly within the object or array that is passed over, and in no string.
  bool is_at_top() const noexcept { return depth_ == 1 && !in_text_; }

 private:
  const char* skip_blocks(const char* at, const char* end) noexcept;
  const char* skip_text(const char* at, const char* end) noexcept;

  std::uint32_t depth_ =
      1;  // a wrap would take 4 GB of opening brackets, and only mislead the scan
  bool in_text_ = false;
  bool is_escaped_ = false;  // the next byte follows a backslash
};

}  // namespace llmgw
