// SPDX-License-Identifier: MIT
// A desk with its estimator: what is counted elsewhere, what at once, and that nothing is lost.
#include "proxy/estimate/desk.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace llmgw::proxy {
namespace {

using json = nlohmann::json;

constexpr std::string_view hello =
    R"({"model":"m","messages":[{"role":"user","content":"hello"}]})";

class DeskTest : public ::testing::Test {
 protected:
  static constexpr EstimateDesk::Settings counting{
      .counts_tokens = true, .most_text = 1 << 18, .most_texts = 1 << 20};

  static MeteringEvent event_of(std::string_view model) {
    MeteringEvent event;
    event.request_id = "r";
    event.tenant = "t";
    event.provider = "openai";
    event.model = event.request_model = model;
    event.endpoint = "/v1/chat/completions";
    event.event_id = "e";
    event.request_bytes = hello.size();
    return event;
  }

  struct Exchange {
    explicit Exchange(EstimateDesk& desk, std::string_view body = hello) : texts(desk.hold()) {
      if (texts == nullptr) return;
      desk.hold_answer(*texts);
      texts->request.append(body);
    }
    HeldText& answer() { return texts->answer; }
    std::unique_ptr<HeldTexts> texts;
  };

  bool settle(EstimateDesk& desk, MeteringEvent& event, Exchange& exchange,
              const EstimateDesk::Ending& ending = {}) {
    return desk.settle(event, exchange.texts.get(), ending,
                       std::span<char, max_encoded_event>(scratch_));
  }
  void end() {
    estimator_.drain({});
    estimator_.join();
  }

  std::vector<std::string> lines_;  // of the estimator's thread until it has ended
  Estimator estimator_{[this](std::string_view line) { lines_.emplace_back(line); }};
  std::vector<char> scratch_ = std::vector<char>(max_encoded_event);
};

TEST_F(DeskTest, CountsElsewhere) {
  EstimateDesk desk(counting, estimator_);
  estimator_.start();
  Exchange exchange(desk);
  exchange.answer().append(R"(hello"hello")");
  MeteringEvent event = event_of("gpt-4");
  event.output_bytes = 10;
  EXPECT_FALSE(settle(desk, event, exchange));
  EXPECT_EQ(desk.handed_over().value(), 1U);
  end();
  ASSERT_EQ(lines_.size(), 1U);
  const json line = json::parse(lines_[0]);
  EXPECT_EQ(line["usage_source"], "estimated");
  EXPECT_EQ(line["estimated_prompt_tokens"], 8);
  EXPECT_EQ(line["estimated_completion_tokens"], 2);
  EXPECT_EQ(line["estimate_method"], "bpe");
  EXPECT_EQ(line["estimate_quality"], "exact");
  EXPECT_EQ(line["billing"], "estimate");
  EXPECT_EQ(line["prompt_tokens"], nullptr);
  EXPECT_EQ(desk.text_bytes(), 0U);
  EXPECT_EQ(estimator_.counts().made[1][0].value(), 1U);
}

TEST_F(DeskTest, LearnsAndGuessesAtOnce) {
  EstimateDesk desk({.counts_tokens = false}, estimator_);
  for (int i = 0; i < 20; ++i) {
    Exchange exchange(desk);
    EXPECT_EQ(exchange.texts, nullptr);
    MeteringEvent event = event_of("llama");
    event.request_bytes = 400;
    event.output_bytes = 40;
    event.tokens.prompt = 100;
    event.tokens.completion = 10;
    event.usage_source = UsageSource::upstream;
    desk.note_usage(event, exchange.texts.get());
  }
  Exchange exchange(desk);
  MeteringEvent event = event_of("llama");
  event.request_bytes = 800;
  event.output_bytes = 80;
  EXPECT_TRUE(settle(desk, event, exchange));
  EXPECT_EQ(event.usage_source, UsageSource::estimated);
  ASSERT_NE(event.estimate, nullptr);
  EXPECT_EQ(event.estimate->prompt, 200U);
  EXPECT_EQ(event.estimate->completion, 20U);
  EXPECT_EQ(event.estimate->method, EstimateMethod::learned);
  EXPECT_EQ(event.estimate->quality, EstimateQuality::rough);
  EXPECT_EQ(event.estimate->error_permille, 0U);
}

TEST_F(DeskTest, KnowsNothingOfNewModels) {
  EstimateDesk desk(counting, estimator_);
  Exchange exchange(desk);
  MeteringEvent event = event_of("llama");
  EXPECT_TRUE(settle(desk, event, exchange));
  EXPECT_EQ(event.usage_source, UsageSource::missing);
  EXPECT_EQ(event.estimate->method, EstimateMethod::none);
  EXPECT_EQ(event.estimate->billing, std::nullopt);
  EXPECT_EQ(desk.counts().made[0][static_cast<std::size_t>(EstimateReason::no_tokenizer)].value(),
            1U);
}

TEST_F(DeskTest, WhatIsBeyondItsBoundIsNotCounted) {
  EstimateDesk desk({.counts_tokens = true, .most_text = 10, .most_texts = 1 << 20}, estimator_);
  Exchange exchange(desk);
  MeteringEvent event = event_of("gpt-4");
  EXPECT_TRUE(settle(desk, event, exchange));
  EXPECT_EQ(desk.counts().made[0][static_cast<std::size_t>(EstimateReason::not_held)].value(), 1U);
  Exchange partly(desk, "{}");
  EXPECT_TRUE(settle(desk, event, partly, {.is_request_whole = false}));
}

// The estimator has not begun: its ring fills up, and traffic does not wait.
TEST_F(DeskTest, AFullRingIsNotWaitedFor) {
  EstimateDesk desk(counting, estimator_);
  for (std::size_t i = 0; i < JobRing::most; ++i) {
    Exchange exchange(desk);
    MeteringEvent event = event_of("gpt-4");
    ASSERT_FALSE(settle(desk, event, exchange)) << i;
  }
  Exchange exchange(desk);
  MeteringEvent event = event_of("gpt-4");
  EXPECT_TRUE(settle(desk, event, exchange));
  EXPECT_EQ(desk.counts().made[0][static_cast<std::size_t>(EstimateReason::behind)].value(), 1U);
  EXPECT_EQ(estimator_.waiting(), JobRing::most);
  estimator_.start();
  end();
  EXPECT_EQ(lines_.size(), JobRing::most);
  EXPECT_EQ(desk.handed_over().value(), JobRing::most);
}

TEST_F(DeskTest, InAHurryNothingIsCountedAndNothingLost) {
  EstimateDesk desk(counting, estimator_);
  for (int i = 0; i < 100; ++i) {
    Exchange exchange(desk);
    MeteringEvent event = event_of("gpt-4");
    ASSERT_FALSE(settle(desk, event, exchange));
  }
  estimator_.hurry();
  estimator_.start();
  end();
  ASSERT_EQ(lines_.size(), 100U);
  EXPECT_EQ(json::parse(lines_[0])["usage_source"], "missing");
}

TEST_F(DeskTest, OneInAThousandIsCompared) {
  EstimateDesk desk(counting, estimator_);
  estimator_.start();
  for (int i = 0; i < 3'000; ++i) {
    Exchange exchange(desk);
    exchange.answer().append(R"(hello")");
    MeteringEvent event = event_of("gpt-4");
    event.usage_source = UsageSource::upstream;
    event.output_bytes = 5;
    event.tokens.prompt = 9;  // one more than counted
    event.tokens.completion = 1;
    desk.note_usage(event, exchange.texts.get());
  }
  end();
  EXPECT_TRUE(lines_.empty());
  EXPECT_EQ(desk.handed_over().value(), 0U);
  bool has_bpe = false;
  for (const ErrorTable::Row& each : estimator_.errors().rows()) {
    EXPECT_EQ(each.model, "gpt-4");
    if (each.method != EstimateMethod::bpe) continue;
    has_bpe = true;
    EXPECT_NEAR(each.error, 0.1, 0.001);
    EXPECT_GE(each.samples, 2U);
  }
  EXPECT_TRUE(has_bpe);
}

TEST(ErrorTable, BoundsItsModels) {
  ErrorTable table;
  for (int i = 0; i < 100; ++i) table.note("m" + std::to_string(i), EstimateMethod::bpe, 110, 100);
  table.note("m0", EstimateMethod::bpe, 5, 0);  // nothing to compare with
  const auto rows = table.rows();
  EXPECT_EQ(rows.size(), ErrorTable::most_models + 1);
  std::uint64_t samples = 0;
  for (const ErrorTable::Row& each : rows) {
    EXPECT_NEAR(each.error, 0.1, 1e-9);
    samples += each.samples;
  }
  EXPECT_EQ(samples, 100U);
}

}  // namespace
}  // namespace llmgw::proxy
