// SPDX-License-Identifier: MIT
// The routes and helpers that the tests of end points share.
#pragma once

#include <gtest/gtest.h>

#include "common/async/timer.hpp"
#include "common/http/router.hpp"
#include "tests/unit/common/http/endpoint_loopback.hpp"
#include "tests/unit/common/http/raw_client.hpp"
#include "tests/unit/common/http/request_texts.hpp"
#include "tests/unit/common/http/text_match.hpp"

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

class EndpointServerTest : public testing::Test {
 protected:
  EndpointServerTest() {
    router_.add("GET", "/hello", hello).add("POST", "/echo", echo).add("POST", "/measure", measure);
    router_.add("GET", "/flood", flood).add("GET", "/stream", stream).add("GET", "/crash", crash);
    router_.add("GET", "/hold", [this](EndpointExchange& exchange) { return hold(exchange); });
  }
  ~EndpointServerTest() override {
    server_.on_loop([this] { hold_.cancel(); });
  }

  // Says that it holds, and answers when the test cancels the timer.
  Task<void> hold(EndpointExchange& exchange) {
    held_.set_value();
    co_await hold_.wait(std::chrono::seconds(30));
    co_await exchange.reply(200, {}, "held");
  }

  RawClient connect() const { return RawClient(server_.port); }
  std::string converse(std::string_view bytes) const {
    RawClient client(server_.port);
    client.send(bytes);
    return client.read_all();
  }
  // Asked again and again: a session ends a moment after its client has seen the end.
  bool becomes_empty() {
    for (int tries = 0; tries < 1000; ++tries) {
      if (server_.on_loop([this] { return server_.server.open_connections() == 0; })) return true;
      ::poll(nullptr, 0, 1);
    }
    return false;
  }

  Router router_;
  EndpointLoopback server_{
      router_, {.head = std::chrono::milliseconds(200), .idle = std::chrono::seconds(10)}};
  Timer hold_{server_.loop};
  std::promise<void> held_;
};

}  // namespace llmgw::http
