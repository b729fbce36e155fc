// SPDX-License-Identifier: MIT
// The routes of the admin port.
#include "proxy/api/ops.hpp"

#include "common/metrics/prometheus_text.hpp"

namespace llmgw::proxy {
namespace {

Task<void> reply_text(http::EndpointExchange& exchange, int status, std::string_view type,
                      std::string body) {
  const http::OutField fields[] = {{"Content-Type", type}, {"Cache-Control", "no-store"}};
  co_await exchange.reply(status, fields, body);
}

}  // namespace

void add_ops_routes(http::Router& router, OpsSource source) {
  router.add("GET", "/healthz", [](http::EndpointExchange& exchange) {
    return reply_text(exchange, 200, "text/plain", "ok\n");
  });
  router.add("GET", "/readyz",
             [ready = std::move(source.is_ready)](http::EndpointExchange& exchange) {
               return ready() ? reply_text(exchange, 200, "text/plain", "ready\n")
                              : reply_text(exchange, 503, "text/plain", "draining\n");
             });
  router.add("GET", "/metrics",
             [metrics = std::move(source.metrics)](http::EndpointExchange& exchange) {
               return reply_text(exchange, 200, prometheus_content_type, metrics());
             });
  if (!source.config) return;
  router.add("GET", "/configz",
             [config = std::move(source.config)](http::EndpointExchange& exchange) {
               return reply_text(exchange, 200, "application/json", config());
             });
}

}  // namespace llmgw::proxy
