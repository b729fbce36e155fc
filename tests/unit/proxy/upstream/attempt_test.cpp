// SPDX-License-Identifier: MIT
// One attempt, over real sockets, with a client and an upstream that the test plays.
#include "tests/unit/proxy/upstream/attempt_fixture.hpp"

namespace llmgw::proxy {
namespace {

using Side = Failure::Side;

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
  EXPECT_EQ(workspace_.held.size(), 0u);
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
  progress_ = std::chrono::milliseconds(50);
  std::string text = chat(stream_body);
  text.resize(text.size() - 5);
  const auto outcomes = attempt(text, {Form::may_be_edited});
  EXPECT_EQ(outcomes[0].end.verdict, Verdict::fail);
  EXPECT_EQ(outcomes[0].end.failure.side, Side::client);
  EXPECT_EQ(outcomes[0].end.failure.fault, errc::timed_out);
}

}  // namespace
}  // namespace llmgw::proxy
