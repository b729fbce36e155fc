// SPDX-License-Identifier: MIT
// PURE: LineWriter: JSON values, one after the other, as an event has them.
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "common/event/metering_event.hpp"
#include "common/json/escape.hpp"
#include "common/text/timestamp.hpp"

namespace llmgw {

/// Writes to a buffer that is large enough for whatever an event may hold, so nothing is checked.
/// Keys are literals, whose known size turns each copy into a few moves.
class LineWriter {
 public:
  explicit LineWriter(char* out) : out_(out) {}

  template <std::size_t size>
  void literal(const char (&text)[size]) {
    std::memcpy(out_, text, size - 1);
    out_ += size - 1;
  }

  void text(std::string_view value, std::size_t limit = max_event_text) {
    *out_++ = '"';
    out_ = write_json_escaped(bounded(value, limit), out_);
    *out_++ = '"';
  }

  /// Of ours, with nothing to escape.
  void name(std::string_view value) {
    *out_++ = '"';
    std::memcpy(out_, value.data(), value.size());
    out_ += value.size();
    *out_++ = '"';
  }

  /// In place of a key or a value.
  void raw(std::string_view text) {
    std::memcpy(out_, text.data(), text.size());
    out_ += text.size();
  }

  void text_or_null(std::string_view value, std::size_t limit = max_event_text) {
    if (value.empty()) {
      literal("null");
    } else {
      text(value, limit);
    }
  }

  // Called a dozen times for each event: in place it would be three quarters of all this code,
  // which is not in the cache when an exchange ends.
  [[gnu::noinline]] void number(std::uint64_t value) {
    out_ = std::to_chars(out_, out_ + 20, value).ptr;
  }

  void count(const std::optional<std::uint64_t>& value) {
    if (value) {
      number(*value);
    } else {
      literal("null");
    }
  }

  /// Milliseconds with up to three decimals, none that are zero at the end.
  void milliseconds(std::chrono::nanoseconds value) {
    const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0));
    const auto us = (ns + 500) / 1'000;
    number(us / 1'000);
    auto decimals = static_cast<unsigned>(us % 1'000);
    if (decimals == 0) return;
    *out_++ = '.';
    for (unsigned unit = 100; decimals != 0; unit /= 10) {
      *out_++ = static_cast<char>('0' + decimals / unit);
      decimals %= unit;
    }
  }

  void boolean(bool value) {
    if (value) {
      literal("true");
    } else {
      literal("false");
    }
  }

  void time(std::chrono::system_clock::time_point value) {
    *out_++ = '"';
    out_ = write_timestamp(value, out_);
    *out_++ = '"';
  }

  char* end() const { return out_; }

 private:
  char* out_;
};

}  // namespace llmgw
