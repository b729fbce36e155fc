// SPDX-License-Identifier: MIT
// A worker with limits of its own, in front of an upstream that the test plays by hand.
#pragma once

#include <gtest/gtest.h>

#include <future>

#include "common/net/listener.hpp"
#include "proxy/worker.hpp"
#include "tests/unit/common/http/raw_client.hpp"
#include "tests/unit/common/http/text_match.hpp"
#include "tests/unit/common/net/loopback.hpp"

namespace llmgw::proxy {

/// The upstream's side of one connection, blocking.
class UpstreamSide {
 public:
  explicit UpstreamSide(Descriptor socket) : socket_(std::move(socket)) {
    const timeval patience{5, 0};
    ::setsockopt(socket_.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto count = ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  /// Up to and including `mark`; what lies behind it stays for the next call.
  std::string read_until(std::string_view mark) const {
    std::string bytes(65536, '\0');
    while (pending_.find(mark) == pending_.npos) {
      const auto count = ::recv(socket_.number(), bytes.data(), bytes.size(), 0);
      if (count <= 0) return std::exchange(pending_, {});
      pending_.append(bytes, 0, static_cast<std::size_t>(count));
    }
    const std::size_t end = pending_.find(mark) + mark.size();
    std::string all = pending_.substr(0, end);
    pending_.erase(0, end);
    return all;
  }
  /// Whether the gateway closes within five seconds; what it still sends is read over.
  bool is_left() const {
    char bytes[4096];
    for (;;) {
      const auto count = ::recv(socket_.number(), bytes, sizeof bytes, 0);
      if (count == 0) return true;
      if (count < 0) return errno == ECONNRESET;
    }
  }
  int number() const noexcept { return socket_.number(); }

 private:
  Descriptor socket_;
  mutable std::string pending_;
};

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() { config_.upstreams.push_back({.name = "openai", .type = "openai"}); }
  void start(Worker::Limits limits, std::chrono::milliseconds silence = std::chrono::seconds(60)) {
    UpstreamSettings& upstream = config_.upstreams.front();
    upstream.address = {upstream.address.tls, "127.0.0.1", upstream_.port(), "", "upstream.test"};
    upstream.keys = {{.name = "0", .key = Secret("sk-test")}};
    config_.client_timeout = silence;
    config_.max_request_body = 8 << 20;
    worker_ = std::make_unique<Worker>(config_, limits, 1000, courier_, cooling_);
    const Endpoint endpoint = reserve_address({.host = "127.0.0.1", .port = 0}).value();
    port_ = endpoint.port();
    ASSERT_TRUE(worker_->listen(endpoint).has_value());
    worker_->start();
  }
  ~WorkerTest() override {
    if (!worker_) return;
    std::promise<void> ended;
    worker_->drain([&ended] { ended.set_value(); });
    worker_->cancel_all();
    ended.get_future().wait();
    worker_->join();
  }
  /// What other threads may see is published once a tick.
  template <class Seen>
  static bool becomes(Seen seen) {
    for (int tries = 0; tries < 5000; ++tries) {
      if (seen()) return true;
      ::poll(nullptr, 0, 1);
    }
    return false;
  }
  http::RawClient connect() const { return http::RawClient(port_); }
  UpstreamSide accept() const { return UpstreamSide(upstream_.accept()); }

  struct Nobody final : Wakeup {
    void wake() noexcept override {}
  };

  LoopbackPort upstream_{64};
  Nobody courier_;
  CoolingBook cooling_;
  Config config_;
  std::unique_ptr<Worker> worker_;
  std::uint16_t port_ = 0;
};

}  // namespace llmgw::proxy
