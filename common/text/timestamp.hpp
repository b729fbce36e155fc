// SPDX-License-Identifier: MIT
// PURE: instants as RFC 3339 text: written in UTC, and told from other text.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace llmgw {

inline constexpr std::size_t timestamp_size = 24;

/// Writes `2026-11-23T08:30:00.123Z`, timestamp_size characters, and returns their end. Cut, not
/// rounded, to milliseconds, so that a stamp never lies in the future.
char* write_timestamp(std::chrono::system_clock::time_point time, char* out) noexcept;

/// Whether the text has the shape of an RFC 3339 time with any fraction and offset (section 5.6);
/// the ranges of its parts are looked at roughly.
bool is_timestamp(std::string_view text) noexcept;

/// The seconds since 1970 that such a text stands for, fractions cut off; nothing for other text,
/// and where there is no such day.
std::optional<std::int64_t> parse_timestamp(std::string_view text) noexcept;

}  // namespace llmgw
