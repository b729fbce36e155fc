// SPDX-License-Identifier: MIT
// What the tests of every server share.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <future>
#include <string>

#include "common/async/timer.hpp"
#include "tests/unit/common/http/loopback_server.hpp"
#include "tests/unit/common/http/raw_client.hpp"
#include "tests/unit/common/http/request_texts.hpp"
#include "tests/unit/common/http/text_match.hpp"

namespace llmgw::http {

/// A server with short limits. `Routes` is its handler; the test adds to it what it answers.
template <class Served, class Routes, class Limits>
class ServerFixture : public testing::Test {
 protected:
  ~ServerFixture() override {
    server_.on_loop([this] { hold_.cancel(); });
  }

  // Says that it holds, and answers when the test cancels the timer.
  template <class Exchange>
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
  LoopbackServer<Served> server_{
      routes_, Limits{.head = std::chrono::milliseconds(200), .idle = std::chrono::seconds(10)}};
  Timer hold_{server_.loop};
  std::promise<void> held_;
};

}  // namespace llmgw::http
