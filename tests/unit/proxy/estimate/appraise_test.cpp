// SPDX-License-Identifier: MIT
// From held texts to an estimate, and from that to what the event is told.
#include "proxy/estimate/appraise.hpp"

#include <gtest/gtest.h>

#include <string>

#include "proxy/tokens/counter.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::string_view hello =
    R"({"model":"m","messages":[{"role":"user","content":"hello"}]})";

class Job {
  TextBudget budget_{1 << 24};  // outlives the texts

 public:
  explicit Job(std::string_view model = "gpt-4", std::string_view request = hello,
               std::size_t most = 1 << 20) {
    job.family = family_of(model);
    job.facts.billing = Billing::estimate;
    hold(job.request, request, most);
  }
  Job& stream(std::string_view pieces, std::uint64_t bytes, std::size_t most = 1 << 20) {
    hold(job.answer, pieces, most);
    job.output_bytes = bytes;
    return *this;
  }
  Job& document(std::string_view body) {
    hold(job.answer, body, 1 << 20);
    return *this;
  }
  EstimateFacts counted() const {
    const auto facts = appraise(job);
    EXPECT_TRUE(facts.has_value());
    return facts.value_or(EstimateFacts{});
  }
  Appraisal told() const { return conclude(job, appraise(job)); }

  EstimateJob job;

 private:
  void hold(HeldText& text, std::string_view content, std::size_t most) {
    text.begin(budget_, most);
    text.append(content);
  }
};

TEST(Appraise, PromptAndPiecesOfAStream) {
  Job job;
  job.stream(R"(Hello" wor"ld"!")", 12);
  const EstimateFacts facts = job.counted();
  EXPECT_EQ(facts.prompt, 8U);
  EXPECT_EQ(facts.completion, count_tokens(Encoding::cl100k, "Hello world!"));
  EXPECT_EQ(facts.method, EstimateMethod::bpe);
  EXPECT_EQ(facts.quality, EstimateQuality::exact);
}

TEST(Appraise, EscapesInPieces) {
  Job job;
  job.stream(R"(a\"b"\\"\ud83c\udf0d")", 8);
  EXPECT_EQ(job.counted().completion, count_tokens(Encoding::cl100k, "a\"b\\🌍"));
}

TEST(Appraise, APieceThatBrokeOff) {
  for (const std::string_view pieces : {"Hello\" wor", "Hello\" wor\\", "Hello\" wor\\u00"}) {
    Job job;
    job.stream(pieces, 9);
    job.job.is_broken_off = true;
    EXPECT_GE(job.counted().completion, 2U);
    EXPECT_EQ(job.counted().quality, EstimateQuality::lower_bound);
  }
}

TEST(Appraise, SeveralChoicesCountPieceByPiece) {
  Job job("gpt-4", R"({"n":2,"messages":[{"role":"user","content":"hello"}]})");
  job.stream(R"(Hel"Hel"lo"lo")", 10);
  const std::uint64_t one =
      count_tokens(Encoding::cl100k, "Hel") + count_tokens(Encoding::cl100k, "lo");
  EXPECT_EQ(job.counted().completion, 2 * one);
  EXPECT_EQ(job.counted().quality, EstimateQuality::rough);
}

TEST(Appraise, WhatWasLeftOutGoesByTheRest) {
  std::string pieces;
  for (int i = 0; i < 1'000; ++i) pieces += " word\"";
  Job job;
  job.stream(pieces, 5'000, 3'000);
  const EstimateFacts facts = job.counted();
  EXPECT_NEAR(static_cast<double>(*facts.completion), 1'000, 5);
  EXPECT_EQ(facts.quality, EstimateQuality::rough);
}

TEST(Appraise, Documents) {
  Job job;
  job.document(R"({"choices":[{"message":{"role":"assistant","content":"hello","tool_calls":[)"
               R"({"function":{"name":"hello","arguments":"hello"}}]}},{"text":"hello"}]})");
  EXPECT_EQ(job.counted().completion, 4U);
  Job responses;
  responses.document(R"({"output":[{"type":"message","content":[{"type":"output_text",)"
                     R"("text":"hello"}]},{"type":"function_call","name":"hello",)"
                     R"("arguments":"hello"}]})");
  EXPECT_EQ(responses.counted().completion, 3U);
}

TEST(Appraise, AnAnswerThatNeverBegan) {
  Job job;
  job.job.is_broken_off = true;
  EXPECT_EQ(job.counted().completion, 0U);
  EXPECT_EQ(job.counted().quality, EstimateQuality::lower_bound);
}

TEST(Appraise, QualityOfTheFamily) {
  Job omni("gpt-4o");
  EXPECT_EQ(omni.counted().quality, EstimateQuality::close);
  Job reasoning("gpt-5");
  EXPECT_EQ(reasoning.counted().quality, EstimateQuality::lower_bound);
  Job tools("gpt-4", R"({"messages":[],"tools":[{"type":"function","function":{"name":"f"}}]})");
  EXPECT_EQ(tools.counted().method, EstimateMethod::bpe_parts);
}

TEST(Appraise, EmbeddingsHaveNoCompletion) {
  Job job("text-embedding-3-small", R"({"input":"hello world"})");
  EXPECT_EQ(job.counted().prompt, 2U);
  EXPECT_EQ(job.counted().completion, std::nullopt);
  EXPECT_EQ(job.counted().quality, EstimateQuality::exact);
}

TEST(Appraise, WhatCannotBeCounted) {
  Job unknown("claude-sonnet-4-5");
  EXPECT_EQ(appraise(unknown.job), std::nullopt);
  Job cut("gpt-4", hello, 10);
  EXPECT_EQ(appraise(cut.job), std::nullopt);
  Job broken("gpt-4", R"({"messages":[)");
  EXPECT_EQ(appraise(broken.job), std::nullopt);
}

TEST(Conclude, ReportedTokensAreNotEstimated) {
  Job job;
  job.stream("hello\"", 5);
  job.job.source = UsageSource::partial;
  job.job.reported.prompt = 9;
  Appraisal told = job.told();
  EXPECT_EQ(told.source, UsageSource::partial);
  EXPECT_EQ(told.facts.prompt, std::nullopt);
  EXPECT_EQ(told.facts.completion, 1U);
  EXPECT_EQ(told.facts.billing, Billing::estimate);
  // A count that was told before the answer broke off is too low, if anything.
  job.job.reported.completion = 0;
  EXPECT_EQ(job.told().facts.completion, 1U);
  job.job.reported.completion = 3;
  told = job.told();
  EXPECT_EQ(told.facts.completion, std::nullopt);
  EXPECT_EQ(told.facts.method, EstimateMethod::none);
  EXPECT_EQ(told.facts.billing, Billing::usage);
}

TEST(Conclude, WithoutCountsWhatWasLearned) {
  Job job("gpt-4", "no json");
  job.job.facts = {.prompt = 5,
                   .completion = 6,
                   .method = EstimateMethod::learned,
                   .quality = EstimateQuality::rough,
                   .error_permille = 100,
                   .billing = Billing::waived};
  const Appraisal told = job.told();
  EXPECT_EQ(told.source, UsageSource::estimated);
  EXPECT_EQ(told.facts, job.job.facts);
}

TEST(Conclude, WithoutEitherNothing) {
  Job job("gpt-4", "no json");
  const Appraisal told = job.told();
  EXPECT_EQ(told.source, UsageSource::missing);
  EXPECT_EQ(told.facts, EstimateFacts{});
}

}  // namespace
}  // namespace llmgw::proxy
