// SPDX-License-Identifier: MIT
// The errors that the gateway itself makes: one table from fault to status, body and event outcome.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string_view>

#include "common/event/metering_event.hpp"
#include "proxy/http/exchange.hpp"
#include "proxy/upstream/verdict.hpp"

namespace llmgw::proxy {

/// A row of the table.
struct GatewayError {
  int status;
  std::string_view type;
  std::string_view code;
  std::string_view message;
  Outcome outcome;              ///< of the event, where the exchange was routed to an upstream
  std::string_view allow = {};  ///< the methods that a 405 names (RFC 9110 section 15.5.6)
  bool is_final = false;        ///< clients are told that asking again is of no use
  bool asks_for_key = false;    ///< the answer says which scheme it takes (RFC 9110 section 11.6.1)
};

namespace gateway_error {
extern const GatewayError malformed_request, unknown_url, method_not_allowed, only_read,
    host_not_allowed, origin_not_allowed, missing_api_key, invalid_api_key, issuer_unknown,
    two_credentials, tenant_mismatch, model_not_allowed, model_not_told, unknown_provider,
    ambiguous_model, model_not_found, provider_not_allowed, unsupported_endpoint, request_timeout,
    request_too_large, headers_too_large, upstream_unreachable, upstream_invalid, unreadable_answer,
    upstream_closed, upstream_timeout, upstream_auth_failed, rate_limited, no_target_available,
    draining, overloaded;
}

/// For what a client sent that is no request, or whose body went wrong.
const GatewayError& error_of_client(errc fault) noexcept;
/// For an attempt that failed before its answer's head was complete.
const GatewayError& error_of(const Failure& failure) noexcept;

/// Whose form of an error the client reads.
enum class ErrorForm : std::uint8_t { openai, anthropic, gemini };

/// By the path of its request; OpenAI's where there is no file of providers (`has_native`).
ErrorForm error_form(const http::RequestHead& head, bool has_native) noexcept;

/// What an error is told with.
struct ErrorTerms {
  std::string_view request_id;  ///< for X-LLM-Request-ID
  ErrorForm form = ErrorForm::openai;
  std::optional<std::chrono::nanoseconds> wait = {};  ///< for which asking again is of no use
  std::string_view message = {};                      ///< in the place of the error's own
  std::span<const http::OutField> fields = {};        ///< that the answer has besides
};

/// Sends the error in that form. Terms that are made for this one reply need a name: a temporary
/// inside co_await trips g++ 12.
Task<Result<void>> reply_error(http::Exchange& exchange, const GatewayError& error,
                               const ErrorTerms& terms);

}  // namespace llmgw::proxy
