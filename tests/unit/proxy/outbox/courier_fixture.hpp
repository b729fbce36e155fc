// SPDX-License-Identifier: MIT
// A courier with one outbox, and a collector on loopback that says what a test wants.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <string>
#include <vector>

#include "common/coding/compression.hpp"
#include "common/http/error_body.hpp"
#include "common/http/router.hpp"
#include "proxy/outbox/courier.hpp"
#include "tests/unit/common/http/endpoint_loopback.hpp"

namespace llmgw::proxy {

/// Polls until `condition` holds: a bound for failures, not a pause.
template <class Condition>
bool becomes_true(Condition condition) {
  const auto begin = std::chrono::steady_clock::now();
  while (!condition()) {
    if (std::chrono::steady_clock::now() - begin > std::chrono::seconds(20)) return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

struct Answer {
  int status = 202;
  std::string retry_after = {};
};

/// What a collector has taken and how it answers. `answer` runs on the server's loop.
class FakeCollector {
 public:
  using Answering = std::function<Answer(const std::string& lines)>;

  explicit FakeCollector(Answering answering = [](const std::string&) { return Answer{}; })
      : answering_(std::move(answering)) {
    router_.add("POST", "/events",
                [this](http::EndpointExchange& exchange) { return take(exchange); });
  }

  HttpUrl url() const {
    return *parse_http_url("http://127.0.0.1:" + std::to_string(server_.port) + "/events");
  }
  std::uint64_t events() const { return events_; }
  std::uint64_t posts() const { return posts_; }
  std::uint64_t packed_posts() const { return packed_posts_; }
  /// What the last post had as Authorization.
  std::string authorization() {
    return server_.on_loop([this] { return authorization_; });
  }
  /// Everything taken, in its order.
  std::string lines() {
    return server_.on_loop([this] { return lines_; });
  }

 private:
  Task<void> take(http::EndpointExchange& exchange) {
    authorization_ = exchange.head().value("Authorization");
    const std::string coding(exchange.head().value("Content-Encoding"));
    const auto body = co_await exchange.read_body(1 << 26);
    if (body.has_error()) co_return;
    ++posts_;
    if (!coding.empty()) ++packed_posts_;
    const auto lines = decompress(*parse_content_coding(coding), *body, 1 << 26).value();
    const Answer answer = answering_(lines);
    if (answer.status / 100 == 2) {
      lines_ += lines;
      events_ += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
    }
    const http::OutField retry[] = {{"Retry-After", answer.retry_after}};
    const std::size_t fields = answer.retry_after.empty() ? 0 : 1;
    std::string words = "{}";
    if (answer.status == 400) words = http::error_body("Nothing was stored.", "", "invalid_event");
    co_await exchange.reply(answer.status, std::span(retry).first(fields), words);
  }

  Answering answering_;
  std::string lines_;
  std::string authorization_;
  std::atomic<std::uint64_t> events_{0}, posts_{0}, packed_posts_{0};
  http::Router router_;
  http::EndpointLoopback server_{
      router_, {.head = std::chrono::seconds(60), .idle = std::chrono::seconds(60)}};
};

inline std::uint64_t sum(const DeliveryCounts& counts) {
  return counts.delivered + counts.dropped() + counts.queued + counts.spooled + counts.in_flight +
         counts.estimating;
}

inline std::string event_line(int number) {
  return R"({"event_id":")" + std::to_string(number) + R"(","tenant":"demo","model":"gpt"})" + '\n';
}

}  // namespace llmgw::proxy
