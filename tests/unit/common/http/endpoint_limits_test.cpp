// SPDX-License-Identifier: MIT
// How long an end point waits, and for how many.
#include <gtest/gtest.h>

#include "tests/unit/common/http/endpoint_fixture.hpp"

namespace llmgw::http {
namespace {

using namespace std::chrono_literals;

class EndpointLimitsTest : public testing::Test {
 protected:
  EndpointLimitsTest() {
    router_.add("GET", "/hello", hello).add("GET", "/flood", flood);
    router_.add("POST", "/read", [this](EndpointExchange& exchange) { return read(exchange); });
  }

  Task<void> read(EndpointExchange& exchange) {
    const auto body = co_await exchange.read_body(64 * 1024 * 1024);
    ended_.set_value(body.has_value() ? errc::ok : errc_of(body.error()));
    co_await exchange.reply(200, {}, "");
  }

  Router router_;
  EndpointLoopback server_{router_, {.idle = 300ms, .progress = 300ms}};
  std::promise<errc> ended_;
};

TEST_F(EndpointLimitsTest, IdleConnectionsAreClosedInTime) {
  RawClient client(server_.port);
  client.send(get_hello);
  EXPECT_EQ(client.read_response(), hello_answer);
  EXPECT_EQ(client.read_all(), "");
}

TEST_F(EndpointLimitsTest, ABodyThatDoesNotGoOnIsGivenUp) {
  RawClient client(server_.port);
  client.send(post("/read", "Content-Length: 100000\r\n", std::string(10'000, 'a')));
  EXPECT_EQ(ended_.get_future().get(), errc::timed_out);
}

// Never silent for long, and yet too slow: a byte now and then holds nobody up for ever.
TEST_F(EndpointLimitsTest, ABodyThatTricklesIsGivenUp) {
  RawClient client(server_.port);
  client.send(post("/read", "Content-Length: 100000\r\n", ""));
  auto ended = ended_.get_future();
  for (int i = 0; i < 1000 && ended.wait_for(5ms) != std::future_status::ready; ++i)
    client.send("a");
  EXPECT_EQ(ended.get(), errc::timed_out);
}

TEST_F(EndpointLimitsTest, AClientThatReadsNothingIsGivenUp) {
  RawClient client(server_.port);
  client.send("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n");
  for (int tries = 0; tries < 1000; ++tries) {
    if (server_.on_loop([this] { return server_.server.open_connections() == 0; })) return;
    ::poll(nullptr, 0, 5);
  }
  FAIL() << "the connection is still there";
}

TEST(EndpointConnections, OneTooManyIsToldSo) {
  Router router;
  router.add("GET", "/hello", hello).add("POST", "/measure", measure);
  EndpointLoopback server(router, {.connections = 2});
  RawClient first(server.port);
  RawClient second(server.port);
  for (RawClient* each : {&first, &second}) {
    each->send(std::string(get_hello) + post("/measure", "Content-Length: 9\r\n", "busy"));
    EXPECT_EQ(each->read_response(), hello_answer);
  }
  RawClient third(server.port);
  EXPECT_TRUE(starts(third.read_all(), "HTTP/1.1 503 "));
  EXPECT_EQ(server.on_loop([&] { return server.server.turned_away(); }), 1U);
  first.send(" then.");
  EXPECT_TRUE(ends(first.read_response(), "\r\n\r\n9"));
}

}  // namespace
}  // namespace llmgw::http
