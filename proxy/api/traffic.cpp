// SPDX-License-Identifier: MIT
// Routing on the traffic port.
#include "proxy/api/traffic.hpp"

#include "proxy/api/error_reply.hpp"
#include "proxy/api/failure_log.hpp"
#include "proxy/api/forward.hpp"

namespace llmgw::proxy {
namespace {

// `/v1/` and nothing that a server could resolve to a path outside of it: dot segments, also
// percent-encoded (RFC 3986 section 5.2.4).
bool is_api_path(std::string_view path) noexcept {
  if (!path.starts_with("/v1/")) return false;
  if (path.find('.') == path.npos && path.find('%') == path.npos) return true;
  while (!path.empty()) {
    path.remove_prefix(1);
    std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    std::size_t dots = 0;
    while (!segment.empty()) {
      const bool encoded = http::equals_ignoring_case(segment.substr(0, 3), "%2e");
      if (!encoded && segment.front() != '.') break;
      segment.remove_prefix(encoded ? 3 : 1);
      ++dots;
    }
    if (segment.empty() && (dots == 1 || dots == 2)) return false;
  }
  return true;
}

// Taken from the request where it has a valid one.
std::string request_id_for(Context& context, const http::Head& head) {
  const std::string_view own = head.value(http::FieldId::x_llm_request_id);
  if (is_valid_request_id(own)) return std::string(own);
  return std::string(request_id_text(context.ids.next(std::chrono::system_clock::now())).view());
}

}  // namespace

Task<void> Traffic::handle(http::Exchange& exchange) {
  const http::RequestHead& head = exchange.head();
  const std::string_view path = head.path();
  if (context_.draining) {
    exchange.close_after();
    co_return co_await reply(exchange, gateway_error::draining);
  }
  if (is_api_path(path)) {
    if (head.framing.length > context_.config.max_request_body) {
      co_return co_await reply(exchange, gateway_error::request_too_large);
    }
    co_return co_await forward(context_, exchange);
  }
  if (path != "/healthz") co_return co_await reply(exchange, gateway_error::unknown_url);
  if (head.method != "GET" && head.method != "HEAD") {
    co_return co_await reply(exchange, gateway_error::method_not_allowed);
  }
  const std::string request_id = request_id_for(context_, head);
  const http::OutField fields[] = {{"Content-Type", "text/plain"},
                                   {"X-LLM-Request-ID", request_id}};
  co_await exchange.reply(200, fields, "ok\n");
}

Task<void> Traffic::refuse(http::Exchange& exchange, errc fault) {
  return reply(exchange, error_of_client(fault));
}

Task<void> Traffic::reply(http::Exchange& exchange, const GatewayError& error) {
  const std::string request_id = request_id_for(context_, exchange.head());
  log_failure(context_, exchange, request_id, error, error.message);
  co_await reply_error(exchange, error, request_id);
}

}  // namespace llmgw::proxy
