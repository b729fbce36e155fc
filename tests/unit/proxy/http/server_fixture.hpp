// SPDX-License-Identifier: MIT
// The routes that the tests of the relay's server share.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "proxy/http/server.hpp"
#include "tests/unit/common/http/server_fixture.hpp"

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

class HttpServerTest : public ServerFixture<Server, Routes, ServerLimits> {
 protected:
  HttpServerTest() {
    routes_.add("/hello", hello).add("/flood", flood).add("/crash", crash);
    routes_.add("/hold", [this](Exchange& exchange) { return hold(exchange); });
  }
};

}  // namespace llmgw::http
