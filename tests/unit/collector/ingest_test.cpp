// SPDX-License-Identifier: MIT
// POST /events and the operators' paths over a real connection, with a sink in memory.
#include "collector/ingest.hpp"

#include <gtest/gtest.h>
#include <zstd.h>

#include <optional>
#include <thread>

#include "collector/app_ops.hpp"
#include "common/http/router.hpp"
#include "tests/unit/collector/events.hpp"
#include "tests/unit/collector/fake_sink.hpp"
#include "tests/unit/common/http/endpoint_loopback.hpp"
#include "tests/unit/common/http/raw_client.hpp"
#include "tests/unit/common/http/text_match.hpp"

namespace llmgw::collector {
namespace {

using http::ends;
using http::has;
using http::starts;
using Writes = std::vector<std::string>;

constexpr std::size_t body_most = 10'000;
constexpr std::size_t bodies_most = 25'000;

std::string zstd(std::string_view content) {
  std::string out(ZSTD_compressBound(content.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), content.data(), content.size(), 3));
  return out;
}

std::string post(std::string_view body, std::string_view fields = {}) {
  std::string request = "POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: ";
  request += std::to_string(body.size()) + "\r\n";
  return request.append(fields).append("\r\n").append(body);
}

std::string get(std::string_view path) {
  return std::string("GET ").append(path).append(" HTTP/1.1\r\nHost: x\r\n\r\n");
}

class IngestTest : public testing::Test {
 protected:
  IngestTest() {
    server_.on_loop([this] {
      using Call = http::EndpointExchange;
      pipeline_.emplace(server_.loop, sink_);
      ingest_.emplace(*pipeline_, body_most, bodies_most);
      ops_.emplace(*pipeline_, *ingest_, server_.server, store_);
      router_.add("POST", "/events", [this](Call& call) { return ingest_->post(call); });
      router_.add("GET", "/healthz", [this](Call& call) { return ops_->healthz(call); });
      router_.add("GET", "/readyz", [this](Call& call) { return ops_->readyz(call); });
      router_.add("GET", "/metrics", [this](Call& call) { return ops_->metrics(call); });
    });
  }
  ~IngestTest() override {
    server_.on_loop([this] {
      ops_.reset();
      ingest_.reset();
      pipeline_.reset();
    });
  }

  std::string ask(std::string_view request) const {
    http::RawClient client(server_.port);
    client.send(request);
    return client.read_response();
  }

  FakeSink sink_;
  Store store_;  // without a sink of its own: what Ops asks of it beside writing
  http::Router router_;
  http::EndpointLoopback server_{router_};
  std::optional<Pipeline> pipeline_;
  std::optional<Ingest> ingest_;
  std::optional<Ops> ops_;
};

TEST_F(IngestTest, AcceptsEveryFormOfBody) {
  const std::string bodies[] = {event("1"), line("2") + line("3"), "[" + event("4") + "]", "[]"};
  const char* counts[] = {"1", "2", "1", "0"};
  for (std::size_t i = 0; i < std::size(bodies); ++i) {
    const std::string answer = ask(post(bodies[i]));
    EXPECT_TRUE(starts(answer, "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n"));
    EXPECT_TRUE(ends(answer, std::string("\r\n\r\n{\"accepted\":") + counts[i] + "}"));
  }
  EXPECT_EQ(sink_.writes(), (Writes{line("1"), line("2") + line("3"), line("4")}));
}

TEST_F(IngestTest, ServesRequestAfterRequestOnOneConnection) {
  http::RawClient client(server_.port);
  client.send(post(event("1")) + post(event("2")) + post("{}") + post(event("3")));
  for (const auto* status : {"202", "202", "400", "202"})
    EXPECT_TRUE(starts(client.read_response(), std::string("HTTP/1.1 ") + status));
}

TEST_F(IngestTest, TakesChunkedBodies) {
  const std::string request =
      "POST /events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string body = line("1") + line("2");
  const std::string_view size = "A\r\n";
  const std::string first = std::string(size) + body.substr(0, 10) + "\r\n";
  std::string rest_size(8, '\0');
  rest_size.resize(static_cast<std::size_t>(
      std::to_chars(rest_size.data(), rest_size.data() + 8, body.size() - 10, 16).ptr -
      rest_size.data()));
  EXPECT_TRUE(ends(ask(request + first + rest_size + "\r\n" + body.substr(10) + "\r\n0\r\n\r\n"),
                   "{\"accepted\":2}"));
  EXPECT_EQ(sink_.writes(), Writes{body});
}

TEST_F(IngestTest, DecompressesBodies) {
  EXPECT_TRUE(ends(ask(post(gzip(line("1")), "Content-Encoding: gzip\r\n")), "{\"accepted\":1}"));
  EXPECT_TRUE(ends(ask(post(zstd(line("2")), "Content-Encoding: ZSTD\r\n")), "{\"accepted\":1}"));
  EXPECT_TRUE(ends(ask(post(line("3"), "Content-Encoding: identity\r\n")), "{\"accepted\":1}"));
  EXPECT_EQ(sink_.writes(), (Writes{line("1"), line("2"), line("3")}));
}

TEST_F(IngestTest, RefusesOtherCodings) {
  const char* refused[] = {"Content-Encoding: br\r\n", "Content-Encoding: gzip, zstd\r\n",
                           "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n"};
  for (const auto* fields : refused) {
    const std::string answer = ask(post(line("1"), fields));
    EXPECT_TRUE(starts(answer, "HTTP/1.1 415 Unsupported Media Type\r\n")) << fields;
    EXPECT_TRUE(has(answer, "\r\nAccept-Encoding: gzip, zstd\r\n"));
    EXPECT_TRUE(has(answer, "\"code\":\"unsupported_content_encoding\""));
  }
  EXPECT_EQ(sink_.attempts(), 0);
}

TEST_F(IngestTest, RefusesWhatIsNotOfItsCoding) {
  const std::string cut = gzip(line("1")).substr(0, 50);
  for (const std::string& body : {line("1"), cut}) {
    const std::string answer = ask(post(body, "Content-Encoding: gzip\r\n"));
    EXPECT_TRUE(starts(answer, "HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_TRUE(has(answer, "\"code\":\"invalid_content_encoding\""));
  }
  EXPECT_EQ(sink_.attempts(), 0);
}

TEST_F(IngestTest, RefusesTooMuchBeforeAndAfterDecompression) {
  const std::string large = "[" + std::string(body_most, ' ') + event("1") + "]";
  const std::string requests[] = {post(large), post(gzip(large), "Content-Encoding: gzip\r\n"),
                                  post(zstd(large), "Content-Encoding: zstd\r\n")};
  for (const std::string& request : requests) {
    const std::string answer = ask(request);
    EXPECT_TRUE(starts(answer, "HTTP/1.1 413 Content Too Large\r\n"));
    EXPECT_TRUE(has(answer, "\"code\":\"request_too_large\""));
  }
  EXPECT_EQ(sink_.attempts(), 0);
}

TEST_F(IngestTest, NamesTheFirstBadEventAndStoresNone) {
  const std::string answer = ask(post(line("1") + "{}\n{\n"));
  EXPECT_TRUE(starts(answer, "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"));
  EXPECT_TRUE(ends(answer,
                   "\r\n\r\n{\"error\":{\"message\":\"Nothing was stored: line 2: request_id: is "
                   "missing.\",\"type\":\"invalid_request_error\",\"param\":null,"
                   "\"code\":\"invalid_event\"}}"));
  EXPECT_EQ(sink_.attempts(), 0);
  EXPECT_TRUE(ends(ask(post(line("1"))), "{\"accepted\":1}"));
  EXPECT_EQ(sink_.writes(), Writes{line("1")});
}

TEST_F(IngestTest, AnswersOnceTheWriteIsDone) {
  sink_.hold();
  http::RawClient client(server_.port);
  client.send(post(line("1")));
  EXPECT_TRUE(starts(ask(get("/healthz")), "HTTP/1.1 200 OK\r\n"));  // the loop turns meanwhile
  EXPECT_TRUE(client.is_silent_for(std::chrono::milliseconds(20)));
  sink_.release();
  EXPECT_TRUE(ends(client.read_response(), "{\"accepted\":1}"));
}

TEST_F(IngestTest, BoundsWhatAllRequestsHold) {
  const std::string body = std::string(9'000, '\n') + line("1");
  sink_.hold();
  http::RawClient first(server_.port);
  http::RawClient second(server_.port);
  first.send(post(body));
  second.send(post(body));
  const auto holds_both = [&] {
    return has(ask(get("/metrics")),
               "\nllmgw_collector_held_body_bytes " + std::to_string(2 * body.size()) + "\n");
  };
  while (!holds_both()) std::this_thread::yield();
  const std::string refused = ask(post(body));
  EXPECT_TRUE(starts(refused, "HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_TRUE(has(refused, "\"code\":\"overloaded\""));
  EXPECT_TRUE(has(refused, "\r\nRetry-After: 1\r\n"));
  sink_.release();
  EXPECT_TRUE(ends(first.read_response(), "{\"accepted\":1}"));
  EXPECT_TRUE(ends(second.read_response(), "{\"accepted\":1}"));
  EXPECT_TRUE(ends(ask(post(body)), "{\"accepted\":1}"));  // the room is there again
}

TEST_F(IngestTest, AcceptsARepeatedEventAndStoresItOnce) {
  EXPECT_TRUE(ends(ask(post(line("1") + line("2"))), "{\"accepted\":2}"));
  EXPECT_TRUE(ends(ask(post(line("2") + line("3"))), "{\"accepted\":2}"));
  EXPECT_EQ(sink_.writes(), (Writes{line("1") + line("2"), line("3")}));
}

TEST_F(IngestTest, Says503WhenTheSinkFailsAndTakesTheEventsLater) {
  sink_.fail(true);
  const std::string answer = ask(post(line("1")));
  EXPECT_TRUE(starts(answer, "HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_TRUE(has(answer, "\r\nRetry-After: 1\r\n"));
  EXPECT_TRUE(has(answer, "\"type\":\"gateway_error\""));
  EXPECT_TRUE(starts(ask(get("/readyz")), "HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_TRUE(starts(ask(get("/healthz")), "HTTP/1.1 200 OK\r\n"));
  sink_.fail(false);
  EXPECT_TRUE(starts(ask(get("/readyz")), "HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(ends(ask(post(line("1"))), "{\"accepted\":1}"));
  EXPECT_TRUE(starts(ask(get("/readyz")), "HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(sink_.writes(), Writes{line("1")});
}

TEST_F(IngestTest, StoresNothingOfABodyCutShort) {
  {
    http::RawClient client(server_.port);
    client.send(post(line("1") + line("2")).substr(0, 300));
  }
  EXPECT_TRUE(ends(ask(post(line("3"))), "{\"accepted\":1}"));
  EXPECT_EQ(sink_.writes(), Writes{line("3")});
}

TEST_F(IngestTest, TakesNothingFromAPage) {
  const char* origins[] = {"Origin: https://evil.example\r\n", "origin: null\r\n", "Origin:\r\n",
                           "Origin: http://x\r\n", "Origin: a\r\nOrigin: b\r\n"};
  for (const auto* fields : origins) {
    const std::string answer = ask(post(line("1"), fields));
    EXPECT_TRUE(starts(answer, "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\n"));
    EXPECT_TRUE(has(answer, "\"code\":\"origin_not_allowed\"")) << fields;
  }
  EXPECT_EQ(sink_.attempts(), 0);
  EXPECT_TRUE(has(ask(get("/metrics")), "llmgw_collector_requests_total{status=\"403\"} 5\n"));
}

TEST_F(IngestTest, TakesEventsWithAValidTokenOnly) {
  server_.on_loop([this] { ingest_->gate().set_tokens(*BearerTokens::parse("new\nold")); });
  const char* refused[] = {"",
                           "Authorization: Bearer other\r\n",
                           "Authorization: Basic old\r\n",
                           "Authorization: Bearer\r\n",
                           "Authorization: Bearer old\r\nAuthorization: Bearer old\r\n",
                           "X-Authorization: Bearer old\r\n",
                           "Proxy-Authorization: Bearer old\r\n"};
  for (const auto* fields : refused) {
    const std::string answer = ask(post(line("1"), fields));
    EXPECT_TRUE(starts(answer, "HTTP/1.1 401 Unauthorized\r\n")) << fields;
    EXPECT_TRUE(has(answer, "\r\nWWW-Authenticate: Bearer\r\n"));
    EXPECT_TRUE(has(answer,
                    "\"type\":\"invalid_request_error\",\"param\":null,"
                    "\"code\":\"invalid_token\""));
  }
  EXPECT_EQ(sink_.attempts(), 0);
  EXPECT_TRUE(ends(ask(post(line("1"), "Authorization: Bearer new\r\n")), "{\"accepted\":1}"));
  EXPECT_TRUE(ends(ask(post(line("2"), "authorization: bearer old\r\n")), "{\"accepted\":1}"));
  EXPECT_EQ(sink_.writes(), (Writes{line("1"), line("2")}));
  EXPECT_TRUE(starts(ask(get("/healthz")), "HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(starts(ask(get("/metrics")), "HTTP/1.1 200 OK\r\n"));
}

TEST_F(IngestTest, CountsWhatItDoes) {
  ask(post(line("1") + line("2")));
  ask(post(line("1")));
  ask(post("{}"));
  const std::string text = ask(get("/metrics"));
  EXPECT_TRUE(has(text, "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_TRUE(has(text, "\nllmgw_collector_requests_total{status=\"202\"} 2\n"));
  EXPECT_TRUE(has(text, "\nllmgw_collector_requests_total{status=\"400\"} 1\n"));
  EXPECT_TRUE(has(text, "\nllmgw_collector_rejected_requests_total 1\n"));
  EXPECT_TRUE(has(text, "\nllmgw_collector_events_total{result=\"accepted\"} 2\n"));
  EXPECT_TRUE(has(text, "\nllmgw_collector_events_total{result=\"duplicate\"} 1\n"));
  EXPECT_TRUE(has(text, "\nllmgw_collector_written_bytes_total " +
                            std::to_string(2 * line("1").size()) + "\n"));
  EXPECT_TRUE(has(text, "\nllmgw_collector_sink_healthy 1\n"));
  EXPECT_TRUE(has(text, "\nllmgw_collector_write_duration_seconds_count 1\n"));
}

}  // namespace
}  // namespace llmgw::collector
