// SPDX-License-Identifier: MIT
// One exchange with the upstream: request up, response down, one event at its end.
#pragma once

#include "proxy/api/context.hpp"
#include "proxy/http/exchange.hpp"

namespace llmgw::proxy {

/// Answers the exchange from the upstream, or with an error of the gateway's own.
Task<void> forward(Context& context, http::Exchange& exchange);

}  // namespace llmgw::proxy
