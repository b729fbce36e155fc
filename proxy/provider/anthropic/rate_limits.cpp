// SPDX-License-Identifier: MIT
// `anthropic-ratelimit-KIND-WHAT`, where a reset is an instant.
#include "proxy/provider/anthropic/rate_limits.hpp"

#include <algorithm>

#include "common/text/case_blind.hpp"
#include "common/text/quantity.hpp"
#include "common/text/timestamp.hpp"

namespace llmgw::proxy {
namespace {

using std::chrono::milliseconds;

constexpr std::array<std::string_view, limit_kind_count> kinds{"requests", "tokens", "input-tokens",
                                                               "output-tokens"};

std::optional<milliseconds> until(std::string_view instant,
                                  std::chrono::system_clock::time_point now) noexcept {
  constexpr std::chrono::hours most(365 * 24);
  const auto then = parse_timestamp(instant);
  if (!then) return std::nullopt;
  const auto left = *then - std::chrono::floor<milliseconds>(now);
  if (left > most) return std::nullopt;
  return std::max(left, milliseconds(0));
}

}  // namespace

RateLimits anthropic_rate_limits(const http::Head& head,
                                 std::chrono::system_clock::time_point now) noexcept {
  constexpr std::string_view begin = "anthropic-ratelimit-";
  RateLimits limits;
  for (const http::Field& each : head.fields) {
    if (each.name.size() <= begin.size() || !starts_ignoring_case(each.name, begin)) continue;
    const std::string_view rest = each.name.substr(begin.size());
    const std::size_t hyphen = rest.rfind('-');
    if (hyphen == rest.npos) continue;
    const auto kind = std::ranges::find_if(kinds, [&](std::string_view name) {
      return equals_ignoring_case(name, rest.substr(0, hyphen));
    });
    if (kind == kinds.end()) continue;
    const std::string_view what = rest.substr(hyphen + 1);
    RateLimit& limit = limits.kinds[static_cast<std::size_t>(kind - kinds.begin())];
    if (equals_ignoring_case(what, "limit")) limit.limit = parse_integer(each.value);
    if (equals_ignoring_case(what, "remaining")) limit.remaining = parse_integer(each.value);
    if (equals_ignoring_case(what, "reset")) limit.reset = until(each.value, now);
  }
  return limits;
}

}  // namespace llmgw::proxy
