// SPDX-License-Identifier: MIT
// PURE: RateFields: what a response tells its caller of the limits that it is under.
#pragma once

#include <array>
#include <chrono>
#include <span>
#include <string_view>

#include "common/text/bounded_string.hpp"
#include "quota/reservation.hpp"

namespace llmgw::quota {

/// `x-ratelimit-limit-requests` and the like, of requests and of tokens, each for the rule of which
/// the least part is left. They count against the limit: what is left above it by the burst shows
/// as the limit.
class RateFields {
 public:
  static constexpr std::size_t most_fields = 6;

  /// Views into a line of its own, `name: value` and CRLF. The lines stand one behind the other.
  struct Field {
    std::string_view name;
    std::string_view value;
  };

  /// As the balances stand now.
  explicit RateFields(const Reservation& reservation) noexcept;
  RateFields(const RateFields&) = delete;
  RateFields& operator=(const RateFields&) = delete;

  std::span<const Field> all() const noexcept { return {fields_.data(), count_}; }
  /// Whether a field of an upstream is to be left out, because it tells of the same unit.
  bool replaces(std::string_view name) const noexcept;

 private:
  static constexpr std::size_t longest_line = 58;  // of the longest name and number

  void add(const Caller::Entry& entry, std::size_t unit) noexcept;
  char* begin_line(std::string_view name) noexcept;
  void end_line(char* end) noexcept;

  std::array<char, most_fields * longest_line> lines_;
  std::array<Field, most_fields> fields_;
  std::size_t size_ = 0;  // of the lines
  std::size_t count_ = 0;
  std::uint8_t told_ = 0;  // a bit a unit
};

/// As OpenAI has it: `120ms`, `6.42s`, `1m3s`; rounded up.
BoundedString<24> short_duration(std::chrono::nanoseconds duration) noexcept;

}  // namespace llmgw::quota
