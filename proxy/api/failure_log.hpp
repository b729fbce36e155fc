// SPDX-License-Identifier: MIT
// One line of log for each exchange that failed at the gateway or behind it.
#pragma once

#include <string_view>

#include "proxy/api/context.hpp"
#include "proxy/api/error_reply.hpp"
#include "proxy/http/exchange.hpp"

namespace llmgw::proxy {

/// Why an attempt failed, in more words than the client is told.
std::string_view reason_of(const Failure& failure) noexcept;

/// The gateway itself answers with an error, for this reason, after an attempt at the upstream of
/// this authority; empty: it made none. Below 500 it is the client's, and nothing is said.
void log_failure(Context& context, const http::Exchange& exchange, std::string_view request_id,
                 const GatewayError& error, std::string_view reason,
                 std::string_view upstream) noexcept;

/// The upstream did not end its answer, so that the client got a part of it.
void log_cut_response(Context& context, const http::Exchange& exchange, std::string_view request_id,
                      int status, Outcome outcome, std::string_view upstream) noexcept;

}  // namespace llmgw::proxy
