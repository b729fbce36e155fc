// SPDX-License-Identifier: MIT
// The server over real sockets: order, persistence and drain.
#include "proxy/http/server.hpp"

#include <future>

#include "tests/unit/common/http/server_promises.hpp"
#include "tests/unit/proxy/http/server_fixture.hpp"

namespace llmgw::http {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(Relay, ServerPromises, HttpServerTest);

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  RawClient client = connect();
  const std::string counted = post("/nowhere", "Content-Length: 3\r\n", "abc");
  client.send(std::string(get_hello) + counted + std::string(get_hello));
  EXPECT_EQ(client.read_response(), hello_answer);
  EXPECT_TRUE(starts(client.read_response(), "HTTP/1.1 404 "));
  EXPECT_EQ(client.read_response(), hello_answer);
}

// The loop is held up in a first request until all others have arrived: then each connection has
// its turn.
TEST(HttpServerTurns, ManyRequestsOfOneConnectionKeepNobodyWaiting) {
  std::promise<void> arrived;
  int served = 0;
  int served_before_the_other = -1;
  Routes routes;
  const auto add = [&routes](const char* path, std::function<void()> work) {
    routes.add(path, [work](Exchange& exchange) -> Task<void> {
      work();
      co_await exchange.reply(200, {}, "");
    });
  };
  add("/first", [&] { arrived.get_future().wait(); });
  add("/many", [&] { ++served; });
  add("/one", [&] { served_before_the_other = served; });
  LoopbackServer<Server> server(routes, ServerLimits());
  constexpr int count = 1'000;
  std::string requests = "GET /first HTTP/1.1\r\nHost: x\r\n\r\n";
  for (int i = 0; i < count; ++i) requests += "GET /many HTTP/1.1\r\nHost: x\r\n\r\n";
  RawClient many(server.port);
  RawClient one(server.port);
  many.send(requests);
  one.send("GET /one HTTP/1.1\r\nHost: x\r\n\r\n");
  arrived.set_value();
  one.read_response();
  EXPECT_LT(server.on_loop([&] { return served_before_the_other; }), count / 2);
  for (int i = 0; i <= count; ++i) many.read_response();
  EXPECT_EQ(server.on_loop([&] { return served; }), count);
}

TEST_F(HttpServerTest, ReadsRequestsThatComeByteByByte) {
  RawClient client = connect();
  for (int i = 0; i < 2; ++i) {
    for (const char byte : get_hello) client.send({&byte, 1});
    EXPECT_EQ(client.read_response(), hello_answer);
  }
}

TEST_F(HttpServerTest, SpeaksToHttp10Clients) {
  EXPECT_EQ(converse("GET /hello HTTP/1.0\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
  RawClient client = connect();
  for (int i = 0; i < 2; ++i) {
    client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(has(client.read_response(), "\r\nConnection: keep-alive\r\n"));
  }
}

TEST_F(HttpServerTest, AnswersHeadWithoutABody) {
  for (const std::string path : {"/hello", "/nowhere"}) {
    RawClient client = connect();
    client.send("HEAD " + path + " HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(get_hello));
    EXPECT_TRUE(has(client.read_until("\r\n\r\n"), "Content-Length"));
    EXPECT_EQ(client.read_response(), hello_answer) << path;
  }
}

TEST_F(HttpServerTest, EndsSessionsWhoseClientLeaves) {
  connect().send("GET /hel");
  connect().send("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n");
  { const RawClient silent = connect(); }
  EXPECT_TRUE(becomes_empty());
}

}  // namespace
}  // namespace llmgw::http
