// SPDX-License-Identifier: MIT
// Status codes and Retry-After.
#include "proxy/outbox/verdict.hpp"

#include <charconv>

namespace llmgw::proxy {

Verdict verdict_of(int status) noexcept {
  if (status >= 200 && status < 300) return Verdict::delivered;
  if (status == 413) return Verdict::split;
  // 401: the token is being changed, here or there, or was forgotten; the events are good.
  if (status == 401) return Verdict::retry;
  // 408: the collector gave up waiting for the body; 425: too early; 429: too many.
  if (status == 408 || status == 425 || status == 429) return Verdict::retry;
  if (status >= 400 && status < 500) return Verdict::rejected;
  return Verdict::retry;
}

std::chrono::seconds parse_retry_after(std::string_view value) noexcept {
  std::uint32_t seconds = 0;
  const char* const end = value.data() + value.size();
  const auto [stop, fault] = std::from_chars(value.data(), end, seconds);
  if (fault != std::errc() || stop != end) return std::chrono::seconds(0);
  return std::chrono::seconds(seconds);
}

}  // namespace llmgw::proxy
