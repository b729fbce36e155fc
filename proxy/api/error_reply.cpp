// SPDX-License-Identifier: MIT
// The table of gateway errors.
#include "proxy/api/error_reply.hpp"

#include "common/http/error_body.hpp"
#include "proxy/api/reach.hpp"
#include "proxy/provider/native_error.hpp"
#include "proxy/route/native_path.hpp"

namespace llmgw::proxy {

namespace gateway_error {
namespace {
constexpr std::string_view invalid_request = "invalid_request_error";
constexpr std::string_view upstream = "upstream_error";
constexpr std::string_view gateway = "gateway_error";
}  // namespace

constinit const GatewayError malformed_request{400, invalid_request, "malformed_request",
                                               "The request is not well-formed HTTP/1.1.",
                                               Outcome::client_aborted};
constinit const GatewayError unknown_url{404, invalid_request, "unknown_url",
                                         "There is nothing at this path; the API is below /v1/.",
                                         Outcome::completed};
constinit const GatewayError method_not_allowed{405,
                                                invalid_request,
                                                "method_not_allowed",
                                                "This method is not allowed here.",
                                                Outcome::completed,
                                                forwarded_methods};
constinit const GatewayError only_read{405,
                                       invalid_request,
                                       "method_not_allowed",
                                       "This method is not allowed here.",
                                       Outcome::completed,
                                       "GET, HEAD"};
constinit const GatewayError host_not_allowed{403, invalid_request, "host_not_allowed",
                                              "This gateway does not answer for this host.",
                                              Outcome::completed};
constinit const GatewayError origin_not_allowed{
    403, invalid_request, "origin_not_allowed",
    "This gateway does not answer to pages of this origin.", Outcome::completed};
constinit const GatewayError missing_api_key{
    401,
    invalid_request,
    "invalid_api_key",
    "This gateway wants a key: send it as `Authorization: Bearer KEY`.",
    Outcome::completed,
    {},
    false,
    true};
// One for all that may be wrong with it: who guesses learns nothing.
constinit const GatewayError invalid_api_key{401,
                                             invalid_request,
                                             "invalid_api_key",
                                             "This key is not valid here.",
                                             Outcome::completed,
                                             {},
                                             false,
                                             true};
constinit const GatewayError issuer_unknown{503, gateway, "issuer_unknown",
                                            "The keys of the tokens' issuer are not known yet.",
                                            Outcome::completed};
constinit const GatewayError two_credentials{400, invalid_request, "malformed_request",
                                             "The request holds two keys that differ.",
                                             Outcome::completed};
constinit const GatewayError tenant_mismatch{
    403, invalid_request, "tenant_mismatch",
    "The request names a tenant that is not the one of its key.", Outcome::completed};
constinit const GatewayError model_not_allowed{403, invalid_request, "model_not_allowed",
                                               "This key may not be used for this model.",
                                               Outcome::completed};
constinit const GatewayError model_not_told{
    400, invalid_request, "malformed_request",
    "This key is for some models only, and the body does not name exactly one that can be read.",
    Outcome::completed};
constinit const GatewayError unknown_provider{
    400, invalid_request, "invalid_value",
    "X-LLM-Provider does not name one provider of this gateway.", Outcome::completed};
constinit const GatewayError ambiguous_model{400, invalid_request, "invalid_value",
                                             "The request names more than one model.",
                                             Outcome::completed};
constinit const GatewayError model_not_found{404, invalid_request, "model_not_found",
                                             "There is no model of this name here.",
                                             Outcome::completed};
constinit const GatewayError provider_not_allowed{
    403, "permission_error", "provider_not_allowed",
    "No provider that this tenant may use has this model.", Outcome::completed};
constinit const GatewayError unsupported_endpoint{400, invalid_request, "unsupported_endpoint",
                                                  "No target of this model has this API.",
                                                  Outcome::completed};
constinit const GatewayError request_timeout{408, invalid_request, "request_timeout",
                                             "The request did not arrive in time.",
                                             Outcome::client_aborted};
constinit const GatewayError request_too_large{
    413, invalid_request, "request_too_large",
    "The request body is larger than this gateway accepts.", Outcome::client_aborted};
constinit const GatewayError headers_too_large{
    431, invalid_request, "headers_too_large",
    "The request head is larger than this gateway accepts.", Outcome::completed};
constinit const GatewayError upstream_unreachable{502, upstream, "upstream_unreachable",
                                                  "The upstream could not be reached.",
                                                  Outcome::upstream_unreachable};
constinit const GatewayError upstream_invalid{
    502, upstream, "upstream_invalid_response",
    "The upstream's response is not well-formed HTTP/1.1.", Outcome::upstream_invalid};
constinit const GatewayError unreadable_answer{
    502, upstream, "upstream_invalid_response",
    "The upstream's answer is too large to be translated, or cannot be read.",
    Outcome::upstream_invalid};
constinit const GatewayError upstream_closed{
    502, upstream, "upstream_invalid_response",
    "The upstream closed the connection without a response.", Outcome::upstream_aborted};
constinit const GatewayError upstream_timeout{504, upstream, "upstream_timeout",
                                              "The upstream did not respond in time.",
                                              Outcome::upstream_timeout};
constinit const GatewayError upstream_auth_failed{502,
                                                  upstream,
                                                  "upstream_auth_failed",
                                                  "The provider refused this gateway's own key.",
                                                  Outcome::upstream_invalid,
                                                  {},
                                                  true};
constinit const GatewayError rate_limited{429, "rate_limit_error", "rate_limited",
                                          "Every target of this model is at its provider's limit.",
                                          Outcome::refused};
constinit const GatewayError no_target_available{
    503, gateway, "no_target_available", "No target of this model is available at the moment.",
    Outcome::refused};
constinit const GatewayError draining{503, gateway, "draining", "This gateway is shutting down.",
                                      Outcome::completed};
constinit const GatewayError overloaded{503, gateway, "overloaded",
                                        "This gateway is at its limit of connections.",
                                        Outcome::upstream_unreachable};
}  // namespace gateway_error

const GatewayError& error_of_client(errc fault) noexcept {
  switch (fault) {
    case errc::overloaded: return gateway_error::overloaded;
    case errc::timed_out: return gateway_error::request_timeout;
    case errc::body_too_large: return gateway_error::request_too_large;
    case errc::unsupported_method: return gateway_error::method_not_allowed;
    case errc::head_too_large:
    case errc::target_too_long: return gateway_error::headers_too_large;
    default: return gateway_error::malformed_request;
  }
}

namespace {

std::string body_of(const GatewayError& error, const ErrorTerms& terms) {
  const std::string_view message = terms.message.empty() ? error.message : terms.message;
  const NativeError native{error.status, message, terms.request_id, terms.wait};
  switch (terms.form) {
    case ErrorForm::anthropic: return native_error_body(NativeErrorForm::anthropic, native);
    case ErrorForm::gemini: return native_error_body(NativeErrorForm::gemini, native);
    case ErrorForm::openai: break;
  }
  return http::error_body(message, error.type, error.code);
}

const GatewayError& error_of_connect(errc fault) noexcept {
  switch (fault) {
    case errc::timed_out: return gateway_error::upstream_timeout;
    case errc::overloaded: return gateway_error::overloaded;
    default: return gateway_error::upstream_unreachable;
  }
}

const GatewayError& error_of_response(errc fault) noexcept {
  switch (fault) {
    case errc::timed_out: return gateway_error::upstream_timeout;
    case errc::connection_closed:
    case errc::connection_reset: return gateway_error::upstream_closed;
    default: return gateway_error::upstream_invalid;
  }
}

}  // namespace

const GatewayError& error_of(const Failure& failure) noexcept {
  switch (failure.side) {
    case Failure::Side::client: return error_of_client(failure.fault);
    case Failure::Side::connection: return error_of_connect(failure.fault);
    default: return error_of_response(failure.fault);
  }
}

ErrorForm error_form(const http::RequestHead& head, bool has_native) noexcept {
  if (!has_native) return ErrorForm::openai;
  switch (classify(head).dialect) {
    case ClientDialect::anthropic: return ErrorForm::anthropic;
    case ClientDialect::gemini: return ErrorForm::gemini;
    default: return ErrorForm::openai;
  }
}

Task<Result<void>> reply_error(http::Exchange& exchange, const GatewayError& error,
                               const ErrorTerms& terms) {
  const auto& [request_id, form, wait, message, more] = terms;
  const std::string body = body_of(error, terms);
  constexpr std::size_t most_own = 7;
  std::vector<http::OutField> fields;
  fields.reserve(most_own + more.size());
  fields.push_back({"Content-Type", "application/json"});
  fields.push_back({"X-LLM-Request-ID", request_id});
  if (!error.allow.empty()) fields.push_back({"Allow", error.allow});
  if (form == ErrorForm::anthropic) fields.push_back({"request-id", request_id});
  if (error.asks_for_key) fields.push_back({"WWW-Authenticate", "Bearer"});
  if (error.is_final) fields.push_back({"X-Should-Retry", "false"});
  const std::string seconds =
      wait ? std::to_string(std::chrono::ceil<std::chrono::seconds>(*wait).count()) : std::string();
  if (wait) fields.push_back({"Retry-After", seconds});
  fields.insert(fields.end(), more.begin(), more.end());
  const std::span<const http::OutField> all = fields;
  co_return co_await exchange.reply(error.status, all, body);
}

}  // namespace llmgw::proxy
