// SPDX-License-Identifier: MIT
// The limits on slow and stuck peers, each with its own error, and what happens when connections
// run out.
#include "proxy/worker.hpp"

#include "tests/unit/proxy/worker_fixture.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;
using http::has;
using http::starts;
using Clock = std::chrono::steady_clock;

constexpr std::string_view get = "GET /v1/x HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view half_a_post =
    "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf";

TEST_F(WorkerTest, AHeadThatDoesNotEnd) {
  start({.clients = {.head = 50ms}});
  auto client = connect();
  client.send("GET /v1/x HTTP/1.1\r\nHo");
  const std::string answer = client.read_all();
  EXPECT_TRUE(starts(answer, "HTTP/1.1 408 ")) << answer;
  EXPECT_TRUE(has(answer, R"("code":"request_timeout")"));
}

TEST_F(WorkerTest, ABodyThatStops) {
  start({.clients = {.progress = 50ms}});
  auto client = connect();
  client.send(half_a_post);
  const UpstreamSide upstream = accept();
  const std::string answer = client.read_all();
  EXPECT_TRUE(starts(answer, "HTTP/1.1 408 ")) << answer;
  EXPECT_TRUE(has(answer, R"("code":"request_timeout")"));
  EXPECT_TRUE(upstream.is_left());
}

// Never silent for long, and never done: that would hold a connection for ever.
TEST_F(WorkerTest, ABodyThatDrips) {
  for (const std::string_view fields : {"Content-Length: 100000\r\n\r\n",
                                        "Content-Type: application/json\r\nContent-Length: 100000"
                                        "\r\n\r\n{\"stream\":true,\"x\":\""}) {
    if (!worker_) start({.clients = {.progress = 300ms}});
    auto client = connect();
    client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n" + std::string(fields));
    const auto begun_at = Clock::now();
    while (client.is_silent_for(20ms)) {
      client.send("x");
      ASSERT_LT(Clock::now() - begun_at, 5s);
    }
    EXPECT_GT(Clock::now() - begun_at, 250ms);
    const std::string answer = client.read_response();
    EXPECT_TRUE(starts(answer, "HTTP/1.1 408 ")) << answer;
  }
}

TEST_F(WorkerTest, ABodyThatIsSlowButComes) {
  start({.clients = {.progress = 400ms}});
  auto client = connect();
  const std::string piece(http::Exchange::progress_bytes, 'x');
  constexpr std::size_t count = 12;
  client.send("POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: " +
              std::to_string(count * piece.size()) + "\r\n\r\n");
  const UpstreamSide upstream = accept();
  upstream.read_until("\r\n\r\n");
  std::string got(piece.size(), '\0');
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_TRUE(client.is_silent_for(100ms));
    client.send(piece);
    ASSERT_EQ(::recv(upstream.number(), got.data(), got.size(), MSG_WAITALL),
              static_cast<ssize_t>(piece.size()));
  }
  upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_TRUE(starts(client.read_response(), "HTTP/1.1 200 "));
}

// Silence of the upstream is counted from the request's end, not while the client is still sending
// it.
TEST_F(WorkerTest, AClientThatPausesInItsUploadIsNotTheUpstreamsFault) {
  start({.clients = {.progress = 5s}}, 100ms);
  auto client = connect();
  client.send(half_a_post);
  const UpstreamSide upstream = accept();
  upstream.read_until("half");
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(client.is_silent_for(100ms));
    client.send("x");
    upstream.read_until("x");
  }
  client.send("x");
  upstream.read_until("x");
  upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_TRUE(starts(client.read_response(), "HTTP/1.1 200 "));
}

TEST_F(WorkerTest, AnIdleConnectionIsClosedWithoutAWord) {
  start({.clients = {.idle = 50ms}});
  EXPECT_EQ(connect().read_all(), "");
  auto client = connect();
  client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(starts(client.read_response(), "HTTP/1.1 200 "));
  EXPECT_EQ(client.read_all(), "");
}

TEST_F(WorkerTest, AnUpstreamThatIsSilent) {
  start({}, 100ms);
  auto client = connect();
  client.send(get);
  const UpstreamSide upstream = accept();
  const std::string answer = client.read_response();
  EXPECT_TRUE(starts(answer, "HTTP/1.1 504 ")) << answer;
  EXPECT_TRUE(has(answer, R"("code":"upstream_timeout")"));
  EXPECT_TRUE(upstream.is_left());
}

TEST_F(WorkerTest, AnUpstreamThatDoesNotTakeTheConnection) {
  upstream_ = LoopbackPort(0);
  upstream_.fall_silent();
  start({.upstreams = {.step = 50ms}});
  auto client = connect();
  client.send(get);
  const std::string answer = client.read_response();
  EXPECT_TRUE(starts(answer, "HTTP/1.1 504 ")) << answer;
  EXPECT_TRUE(has(answer, R"("code":"upstream_timeout")"));
}

TEST_F(WorkerTest, AnUpstreamThatDoesNotShakeHands) {
  config_.upstreams.front().address.tls = true;
  start({.upstreams = {.step = 50ms}});
  auto client = connect();
  client.send(get);
  const UpstreamSide upstream = accept();
  const std::string answer = client.read_response();
  EXPECT_TRUE(starts(answer, "HTTP/1.1 504 ")) << answer;
  EXPECT_TRUE(has(answer, R"("code":"upstream_timeout")"));
  EXPECT_TRUE(upstream.is_left());
}

// A client that takes nothing is given up; one that takes little, but goes on, is not.
TEST_F(WorkerTest, AClientThatTakesNothing) {
  start({.clients = {.progress = 100ms}});
  auto client = connect();
  client.send(get);
  const UpstreamSide upstream = accept();
  upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
  const std::string block(1 << 20, 'x');
  for (int i = 0; i < 100; ++i) upstream.send(block);  // ends early, when the gateway leaves
  EXPECT_TRUE(upstream.is_left());
}

// Its socket is called writable only when a third of the kernel's buffer is free: longer than the
// limit, here as for a client that reads ten kilobytes a second.
TEST_F(WorkerTest, AClientThatTakesLittleAtATime) {
  start({.clients = {.progress = 500ms}});
  auto client = connect();
  client.send(get);
  const UpstreamSide upstream = accept();
  constexpr std::size_t size = 12 << 20;
  upstream.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
  auto sent = std::async(std::launch::async, [&] { upstream.send(std::string(size, 'x')); });
  client.read_until("\r\n\r\n");
  const auto begin = Clock::now();
  std::size_t taken = 0;
  while (Clock::now() - begin < 3s) {
    taken += client.read_exactly(20'000).size();
    ::poll(nullptr, 0, 20);
  }
  client.read_exactly(size - taken);
  sent.wait();
}

TEST_F(WorkerTest, PoolIsFull) {
  start({.upstreams = {.open = 1, .turn = 50ms}});
  auto first = connect();
  first.send(get);
  const UpstreamSide upstream = accept();
  upstream.read_until("\r\n\r\n");
  auto second = connect();
  second.send(get);
  const std::string answer = second.read_response();
  EXPECT_TRUE(starts(answer, "HTTP/1.1 503 ")) << answer;
  EXPECT_TRUE(has(answer, R"("code":"overloaded")"));
  upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_TRUE(starts(first.read_response(), "HTTP/1.1 200 "));
  second.send(get);  // by itself it is well again
  upstream.read_until("\r\n\r\n");
  upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_TRUE(starts(second.read_response(), "HTTP/1.1 200 "));
}

TEST_F(WorkerTest, AllConnectionsAreBusy) {
  start({.clients = {.connections = 1}});
  auto first = connect();
  first.send(get);
  const UpstreamSide upstream = accept();
  upstream.read_until("\r\n\r\n");
  {
    auto second = connect();
    const std::string answer = second.read_all();
    EXPECT_TRUE(starts(answer, "HTTP/1.1 503 ")) << answer;
    EXPECT_TRUE(has(answer, R"("type":"gateway_error","param":null,"code":"overloaded")"));
    EXPECT_TRUE(has(answer, "\r\nX-LLM-Request-ID: req_"));
    EXPECT_TRUE(has(answer, "\r\nConnection: close\r\n"));
  }
  upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_TRUE(starts(first.read_response(), "HTTP/1.1 200 "));
}

TEST_F(WorkerTest, AConnectionThatHasBeenIdleMakesRoom) {
  start({.clients = {.connections = 1}});
  auto idle = connect();
  idle.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(starts(idle.read_response(), "HTTP/1.1 200 "));
  for (;;) {  // until it has been idle for long enough
    auto next = connect();
    next.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    const std::string answer = next.read_response();
    if (starts(answer, "HTTP/1.1 200 ")) break;
    EXPECT_TRUE(starts(answer, "HTTP/1.1 503 ")) << answer;
  }
  EXPECT_EQ(idle.read_all(), "");
}

}  // namespace
}  // namespace llmgw::proxy
