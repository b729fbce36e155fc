// SPDX-License-Identifier: MIT
// PURE: how many bytes of UTF-8 a JSON string stands for, without making them.
#pragma once

#include <cstdint>
#include <cstring>

namespace llmgw {

/// Shown the inside of a string in any pieces, escapes as they were sent.
class TextMeasure {
 public:
  void add(const char* at, const char* end) noexcept {
    while (at != end) {
      if (left_ != 0) {
        add_escape(*at++);
        continue;
      }
      const void* const escape = std::memchr(at, '\\', static_cast<std::size_t>(end - at));
      const char* const plain_end = escape == nullptr ? end : static_cast<const char*>(escape);
      size_ += static_cast<std::uint64_t>(plain_end - at);
      if (escape == nullptr) return;
      left_ = behind_backslash;
      at = plain_end + 1;
    }
  }

  std::uint64_t size() const noexcept { return size_; }

 private:
  static constexpr std::uint8_t behind_backslash = 5;  // else: how many hex digits are to come

  void add_escape(char c) noexcept {
    if (left_ == behind_backslash) {
      left_ = c == 'u' ? 4 : 0;
      unit_ = 0;
      if (left_ == 0) ++size_;
      return;
    }
    const int digit = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    unit_ = static_cast<std::uint16_t>(unit_ << 4 | (digit & 0xf));
    if (--left_ > 0) return;
    // Two surrogates make one character of four bytes.
    const bool is_surrogate = unit_ >= 0xd800 && unit_ <= 0xdfff;
    size_ += unit_ < 0x80 ? 1u : unit_ < 0x800 || is_surrogate ? 2u : 3u;
  }

  std::uint64_t size_ = 0;
  std::uint16_t unit_ = 0;
  std::uint8_t left_ = 0;
};

}  // namespace llmgw
