// SPDX-License-Identifier: MIT
// PURE: the fields by which OpenAI and Azure tell what is left.
#pragma once

#include "proxy/provider/rate_limits.hpp"

namespace llmgw::proxy {

/// Of requests and tokens, what remains: the rest of it goes to the client as it is.
RateLimits openai_rate_limits(const http::Head& head,
                              std::chrono::system_clock::time_point now) noexcept;

}  // namespace llmgw::proxy
