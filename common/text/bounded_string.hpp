// SPDX-License-Identifier: MIT
// PURE: a short string that lives in place.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace llmgw {

/// At most `Capacity` bytes, never on the heap. What does not fit is cut off, at the start of a
/// UTF-8 character; a string that was cut takes no more, so that it stays a prefix of what it was
/// given.
template <std::size_t Capacity>
class BoundedString {
  static_assert(Capacity > 0 && Capacity <= 255);

 public:
  // The bytes stay as they are, also where it is value-initialised: several lie in each exchange.
  BoundedString() noexcept {}  // NOLINT(modernize-use-equals-default)
  explicit BoundedString(std::string_view text) noexcept { append(text); }
  BoundedString(const BoundedString& other) noexcept { *this = other; }
  BoundedString& operator=(const BoundedString& other) noexcept {
    size_ = other.size_;
    cut_ = other.cut_;
    std::memmove(bytes_.data(), other.bytes_.data(), size_);
    return *this;
  }

  static constexpr std::size_t capacity() noexcept { return Capacity; }

  std::string_view view() const noexcept { return {bytes_.data(), size_}; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  /// Whether something did not fit.
  bool is_cut() const noexcept { return cut_; }

  void clear() noexcept {
    size_ = 0;
    cut_ = false;
  }

  void assign(std::string_view text) noexcept {
    clear();
    append(text);
  }

  void append(std::string_view text) noexcept {
    if (cut_ || text.empty()) return;
    const std::size_t taken = std::min(text.size(), Capacity - size_);
    std::memcpy(bytes_.data() + size_, text.data(), taken);
    size_ = static_cast<std::uint8_t>(size_ + taken);
    if (taken == text.size()) return;
    cut_ = true;
    if (is_continuation(text[taken])) drop_begun_character();
  }

  friend bool operator==(const BoundedString& a, std::string_view b) noexcept {
    return a.view() == b;
  }

 private:
  static bool is_continuation(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
  }

  void drop_begun_character() noexcept {
    while (size_ > 0 && is_continuation(bytes_[size_ - 1u])) --size_;
    if (size_ > 0) --size_;
  }

  std::uint8_t size_ =
      0;  // first: often all that is looked at, and in the cache with what is before
  bool cut_ = false;
  std::array<char, Capacity> bytes_;
};

}  // namespace llmgw
