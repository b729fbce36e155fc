// SPDX-License-Identifier: MIT
// PURE: what a collector's answer means for the batch it answers.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace llmgw::proxy {

enum class Verdict : std::uint8_t {
  delivered,  ///< 2xx
  split,      ///< 413: may pass in smaller parts
  rejected,   ///< any other 4xx: will not pass, however often it is sent
  retry,      ///< 401, 408, 425, 429, 5xx, and what no collector should say: may pass later
};

Verdict verdict_of(int status) noexcept;

/// The value of Retry-After where it is a number of seconds (RFC 9110 section 10.2.3); zero for a
/// date, which would need clocks that agree, and for anything else.
std::chrono::seconds parse_retry_after(std::string_view value) noexcept;

}  // namespace llmgw::proxy
