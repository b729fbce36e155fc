// SPDX-License-Identifier: MIT
// An end point over real sockets: framings, persistence and drain.
#include "common/http/endpoint_server.hpp"

#include <future>

#include "common/http/router.hpp"
#include "tests/unit/common/http/endpoint_fixture.hpp"
#include "tests/unit/common/http/server_promises.hpp"

namespace llmgw::http {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(EndPoint, ServerPromises, EndpointServerTest);

TEST_F(EndpointServerTest, AnswersPipelinedRequestsInOrder) {
  RawClient client = connect();
  const std::string counted = post("/echo", "Content-Length: 3\r\n", "abc");
  const std::string chunked =
      post("/echo", "Transfer-Encoding: chunked\r\n", "2\r\nde\r\n0\r\n\r\n");
  client.send(std::string(get_hello) + counted + chunked + std::string(get_hello));
  EXPECT_EQ(client.read_response(), hello_answer);
  EXPECT_TRUE(ends(client.read_response(), "\r\n\r\nabc"));
  EXPECT_TRUE(ends(client.read_response(), "\r\n\r\nde"));
  EXPECT_EQ(client.read_response(), hello_answer);
}

// The loop is held up in a first request until all others have arrived: then each connection has
// its turn.
TEST(EndpointServerTurns, ManyRequestsOfOneConnectionKeepNobodyWaiting) {
  std::promise<void> arrived;
  int served = 0;
  int served_before_the_other = -1;
  Router router;
  const auto add = [&router](const char* path, std::function<void()> work) {
    router.add("GET", path, [work](EndpointExchange& exchange) -> Task<void> {
      work();
      co_await exchange.reply(200, {}, "");
    });
  };
  add("/first", [&] { arrived.get_future().wait(); });
  add("/many", [&] { ++served; });
  add("/one", [&] { served_before_the_other = served; });
  EndpointLoopback server(router);
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

TEST_F(EndpointServerTest, ReadsRequestsThatComeByteByByte) {
  RawClient client = connect();
  const std::string chunked = post("/echo", "Transfer-Encoding: chunked\r\n",
                                   "3;a=b\r\nabc\r\n01\r\nd\r\n0\r\nx: y\r\n\r\n");
  for (const std::string& request : {chunked, post("/echo", "Content-Length: 4\r\n", "abcd")}) {
    for (const char byte : request) client.send({&byte, 1});
    EXPECT_TRUE(ends(client.read_response(), "\r\n\r\nabcd"));
  }
}

TEST_F(EndpointServerTest, ReadsLargeBodiesWhole) {
  RawClient client = connect();
  const std::string body(20 * 1024 * 1024, 'x');
  client.send(post("/measure", "Content-Length: " + std::to_string(body.size()) + "\r\n", body));
  EXPECT_TRUE(ends(client.read_response(), "\r\n\r\n20971520"));
  std::string chunks;
  for (int i = 0; i < 1000; ++i) chunks += "1000\r\n" + std::string(4096, 'y') + "\r\n";
  client.send(post("/measure", "Transfer-Encoding: chunked\r\n", chunks + "0\r\n\r\n"));
  EXPECT_TRUE(ends(client.read_response(), "\r\n\r\n4096000"));
}

TEST_F(EndpointServerTest, StreamsInChunks) {
  RawClient client = connect();
  client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(get_hello));
  EXPECT_EQ(client.read_until("0\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
            "3\r\none\r\n12\r\na longer piece two\r\n0\r\n\r\n");
  EXPECT_EQ(client.read_response(), hello_answer);
}

TEST_F(EndpointServerTest, SpeaksToHttp10Clients) {
  EXPECT_EQ(converse("GET /hello HTTP/1.0\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
  EXPECT_EQ(converse("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\none"
            "a longer piece two");
  RawClient client = connect();
  for (int i = 0; i < 2; ++i) {
    client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(has(client.read_response(), "\r\nConnection: keep-alive\r\n"));
  }
}

TEST_F(EndpointServerTest, AnswersHeadWithoutABody) {
  for (const std::string path : {"/hello", "/stream", "/nowhere"}) {
    RawClient client = connect();
    client.send("HEAD " + path + " HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(get_hello));
    EXPECT_TRUE(
        has(client.read_until("\r\n\r\n"), path == "/stream" ? "chunked" : "Content-Length"));
    EXPECT_EQ(client.read_response(), hello_answer) << path;
  }
}

TEST_F(EndpointServerTest, EndsSessionsWhoseClientLeaves) {
  connect().send("GET /hel");
  connect().send(post("/echo", "Content-Length: 50\r\n", "abc"));
  connect().send("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n");
  { const RawClient silent = connect(); }
  EXPECT_TRUE(becomes_empty());
}

}  // namespace
}  // namespace llmgw::http
