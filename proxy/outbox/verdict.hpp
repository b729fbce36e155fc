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
  rejected,   ///< 400 in the collector's own words: will not pass, however often it is sent
  retry,      ///< anything else: may pass later
};

/// A 400 counts as the collector's own where `body` is one of its two refusals of a batch. All else
/// may come from something between us and the collector, or be put right by whoever runs it (a
/// token, an address), and no event is to be lost by that.
Verdict verdict_of(int status, std::string_view body);

/// The value of Retry-After where it is a number of seconds (RFC 9110 section 10.2.3); zero for a
/// date, which would need clocks that agree, and for anything else.
std::chrono::seconds parse_retry_after(std::string_view value) noexcept;

}  // namespace llmgw::proxy
