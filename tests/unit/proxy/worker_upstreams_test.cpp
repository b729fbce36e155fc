// SPDX-License-Identifier: MIT
// Several upstreams on one worker: who gets which request and which key, and what other settings
// change.
#include "tests/unit/proxy/worker_fixture.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;
using http::has;
using http::starts;

class WorkerUpstreamsTest : public WorkerTest {
 protected:
  WorkerUpstreamsTest() {
    config_.selects_by_header = config_.has_providers = true;
    config_.upstreams.push_back({.name = "local",
                                 .type = "openai",
                                 .address = {false, "127.0.0.1", other_.port(), "/p", "local"},
                                 .keys = {{.name = "0", .key = Secret("sk-local")}}});
  }

  static std::string get(std::string_view provider = {}) {
    std::string text = "GET /v1/x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer client\r\n";
    if (!provider.empty()) text.append("X-LLM-Provider: ").append(provider).append("\r\n");
    return text + "\r\n";
  }
  // Answers one request, and returns its head.
  static std::string serve(const UpstreamSide& upstream) {
    const std::string head = upstream.read_until("\r\n\r\n");
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    return head;
  }
  UpstreamSide accept_other() const { return UpstreamSide(other_.accept()); }

  LoopbackPort other_{64};
};

TEST_F(WorkerUpstreamsTest, EachGetsItsOwnRequestsWithItsOwnKey) {
  start({});
  auto client = connect();
  client.send(get());
  const UpstreamSide first = accept();
  EXPECT_EQ(serve(first),
            "GET /v1/x HTTP/1.1\r\nHost: upstream.test\r\nAuthorization: Bearer sk-test\r\n\r\n");
  EXPECT_TRUE(starts(client.read_response(), "HTTP/1.1 200 "));
  client.send(get("local"));
  const UpstreamSide second = accept_other();
  EXPECT_EQ(serve(second),
            "GET /p/v1/x HTTP/1.1\r\nHost: local\r\nAuthorization: Bearer sk-local\r\n\r\n");
  EXPECT_TRUE(starts(client.read_response(), "HTTP/1.1 200 "));
  client.send(get("openai"));  // its idle connection, not that of the other
  EXPECT_TRUE(has(serve(first), "Bearer sk-test"));
  EXPECT_TRUE(starts(client.read_response(), "HTTP/1.1 200 "));
  for (const auto& [name, reused] : {std::pair("openai", 1u), std::pair("local", 0u)}) {
    const UpstreamCounts& counts = worker_->upstreams().at(name);
    EXPECT_TRUE(becomes([&] { return counts.opened.value() == 1; })) << name;
    EXPECT_EQ(counts.reused.value(), reused) << name;
  }
}

TEST_F(WorkerUpstreamsTest, AnUnknownOneIsTheClientsMistake) {
  start({});
  auto client = connect();
  client.send(
      "POST /v1/x HTTP/1.1\r\nHost: a\r\nX-LLM-Provider: none\r\nContent-Length: 2\r\n\r\n{}");
  const std::string answer = client.read_response();
  EXPECT_TRUE(starts(answer, "HTTP/1.1 400 ")) << answer;
  EXPECT_TRUE(has(answer, R"("code":"invalid_value")"));
  EXPECT_TRUE(has(answer, "X-LLM-Request-ID: req_"));
  client.send(get("local"));
  serve(accept_other());
  EXPECT_TRUE(starts(client.read_response(), "HTTP/1.1 200 "));
  EXPECT_TRUE(becomes([&] { return worker_->outbox().produced() == 1; }));
}

TEST_F(WorkerUpstreamsTest, WithoutAFileTheHeaderIsForwarded) {
  config_.selects_by_header = false;
  start({});
  auto client = connect();
  client.send(get("local"));
  EXPECT_TRUE(has(serve(accept()), "X-LLM-Provider: local\r\n"));
  EXPECT_TRUE(starts(client.read_response(), "HTTP/1.1 200 "));
}

TEST_F(WorkerUpstreamsTest, AKeyIsReplacedWhereItBelongs) {
  start({});
  worker_->set_key("local", {.name = "0", .key = Secret("sk-new")});
  worker_->set_key("none", {.name = "0", .key = Secret("sk-nobody")});
  worker_->set_key("local", {.name = "1", .key = Secret("sk-nobody")});
  auto client = connect();
  client.send(get("local"));
  EXPECT_TRUE(has(serve(accept_other()), "Authorization: Bearer sk-new\r\n"));
  client.read_response();
  client.send(get());
  EXPECT_TRUE(has(serve(accept()), "Authorization: Bearer sk-test\r\n"));
  client.read_response();
}

// A local server: no key, and none of the client's either.
TEST_F(WorkerUpstreamsTest, WithoutAKeyNoCredentialsAreSent) {
  config_.upstreams[1].keys.clear();
  start({});
  auto client = connect();
  client.send(get("local"));
  EXPECT_EQ(serve(accept_other()), "GET /p/v1/x HTTP/1.1\r\nHost: local\r\n\r\n");
  client.read_response();
}

TEST_F(WorkerUpstreamsTest, OtherSettingsHoldFromTheNextRequestOn) {
  start({});
  auto before = connect();
  before.send(get());
  const UpstreamSide leaving = accept();
  leaving.read_until("\r\n\r\n");
  auto client = connect();
  client.send(get("local"));
  const UpstreamSide kept = accept_other();
  serve(kept);
  client.read_response();

  Config changed = config_;
  changed.upstreams.erase(changed.upstreams.begin());
  changed.upstreams[0].keys[0].key = Secret("sk-changed");
  worker_->use(changed);
  client.send(get("openai"));
  EXPECT_TRUE(starts(client.read_response(), "HTTP/1.1 400 "));
  client.send(get());
  EXPECT_TRUE(has(serve(kept), "Authorization: Bearer sk-changed\r\n"));  // the same connection
  EXPECT_TRUE(starts(client.read_response(), "HTTP/1.1 200 "));

  // What had begun ends as it was admitted; then nobody needs that upstream.
  leaving.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_TRUE(starts(before.read_response(), "HTTP/1.1 200 "));
  EXPECT_TRUE(leaving.is_left());
  const UpstreamCounts& counts = worker_->upstreams().at("openai");
  EXPECT_TRUE(becomes([&] { return counts.opened.value() == 1 && counts.open.value() == 0; }));
}

TEST_F(WorkerUpstreamsTest, ANameThatComesAgainGoesOnCounting) {
  start({});
  auto client = connect();
  client.send(get("local"));
  const UpstreamSide before = accept_other();
  serve(before);
  client.read_response();
  Config changed = config_;
  changed.upstreams[1].address.authority = "elsewhere";
  worker_->use(changed);
  client.send(get("local"));
  const UpstreamSide after = accept_other();
  EXPECT_TRUE(has(serve(after), "Host: elsewhere\r\n"));
  client.read_response();
  const UpstreamCounts& counts = worker_->upstreams().at("local");
  EXPECT_TRUE(becomes([&] { return counts.opened.value() == 2 && counts.open.value() == 1; }));
}

}  // namespace
}  // namespace llmgw::proxy
