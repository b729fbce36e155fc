// SPDX-License-Identifier: MIT
// Decoding as deep as it goes, and what the segments of the outcome are.
#include "proxy/api/dot_segments.hpp"

#include <array>
#include <cstddef>

namespace llmgw::proxy {
namespace {

// Looks at a decoded path, one character after the other.
class Segments {
 public:
  void take(char c) noexcept {
    if (c == '/' || c == '\\') return end();
    if (c == ';' && state_ == State::two_dots) found_ = true;
    if (c != '.' || state_ >= State::two_dots) {
      state_ = State::other;
    } else {
      state_ = state_ == State::empty ? State::dot : State::two_dots;
    }
  }
  void end() noexcept {
    found_ |= state_ == State::dot || state_ == State::two_dots;
    state_ = State::empty;
  }
  bool is_found() const noexcept { return found_; }

 private:
  enum class State : std::uint8_t { empty, dot, two_dots, other };
  State state_ = State::empty;
  bool found_ = false;
};

constexpr int no_digit = -1;

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return no_digit;
}

// Decodes `%XX` where either digit, or the percent sign itself, may have come out of a coding
// before: `%252e`, `%%32e` and `%25%32%65` are all one dot. The outcome does not depend on the
// order, so it is what decoding again and again would end with.
class Decoder {
 public:
  void take(char c) noexcept {
    for (;;) {
      if (c == '%') return begin();
      if (open_ == 0) return segments_.take(c);
      const int digit = hex_digit(c);
      if (digit == no_digit) {
        end_codes();
        return segments_.take(c);
      }
      signed char& first = first_digits_[open_ - 1];
      if (first == no_digit) {
        first = static_cast<signed char>(digit);
        return;
      }
      --open_;
      c = static_cast<char>(first * 16 + digit);
    }
  }
  void end() noexcept {
    end_codes();
    segments_.end();
  }
  bool is_found() const noexcept { return too_deep_ || segments_.is_found(); }

 private:
  void begin() noexcept {
    if (open_ == first_digits_.size()) {
      too_deep_ = true;
      return;
    }
    first_digits_[open_++] = no_digit;
  }
  // No code that has begun can be completed any more.
  void end_codes() noexcept {
    if (open_ > 0) segments_.take('%');
    open_ = 0;
  }

  // Of the codes that have begun: one, in any path that somebody means.
  std::array<signed char, 32> first_digits_;
  std::size_t open_ = 0;
  bool too_deep_ = false;
  Segments segments_;
};

}  // namespace

bool has_dot_segment(std::string_view path) noexcept {
  if (path.find('.') == path.npos && path.find('%') == path.npos) return false;
  Decoder decoder;
  for (const char c : path) decoder.take(c);
  decoder.end();
  return decoder.is_found();
}

}  // namespace llmgw::proxy
