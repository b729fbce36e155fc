// SPDX-License-Identifier: MIT
// A server, of whichever kind, on a thread of its own.
#pragma once

#include <arpa/inet.h>

#include <functional>
#include <future>
#include <thread>
#include <utility>

#include "common/async/loop.hpp"
#include "common/async/spawn.hpp"
#include "common/net/listener.hpp"

namespace llmgw::http {

/// Serves until it is destroyed; whatever touches the server runs on its loop through on_loop().
template <class Served>
class LoopbackServer {
 public:
  template <class Handler, class Limits>
  LoopbackServer(Handler& handler, Limits limits) : server(loop, handler, limits) {
    const Endpoint endpoint = reserve_address({.host = "127.0.0.1", .port = 0}).value();
    port = endpoint.port();
    server.start(Listener::open(loop, endpoint).value());
    thread_ = std::thread([this] { loop.run(); });
  }
  ~LoopbackServer() {
    loop.post([this] {
      server.drain();
      server.cancel_all();
      spawn(end());
    });
    thread_.join();
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  template <class Function>
  auto on_loop(Function function) {
    std::packaged_task<decltype(function())()> task(std::move(function));
    auto result = task.get_future();
    loop.post([&task] { task(); });
    return result.get();
  }

  Loop loop{std::chrono::milliseconds(10)};
  Served server;
  std::uint16_t port = 0;

 private:
  Task<void> end() {
    co_await server.wait_until_empty();
    loop.stop();
  }

  std::thread thread_;
};

}  // namespace llmgw::http
