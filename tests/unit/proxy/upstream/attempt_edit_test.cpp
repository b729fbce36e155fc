// SPDX-License-Identifier: MIT
// Attempts whose request is edited: what the upstream makes of it, and what follows.
#include "tests/unit/proxy/upstream/attempt_fixture.hpp"

namespace llmgw::proxy {
namespace {

// Whether the refusal says that its connection ends or not, what follows has another one.
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

TEST_F(AttemptTest, ARefusedEditIsTakenBackAndRemembered) {
  play({[](const StreamPeer& peer) {
          EXPECT_TRUE(peer.read_until(option).find("Content-Length: 81\r\n") != std::string::npos);
          peer.send(refusal);
        },
        [](const StreamPeer& peer) {
          peer.read_until("[]}");
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
  EXPECT_EQ(workspace_.held.size(), 0u);
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
        },
        [](const StreamPeer& peer) {
          peer.read_until("[]}");
          peer.send(refusal);
        }});
  const auto outcomes = attempt(chat(stream_body), {Form::may_be_edited, Form::as_meant});
  EXPECT_EQ(outcomes[1].end.verdict, Verdict::pass_on);
  EXPECT_EQ(outcomes[1].status, 400);
  EXPECT_EQ(upstream_.refusals().size(), 0u);
}

// Nor does success say anything of an edit that was taken, or that was never made.
TEST_F(AttemptTest, SuccessAloneRemembersNothing) {
  play({[](const StreamPeer& peer) {
    peer.read_until(option);
    peer.send(ok);
  }});
  const auto outcomes = attempt(chat(stream_body), {Form::may_be_edited});
  EXPECT_TRUE(outcomes[0].is_edited);
  EXPECT_EQ(outcomes[0].end.verdict, Verdict::pass_on);
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

}  // namespace
}  // namespace llmgw::proxy
