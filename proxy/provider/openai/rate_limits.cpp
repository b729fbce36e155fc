// SPDX-License-Identifier: MIT
// Few bytes tell these fields from all others.
#include "proxy/provider/openai/rate_limits.hpp"

#include "common/text/case_blind.hpp"
#include "common/text/quantity.hpp"

namespace llmgw::proxy {

RateLimits openai_rate_limits(const http::Head& head,
                              std::chrono::system_clock::time_point) noexcept {
  constexpr std::string_view begin = "x-ratelimit-remaining-";
  RateLimits limits;
  for (const http::Field& each : head.fields) {
    if (each.name.size() <= begin.size() || !starts_ignoring_case(each.name, begin)) continue;
    const std::string_view kind = each.name.substr(begin.size());
    if (equals_ignoring_case(kind, "requests"))
      limits[LimitKind::requests].remaining = parse_integer(each.value);
    if (equals_ignoring_case(kind, "tokens"))
      limits[LimitKind::tokens].remaining = parse_integer(each.value);
  }
  return limits;
}

}  // namespace llmgw::proxy
