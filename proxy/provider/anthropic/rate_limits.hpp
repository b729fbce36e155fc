// SPDX-License-Identifier: MIT
// PURE: the fields by which Anthropic tells limits and what is left of them.
#pragma once

#include "proxy/provider/rate_limits.hpp"

namespace llmgw::proxy {

RateLimits anthropic_rate_limits(const http::Head& head,
                                 std::chrono::system_clock::time_point now) noexcept;

}  // namespace llmgw::proxy
