// SPDX-License-Identifier: MIT
// One attempt, over real sockets, with a client and an upstream that the test plays.
#include "proxy/upstream/attempt.hpp"

#include <functional>
#include <thread>

#include "tests/unit/proxy/upstream/stream_peer.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;
using Form = Attempt::Form;
using Side = Failure::Side;

const std::string stream_body = R"({"model":"m","stream":true,"messages":[]})";
const std::string option = R"(,"stream_options":{"include_usage":true}})";
constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::string chat(const std::string& body) {
  return "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string error(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " Bad\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

const std::string refusal = error(400, R"({"error":{"param":"stream_options"}})");

struct Nothing final : Tap {
  explicit Nothing(RequestScanner& to) : scanner(to) {}
  void observe(std::string_view payload) noexcept override { scanner.observe(payload); }
  RequestScanner& scanner;
};

/// A request that has come in one piece, up to the end of `text`, and the attempts that follow.
class AttemptTest : public testing::Test, public CloseListener {
 protected:
  using Play = std::function<void(const StreamPeer&)>;

  void peer_closed() noexcept override {
    request_->note_client_gone();
    if (attempt_ != nullptr) attempt_->leave();
  }

  /// Plays the upstream of each connection in turn.
  void play(std::vector<Play> connections) {
    playing_ = std::jthread([this, plays = std::move(connections)] {
      for (const Play& each : plays) each(StreamPeer(port_.accept()));
    });
  }

  struct Outcome {
    AttemptEnd end;
    int status = 0;
    std::string rest;
    bool is_edited = false;
  };

  /// Attempts in these forms, one after the other.
  std::vector<Outcome> attempt(const std::string& text, std::vector<Form> forms) {
    std::vector<Outcome> outcomes;
    run(loop_, run_attempts(*this, text, std::move(forms), outcomes));
    return outcomes;
  }

  static Task<void> run_attempts(AttemptTest& self, std::string text, std::vector<Form> forms,
                                 std::vector<Outcome>& outcomes) {
    http::FieldStorage storage;
    const std::size_t head_size = text.find("\r\n\r\n") + 4;
    const auto head =
        http::parse_request_head(std::string_view(text).substr(0, head_size), storage);
    http::Exchange exchange(*self.client_.stream, *head, std::string_view(text).substr(head_size),
                            Deadline::Clock::now(), {.progress = self.progress_});
    RequestScanner scanner(self.patterns_, self.upstream_.dialect().requests);
    Nothing tap(scanner);
    ClientRequest request(exchange, {tap, scanner}, self, 1 << 20, self.workspace_);
    self.request_ = &request;
    EXPECT_EQ(request.take_arrived(), errc::ok);
    for (const Form form : forms) {
      Attempt attempt(self.upstream_, request, form);
      self.attempt_ = &attempt;
      Outcome& outcome = outcomes.emplace_back();
      outcome.end = co_await attempt.run();
      outcome.is_edited = attempt.is_edited();
      if (outcome.end.verdict == Verdict::pass_on) {
        outcome.status = self.workspace_.answer.status;
        outcome.rest = self.workspace_.answer_bytes.rest;
      }
      if (attempt.is_sending()) co_await attempt.end_sending();
      self.attempt_ = nullptr;
    }
    self.client_.stream->close();
    self.upstream_.pool().close_idle();
  }

  UpstreamSettings settings() const {
    return {.name = "local",
            .type = "openai",
            .address = {false, "127.0.0.1", port_.port(), "/p", "upstream.test"}};
  }

  LoopbackPort port_{16};
  Loop loop_{10ms};
  UpstreamCounts counts_;
  Upstream upstream_{loop_, settings(), nullptr, {.pool = {}, .silence = 5s}, counts_};
  StreamPair client_{loop_};
  Workspace workspace_;
  JsonPatterns patterns_;
  std::chrono::milliseconds progress_ = 5s;
  ClientRequest* request_ = nullptr;
  Attempt* attempt_ = nullptr;
  std::jthread playing_;
};

TEST_F(AttemptTest, AnAnswerIsPassedOn) {
  std::string seen;
  play({[&seen](const StreamPeer& peer) {
    seen = peer.read_until("{}");
    peer.send(ok);
  }});
  const auto outcomes = attempt(chat("{}"), {Form::may_be_edited});
  EXPECT_EQ(outcomes[0].end.verdict, Verdict::pass_on);
  EXPECT_EQ(outcomes[0].status, 200);
  playing_.join();
  // Without a key no credentials are sent.
  EXPECT_EQ(seen,
            "POST /p/v1/chat/completions HTTP/1.1\r\nHost: upstream.test\r\n"
            "Content-Length: 2\r\n\r\n{}");
  EXPECT_EQ(workspace_.held_bytes, 0u);
}

TEST_F(AttemptTest, WhatNeverReachedAnUpstreamMayGoToTheNext) {
  port_ = LoopbackPort();  // bound, and nobody listens; the upstream's own is closed
  const auto outcomes = attempt(chat("{}"), {Form::may_be_edited, Form::may_be_edited});
  for (const Outcome& each : outcomes) {
    EXPECT_EQ(each.end.verdict, Verdict::next);
    EXPECT_EQ(each.end.failure.side, Side::connection);
    EXPECT_EQ(each.end.failure.fault, errc::refused);
  }
}

// A refusal that says that its connection ends costs a fresh one.
TEST_F(AttemptTest, WhatIsHeldIsWholeAtTheSecondAttempt) {
  std::string seen;
  play({[](const StreamPeer& peer) {
          peer.read_until(option);
          peer.send(
              "HTTP/1.1 400 Bad\r\nConnection: close\r\n\r\n"
              R"({"error":{"param":"stream_options"}})");
        },
        [&seen](const StreamPeer& peer) {
          seen = peer.read_until("[]}");
          peer.send(ok);
        }});
  const auto outcomes = attempt(chat(stream_body), {Form::may_be_edited, Form::as_meant});
  playing_.join();
  EXPECT_TRUE(seen.ends_with("\r\n\r\n" + stream_body)) << seen;
  EXPECT_EQ(outcomes[1].end.verdict, Verdict::pass_on);
}

TEST_F(AttemptTest, AnUpstreamThatClosesWithoutAnAnswer) {
  play({[](const StreamPeer& peer) { peer.read_until("{}"); }});
  const auto outcomes = attempt(chat("{}"), {Form::may_be_edited});
  EXPECT_EQ(outcomes[0].end.verdict, Verdict::fail);
  EXPECT_EQ(outcomes[0].end.failure.side, Side::upstream);
  EXPECT_EQ(outcomes[0].end.failure.fault, errc::connection_closed);
}

class NoAnswerTest : public AttemptTest, public testing::WithParamInterface<const char*> {};

TEST_P(NoAnswerTest, Fails) {
  play({[](const StreamPeer& peer) {
    peer.read_until("{}");
    peer.send(GetParam());
  }});
  const auto outcomes = attempt(chat("{}"), {Form::may_be_edited});
  EXPECT_EQ(outcomes[0].end.verdict, Verdict::fail);
  EXPECT_EQ(outcomes[0].end.failure.side, Side::upstream);
  EXPECT_NE(outcomes[0].end.failure.fault, errc::connection_closed);
}

INSTANTIATE_TEST_SUITE_P(Answers, NoAnswerTest,
                         testing::Values("HTTP/2.0 200 OK\r\n\r\n",
                                         "HTTP/1.1 101 Switching\r\n\r\n", "HTTP/1.1 200",
                                         "HTTP/1.1 200 OK\r\n folded\r\n\r\n",
                                         "HTTP/1.1 100 Continue\r\n\r\n"));

TEST_F(AttemptTest, ARefusedEditIsTakenBackAndRemembered) {
  play({[](const StreamPeer& peer) {
    EXPECT_TRUE(peer.read_until(option).find("Content-Length: 81\r\n") != std::string::npos);
    peer.send(refusal);
    peer.read_until("[]}");  // the same connection: the refusal was whole
    peer.send(ok);
  }});
  const auto outcomes = attempt(chat(stream_body), {Form::may_be_edited, Form::as_meant});
  EXPECT_EQ(outcomes[0].end.verdict, Verdict::as_meant);
  EXPECT_TRUE(outcomes[0].is_edited);
  EXPECT_EQ(outcomes[1].end.verdict, Verdict::pass_on);
  EXPECT_FALSE(outcomes[1].is_edited);
  EXPECT_EQ(outcomes[1].status, 200);
  EXPECT_TRUE(upstream_.refusals().contains("m", std::chrono::steady_clock::now()));
  EXPECT_EQ(counts_.usage_asked.value(), 1u);
  EXPECT_EQ(counts_.usage_refused.value(), 1u);
  EXPECT_EQ(workspace_.held_bytes, 0u);
}

TEST_F(AttemptTest, AnotherErrorIsPassedOnWhole) {
  const std::string told = R"({"error":{"param":"messages"}})";
  play({[&told](const StreamPeer& peer) {
    peer.read_until(option);
    peer.send(error(400, told));
  }});
  const auto outcomes = attempt(chat(stream_body), {Form::may_be_edited});
  EXPECT_EQ(outcomes[0].end.verdict, Verdict::pass_on);
  EXPECT_EQ(outcomes[0].status, 400);
  EXPECT_EQ(outcomes[0].rest, told);
  EXPECT_EQ(upstream_.refusals().size(), 0u);
}

// Only success proves that it was the edit that was refused.
TEST_F(AttemptTest, ARefusalOfBothIsNotRemembered) {
  play({[](const StreamPeer& peer) {
    peer.read_until(option);
    peer.send(refusal);
    peer.read_until("[]}");
    peer.send(refusal);
  }});
  const auto outcomes = attempt(chat(stream_body), {Form::may_be_edited, Form::as_meant});
  EXPECT_EQ(outcomes[1].end.verdict, Verdict::pass_on);
  EXPECT_EQ(outcomes[1].status, 400);
  EXPECT_EQ(upstream_.refusals().size(), 0u);
}

TEST_F(AttemptTest, AModelThatWasRefusedIsNotAskedAgain) {
  upstream_.refusals().add("m", std::chrono::steady_clock::now());
  play({[](const StreamPeer& peer) {
    EXPECT_TRUE(peer.read_until("[]}").ends_with(stream_body));
    peer.send(ok);
  }});
  const auto outcomes = attempt(chat(stream_body), {Form::may_be_edited});
  EXPECT_FALSE(outcomes[0].is_edited);
  EXPECT_EQ(outcomes[0].end.verdict, Verdict::pass_on);
}

TEST_F(AttemptTest, AClientThatLeavesEndsItWhereverItWaits) {
  play({[this](const StreamPeer& peer) {
    peer.read_until("{}");
    client_.peer.close();
    EXPECT_EQ(peer.read_all(), "");
  }});
  const auto outcomes = attempt(chat("{}"), {Form::may_be_edited});
  EXPECT_EQ(outcomes[0].end.verdict, Verdict::drop);
}

TEST_F(AttemptTest, AClientThatLeavesWithItsBodyHalfSent) {
  std::string text = chat(stream_body);
  text.resize(text.size() - 5);
  client_.peer.close();
  const auto outcomes = attempt(text, {Form::may_be_edited});
  EXPECT_EQ(outcomes[0].end.verdict, Verdict::drop);
}

TEST_F(AttemptTest, ABodyThatStopsIsTheClientsFault) {
  progress_ = 50ms;
  std::string text = chat(stream_body);
  text.resize(text.size() - 5);
  const auto outcomes = attempt(text, {Form::may_be_edited});
  EXPECT_EQ(outcomes[0].end.verdict, Verdict::fail);
  EXPECT_EQ(outcomes[0].end.failure.side, Side::client);
  EXPECT_EQ(outcomes[0].end.failure.fault, errc::timed_out);
}

}  // namespace
}  // namespace llmgw::proxy
