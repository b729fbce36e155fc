// SPDX-License-Identifier: MIT
// The routes and helpers that the tests of end points share.
#pragma once

#include <gtest/gtest.h>

#include "common/http/router.hpp"
#include "tests/unit/common/http/endpoint_loopback.hpp"
#include "tests/unit/common/http/server_fixture.hpp"

namespace llmgw::http {

inline constexpr std::size_t body_limit = 100;

inline Task<void> hello(EndpointExchange& exchange) { co_await exchange.reply(200, {}, "hello"); }

inline Task<void> echo(EndpointExchange& exchange) {
  const auto body = co_await exchange.read_body(body_limit);
  if (body.has_value()) co_return static_cast<void>(co_await exchange.reply(200, {}, *body));
  const Refusal refusal = refusal_of(errc_of(body.error()));
  co_await reply_error(exchange, refusal.status, refusal.message, "test", refusal.code);
}

inline Task<void> measure(EndpointExchange& exchange) {
  const auto body = co_await exchange.read_body(64 * 1024 * 1024);
  const std::string size = body ? std::to_string(body->size()) : body.error().message();
  co_await exchange.reply(200, {}, size);
}

inline Task<void> flood(EndpointExchange& exchange) {
  const std::string body(8 * 1024 * 1024, 'x');
  co_await exchange.reply(200, {}, body);
}

inline Task<void> stream(EndpointExchange& exchange) {
  const OutField fields[] = {{"Content-Type", "text/plain"}};
  co_await exchange.start(200, fields);
  co_await exchange.send("one");
  co_await exchange.send("a longer piece two");
  co_await exchange.finish();
}

inline Task<void> crash(EndpointExchange&) {
  throw std::runtime_error("on purpose");
  co_return;
}

class EndpointServerTest : public ServerFixture<EndpointServer, Router, EndpointLimits> {
 protected:
  EndpointServerTest() {
    routes_.add("GET", "/hello", hello).add("POST", "/echo", echo).add("POST", "/measure", measure);
    routes_.add("GET", "/flood", flood).add("GET", "/stream", stream).add("GET", "/crash", crash);
    routes_.add("GET", "/hold", [this](EndpointExchange& exchange) { return hold(exchange); });
  }
};

}  // namespace llmgw::http
