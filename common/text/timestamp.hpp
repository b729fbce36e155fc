// SPDX-License-Identifier: MIT
// PURE: instants as RFC 3339 text in UTC.
#pragma once

#include <chrono>
#include <cstddef>

namespace llmgw {

inline constexpr std::size_t timestamp_size = 24;

/// Writes `2026-11-23T08:30:00.123Z`, timestamp_size characters, and returns their end. Cut, not
/// rounded, to milliseconds, so that a stamp never lies in the future.
char* write_timestamp(std::chrono::system_clock::time_point time, char* out) noexcept;

}  // namespace llmgw
