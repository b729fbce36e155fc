// SPDX-License-Identifier: MIT
// The routes and helpers that the tests of the server share.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

#include "common/async/timer.hpp"
#include "proxy/http/server.hpp"
#include "tests/unit/common/http/loopback_server.hpp"
#include "tests/unit/common/http/raw_client.hpp"
#include "tests/unit/common/http/request_texts.hpp"
#include "tests/unit/common/http/text_match.hpp"

namespace llmgw::http {

inline Task<void> hello(Exchange& exchange) { co_await exchange.reply(200, {}, "hello"); }

inline Task<void> flood(Exchange& exchange) {
  const std::string body(8 * 1024 * 1024, 'x');
  co_await exchange.reply(200, {}, body);
}

inline Task<void> crash(Exchange&) {
  throw std::runtime_error("on purpose");
  co_return;
}

/// Answers by path; what it does not know with 404, what is no request with its fault in words.
class Routes final : public Handler {
 public:
  using Action = std::function<Task<void>(Exchange&)>;

  Routes& add(std::string path, Action action) {
    actions_[std::move(path)] = std::move(action);
    return *this;
  }
  Task<void> handle(Exchange& exchange) override {
    const auto found = actions_.find(exchange.head().path());
    if (found != actions_.end()) co_return co_await found->second(exchange);
    co_await exchange.reply(404, {}, "");
  }
  Task<void> refuse(Exchange& exchange, errc fault) override {
    co_await exchange.reply(400, {}, describe(fault));
  }

 private:
  std::map<std::string, Action, std::less<>> actions_;
};

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    routes_.add("/hello", hello).add("/flood", flood).add("/crash", crash);
    routes_.add("/hold", [this](Exchange& exchange) { return hold(exchange); });
  }
  ~HttpServerTest() override {
    server_.on_loop([this] { hold_.cancel(); });
  }

  // Says that it holds, and answers when the test cancels the timer.
  Task<void> hold(Exchange& exchange) {
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

  Routes routes_;
  LoopbackServer<Server> server_{routes_, ServerLimits{.head = std::chrono::milliseconds(200),
                                                       .idle = std::chrono::seconds(10)}};
  Timer hold_{server_.loop};
  std::promise<void> held_;
};

}  // namespace llmgw::http
