// SPDX-License-Identifier: MIT
// What every server promises, whichever stack it is of; each test runs for each of them.
#pragma once

#include <chrono>
#include <string>
#include <thread>

#include "tests/unit/common/http/server_fixture.hpp"

namespace llmgw::http {

/// `Fixture`: a ServerFixture that answers /hello, /flood (8 MiB of x), /hold and /crash, and what
/// it does not know with 404.
template <class Fixture>
class ServerPromises : public Fixture {};

TYPED_TEST_SUITE_P(ServerPromises);

TYPED_TEST_P(ServerPromises, AnswersOneRequestAfterTheOtherOnOneConnection) {
  RawClient client = this->connect();
  for (int i = 0; i < 3; ++i) {
    client.send(get_hello);
    EXPECT_EQ(client.read_response(), hello_answer);
  }
  EXPECT_EQ(this->server_.on_loop([this] { return this->server_.server.open_connections(); }), 1U);
}

TYPED_TEST_P(ServerPromises, ClosesWhenAskedTo) {
  EXPECT_EQ(this->converse("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
}

// What lies behind a request is not copied for each of those that came with it.
TYPED_TEST_P(ServerPromises, AnswersThousandsOfPipelinedRequestsInLinearTime) {
  constexpr std::size_t count = 20'000;
  std::string requests;
  for (std::size_t i = 0; i < count; ++i) requests += get_hello;
  RawClient client = this->connect();
  const auto begin = std::chrono::steady_clock::now();
  std::thread sender([&] { client.send(requests); });
  for (std::size_t i = 0; i < count; i += 100) {
    const std::string answers = client.read_exactly(100 * hello_answer.size());
    EXPECT_TRUE(ends(answers, hello_answer));
  }
  sender.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TYPED_TEST_P(ServerPromises, SkipsABodyThatNobodyReadIfItIsThere) {
  RawClient client = this->connect();
  client.send(post("/nowhere", "Content-Length: 3\r\n", "abc") + std::string(get_hello));
  EXPECT_TRUE(starts(client.read_response(), "HTTP/1.1 404 "));
  EXPECT_EQ(client.read_response(), hello_answer);
}

TYPED_TEST_P(ServerPromises, WritesMoreThanTheSocketTakesAtOnce) {
  RawClient client = this->connect();
  client.send("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(get_hello));
  EXPECT_EQ(this->server_.on_loop([] { return 1; }),
            1);  // a client that does not read holds up nobody else
  const std::string answer = client.read_response();
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 8U * 1024 * 1024);
  EXPECT_EQ(answer.find_first_not_of('x', answer.find("\r\n\r\n") + 4), answer.npos);
  EXPECT_EQ(client.read_response(), hello_answer);
}

TYPED_TEST_P(ServerPromises, SurvivesAHandlerThatThrows) {
  EXPECT_EQ(this->converse("GET /crash HTTP/1.1\r\nHost: x\r\n\r\n"), "");
  EXPECT_TRUE(ends(this->converse("GET /hello HTTP/1.0\r\n\r\n"), "hello"));
}

TYPED_TEST_P(ServerPromises, DrainEndsIdleConnectionsAndLetsBusyOnesFinish) {
  RawClient idle = this->connect();
  RawClient busy = this->connect();
  idle.send(get_hello);
  EXPECT_EQ(idle.read_response(), hello_answer);
  busy.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
  this->held_.get_future().wait();

  this->server_.on_loop([this] { this->server_.server.drain(); });
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_FALSE(this->connect().is_connected());
  EXPECT_TRUE(busy.is_silent_for(std::chrono::milliseconds(20)));
  this->server_.on_loop([this] { this->hold_.cancel(); });
  EXPECT_TRUE(ends(busy.read_all(), "\r\n\r\nheld"));
  EXPECT_TRUE(this->becomes_empty());
}

TYPED_TEST_P(ServerPromises, WhoWasAnsweredJustBeforeADrainMayAskOnceMore) {
  RawClient client = this->connect();
  client.send(get_hello);
  EXPECT_EQ(client.read_response(), hello_answer);
  this->server_.on_loop([this] { this->server_.server.drain(); });
  client.send(get_hello);
  EXPECT_EQ(client.read_all(),
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
  EXPECT_TRUE(this->becomes_empty());
}

TYPED_TEST_P(ServerPromises, CancelEndsBusyConnections) {
  RawClient busy = this->connect();
  busy.send("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(starts(busy.read_until("\r\n"), "HTTP/1.1 200 "));
  this->server_.on_loop([this] { this->server_.server.cancel_all(); });
  EXPECT_TRUE(this->becomes_empty());
}

REGISTER_TYPED_TEST_SUITE_P(ServerPromises, AnswersOneRequestAfterTheOtherOnOneConnection,
                            ClosesWhenAskedTo, AnswersThousandsOfPipelinedRequestsInLinearTime,
                            SkipsABodyThatNobodyReadIfItIsThere, WritesMoreThanTheSocketTakesAtOnce,
                            SurvivesAHandlerThatThrows,
                            DrainEndsIdleConnectionsAndLetsBusyOnesFinish,
                            WhoWasAnsweredJustBeforeADrainMayAskOnceMore,
                            CancelEndsBusyConnections);

}  // namespace llmgw::http
