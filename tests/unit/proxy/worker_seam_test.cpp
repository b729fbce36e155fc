// SPDX-License-Identifier: MIT
// Where pump, pool and drain meet: an answer that comes while the request is still being sent, and
// an end that nothing holds up.
#include <thread>

#include "tests/unit/proxy/worker_fixture.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;
using http::has;
using http::starts;

constexpr std::string_view get = "GET /v1/x HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view refusal =
    "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\nno";

// What was given up is never freed. Reached from here, it is no leak; volatile, or the compiler
// sees that nobody reads it.
Worker* volatile given_up = nullptr;

// Requests of many sizes, around what one receive and one send take.
class WorkerSeamTest : public WorkerTest, public testing::WithParamInterface<int> {
 protected:
  static std::string post(std::size_t size) {
    return "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) +
           "\r\n\r\n" + std::string(size, 'x');
  }
  // Asks, and has an answer long before the upstream has read the request.
  UpstreamSide answer_early(http::RawClient& client) {
    sending_ = std::jthread([&client, request = post(static_cast<std::size_t>(GetParam()))] {
      try {
        client.send(request);
      } catch (const std::runtime_error&) {  // refused in the middle of it
      }
    });
    UpstreamSide upstream = accept();
    upstream.read_until("\r\n\r\n");
    upstream.send(refusal);
    EXPECT_TRUE(starts(client.read_response(), "HTTP/1.1 429 "));
    return upstream;
  }
  static void answer_get(const UpstreamSide& upstream) {
    upstream.read_until("GET /v1/x HTTP/1.1\r\n");
    upstream.read_until("\r\n\r\n");
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }
  bool has_event_of_each(std::uint64_t count) {
    return becomes([&] {
      return worker_->outbox().produced() == count && worker_->traffic().open_requests.value() == 0;
    });
  }

  std::jthread sending_;
};

TEST_P(WorkerSeamTest, AConnectionIsNotReusedWhileItsRequestIsBeingSent) {
  upstream_.take_little();
  start({}, 5s);
  auto client = connect();
  const UpstreamSide upstream = answer_early(client);
  auto another = connect();
  another.send(get);
  // Where the kernel has taken the whole request, what follows it on its connection is in order.
  if (upstream_.is_called_within(300ms)) {
    answer_get(accept());
    EXPECT_TRUE(upstream.is_left());
  } else {
    const int size = 1 << 20;
    ::setsockopt(upstream.number(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    answer_get(upstream);
  }
  EXPECT_TRUE(starts(another.read_response(), "HTTP/1.1 200 "));
  EXPECT_TRUE(has_event_of_each(2));
}

TEST_P(WorkerSeamTest, ARestThatIsNotTakenDoesNotHoldUpTheEnd) {
  upstream_.take_little();
  start({}, 5s);
  auto client = connect();
  const UpstreamSide upstream = answer_early(client);
  std::promise<void> ended;
  worker_->drain([&ended] { ended.set_value(); });
  worker_->cancel_all();
  EXPECT_EQ(ended.get_future().wait_for(5s), std::future_status::ready);
  worker_->join();
  EXPECT_EQ(worker_->outbox().produced(), 1u);
  worker_.reset();
}

// From what the kernel takes at once to what is read in pieces: each step of the last piece.
INSTANTIATE_TEST_SUITE_P(Sizes, WorkerSeamTest, testing::Range(100'000, 3'800'000, 123'457));

// The write limit is not lost when the answer is waited for.
TEST_F(WorkerTest, AnUpstreamThatTakesNothingOfALargeRequest) {
  upstream_.take_little();
  start({}, 200ms);
  auto client = connect();
  std::jthread sending([&client] {
    try {
      client.send("POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n" +
                  std::string(5'000'000, 'x'));
    } catch (const std::runtime_error&) {
    }
  });
  const UpstreamSide upstream = accept();
  const std::string answer = client.read_response();
  EXPECT_TRUE(starts(answer, "HTTP/1.1 504 ")) << answer;
  EXPECT_TRUE(has(answer, R"("code":"upstream_timeout")"));
  EXPECT_TRUE(upstream.is_left());
}

TEST_F(WorkerTest, NoExchangeIsWithoutALimit) {
  start({}, 10s);
  auto client = connect();
  client.send(get);
  const UpstreamSide upstream = accept();
  upstream.read_until("\r\n\r\n");
  EXPECT_FALSE(becomes([&] { return worker_->gauges().overdue_exchanges.value() > 0; }));
  EXPECT_EQ(worker_->traffic().open_requests.value(), 1u);
}

// What could not be ended otherwise: the event is made, and the thread ends.
TEST_F(WorkerTest, ExchangesThatDoNotEndAreGivenUp) {
  start({}, 60s);
  auto client = connect();
  client.send(get);
  const UpstreamSide upstream = accept();
  upstream.read_until("\r\n\r\n");
  std::promise<void> ended;
  worker_->drain([&ended] { ended.set_value(); });
  worker_->abandon();
  EXPECT_EQ(ended.get_future().wait_for(5s), std::future_status::ready);
  worker_->join();
  EXPECT_EQ(worker_->outbox().produced(), 1u);
  given_up = worker_.release();
}

// Each step of connecting is bounded by what the upstream may be silent for.
TEST_F(WorkerTest, AnUpstreamThatDoesNotTakeTheConnectionInItsTime) {
  upstream_ = LoopbackPort(0);
  upstream_.fall_silent();
  start({.upstreams = {.step = 30s}}, 100ms);
  auto client = connect();
  client.send(get);
  const std::string answer = client.read_response();
  EXPECT_TRUE(starts(answer, "HTTP/1.1 504 ")) << answer;
}

}  // namespace
}  // namespace llmgw::proxy
