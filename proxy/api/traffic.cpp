// SPDX-License-Identifier: MIT
// Routing on the traffic port.
#include "proxy/api/traffic.hpp"

#include "proxy/api/dot_segments.hpp"
#include "proxy/api/error_reply.hpp"
#include "proxy/api/failure_log.hpp"
#include "proxy/api/forward.hpp"
#include "proxy/api/model_list.hpp"
#include "proxy/api/reach.hpp"

namespace llmgw::proxy {
namespace {

// Taken from the request where it has a valid one.
std::string request_id_for(Context& context, const http::Head& head) {
  const std::string_view own = head.value(http::FieldId::x_llm_request_id);
  if (is_valid_request_id(own)) return std::string(own);
  return std::string(
      request_id_text(context.request_ids.next(std::chrono::system_clock::now())).view());
}

// The APIs of the file's providers are there beside ALLOWED_ENDPOINTS.
bool is_native(const http::RequestHead& head, const Upstreams& upstreams) noexcept {
  const ClientDialect dialect = classify(head).dialect;
  return dialect != ClientDialect::openai && upstreams.speak(dialect);
}

// Why a request is not forwarded, or nothing.
const GatewayError* refusal_of(const http::RequestHead& head, const Config& config,
                               const Upstreams& upstreams) noexcept {
  if (!is_forwarded_method(head.method)) return &gateway_error::method_not_allowed;
  const Reach& reach = config.reach;
  const std::string_view path = head.path();
  if ((!is_below_any(path, reach.endpoints) && !is_native(head, upstreams)) ||
      has_dot_segment(path))
    return &gateway_error::unknown_url;
  if (!reach.hosts.empty() && !is_host_allowed(head.authority, reach.hosts))
    return &gateway_error::host_not_allowed;
  // Where keys are required no page can call without one.
  const bool are_pages_alike = config.key_mode == KeyMode::required;
  if (head.tells_origin && !are_pages_alike && is_cross_site(head) &&
      !is_origin_allowed(head, reach.origins))
    return &gateway_error::origin_not_allowed;
  if (head.framing.length > config.max_request_body) return &gateway_error::request_too_large;
  return nullptr;
}

}  // namespace

Task<void> Traffic::handle(http::Exchange& exchange) {
  const http::RequestHead& head = exchange.head();
  const std::string_view path = head.path();
  if (context_.draining && exchange.is_first()) {
    exchange.close_after();
    co_return co_await reply(exchange, gateway_error::draining);
  }
  if (path != "/healthz") {
    if (const GatewayError* refused = refusal_of(head, context_.config, *context_.upstreams))
      co_return co_await reply(exchange, *refused);
    if (asks_for_models(context_, head)) co_return co_await reply_models(context_, exchange);
    co_return co_await forward(context_, exchange);
  }
  if (head.method != "GET" && head.method != "HEAD") {
    co_return co_await reply(exchange, gateway_error::only_read);
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
  log_failure(context_, exchange, request_id, error, error.message, {});
  const bool is_routed = context_.upstreams->table().asks_for_model();
  const ErrorTerms terms{.request_id = request_id, .form = error_form(exchange.head(), is_routed)};
  (void)co_await reply_error(exchange, error, terms);
}

}  // namespace llmgw::proxy
