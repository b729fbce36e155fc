// SPDX-License-Identifier: MIT
// From faults, statuses and texts to causes.
#include "proxy/upstream/cause.hpp"

#include <algorithm>
#include <array>

#include "common/text/case_blind.hpp"
#include "common/text/quantity.hpp"

namespace llmgw::proxy {
namespace {

// The words by which OpenAI, Azure, Anthropic, Gemini and vLLM say it.
constexpr std::array<std::string_view, 5> words_of_length{
    "context_length_exceeded", "maximum context length", "prompt is too long",
    "exceeds the maximum number of tokens", "request_too_large"};
constexpr std::array<std::string_view, 3> words_of_quota{"insufficient_quota", "billing_error",
                                                         "spend_limit"};

template <class Words>
bool holds_any(std::string_view text, const Words& words) noexcept {
  return std::any_of(words.begin(), words.end(),
                     [text](std::string_view each) { return text.find(each) != text.npos; });
}

}  // namespace

Cause cause_of(const Failure& failure, bool is_sent) noexcept {
  if (failure.side == Failure::Side::client) return Cause::none;
  if (!is_sent) return Cause::unsent;
  if (failure.fault == errc::timed_out) return Cause::timeout;
  const bool is_lost =
      failure.fault == errc::connection_closed || failure.fault == errc::connection_reset;
  return is_lost ? Cause::reset : Cause::server_error;
}

Cause cause_of_status(int status) noexcept {
  switch (status) {
    case key_refused:
    case 402:
    case 403: return Cause::key;
    case 404: return Cause::not_found;
    case 413: return Cause::context;
    case 429: return Cause::rate_limit;
    case 503:
    case 529: return Cause::overloaded;
    default: return status >= 500 ? Cause::server_error : Cause::none;
  }
}

bool is_cause_in_text(int status, Causes causes) noexcept {
  return (status == 400 && causes.contains(Cause::context)) ||
         (status == 429 && causes.contains(Cause::key));
}

Cause cause_of_error(int status, std::string_view text) noexcept {
  if (status == 400) return holds_any(text, words_of_length) ? Cause::context : Cause::none;
  if (status == 429 && holds_any(text, words_of_quota)) return Cause::key;
  return cause_of_status(status);
}

std::optional<std::chrono::nanoseconds> wait_of(const http::ResponseHead& head) noexcept {
  constexpr std::uint64_t most_seconds = 365 * 24 * 3600;
  const auto value = [&head](std::string_view name) -> std::optional<std::uint64_t> {
    for (const http::Field& each : head.fields)
      if (equals_ignoring_case(each.name, name)) return parse_integer(each.value);
    return std::nullopt;
  };
  if (const auto ms = value("retry-after-ms"))
    return std::chrono::milliseconds(std::min(*ms, most_seconds * 1'000));
  if (const auto seconds = value("retry-after"))
    return std::chrono::seconds(std::min(*seconds, most_seconds));
  return std::nullopt;
}

}  // namespace llmgw::proxy
