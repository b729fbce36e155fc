// SPDX-License-Identifier: MIT
// Finding the route of a request.
#include "common/http/router.hpp"

#include "common/http/error_body.hpp"

namespace llmgw::http {

Task<Result<void>> reply_error(EndpointExchange& exchange, int status, std::string_view message,
                               std::string_view type, std::string_view code, std::string allow) {
  const std::string body = error_body(message, type, code);
  const OutField fields[] = {{"Content-Type", "application/json"}, {"Allow", allow}};
  const auto all = std::span(fields).first(allow.empty() ? 1 : 2);
  co_return co_await exchange.reply(status, all, body);
}

Refusal refusal_of(errc fault) noexcept {
  switch (fault) {
    case errc::head_too_large:
      return {431, "headers_too_large",
              "The request head is over 64 KiB or has more than 256 fields."};
    case errc::target_too_long:
      return {431, "headers_too_large", "The request target is over 16 KiB."};
    case errc::body_too_large:
      return {413, "request_too_large", "The request body is over the limit."};
    case errc::overloaded:
      return {503, "overloaded", "This server is at its limit of connections."};
    case errc::timed_out: return {408, "request_timeout", "The request did not arrive in time."};
    case errc::unsupported_coding:
      return {400, "malformed_request", "The request's transfer coding is not chunked alone."};
    case errc::unsupported_method:
      return {405, "method_not_allowed", "This server opens no tunnels."};
    default: return {400, "malformed_request", "The request is not well-formed HTTP/1.1."};
  }
}

Router& Router::add(std::string_view method, std::string_view path, Action action) {
  routes_.push_back({std::string(method), std::string(path), std::move(action)});
  return *this;
}

Task<void> Router::handle(EndpointExchange& exchange) {
  const EndpointHead& head = exchange.head();
  bool path_known = false;
  for (const Route& each : routes_) {
    if (each.path != head.path()) continue;
    path_known = true;
    if (each.method == head.method || (each.method == "GET" && head.method == "HEAD")) {
      co_return co_await each.action(exchange);
    }
  }
  constexpr std::string_view type = "invalid_request_error";
  if (path_known) {
    co_await reply_error(exchange, 405, "This method is not allowed here.", type,
                         "method_not_allowed", allowed(head.path()));
  } else {
    co_await reply_error(exchange, 404, "There is nothing at this path.", type, "unknown_url");
  }
}

Task<void> Router::refuse(EndpointExchange& exchange, errc fault) {
  const Refusal refusal = refusal_of(fault);
  const auto type = refusal.status < 500 ? "invalid_request_error" : "gateway_error";
  std::string allow;  // named: a choice of temporaries inside co_await trips g++ 12
  if (refusal.status == 405) allow = allowed({});
  co_await reply_error(exchange, refusal.status, refusal.message, type, refusal.code, allow);
}

// Without a path: those of any.
std::string Router::allowed(std::string_view path) const {
  std::string methods;
  for (const Route& each : routes_) {
    if (!path.empty() && each.path != path) continue;
    if (methods.find(each.method) != methods.npos) continue;
    if (!methods.empty()) methods += ", ";
    methods += each.method == "GET" ? "GET, HEAD" : each.method;
  }
  return methods;
}

}  // namespace llmgw::http
