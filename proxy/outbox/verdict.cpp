// SPDX-License-Identifier: MIT
// Status codes, the collector's words, and Retry-After.
#include "proxy/outbox/verdict.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

namespace llmgw::proxy {
namespace {

bool is_refusal_of_a_batch(std::string_view body) {
  const auto answer = nlohmann::json::parse(body, nullptr, false);
  const nlohmann::json::json_pointer place("/error/code");
  if (!answer.contains(place)) return false;
  const nlohmann::json& code = answer.at(place);
  return code == "invalid_event" || code == "invalid_content_encoding";
}

}  // namespace

Verdict verdict_of(int status, std::string_view body) {
  if (status >= 200 && status < 300) return Verdict::delivered;
  if (status == 413) return Verdict::split;
  if (status == 400 && is_refusal_of_a_batch(body)) return Verdict::rejected;
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
