// SPDX-License-Identifier: MIT
// Ratios from samples, and when they are believed.
#include "proxy/estimate/learned.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmgw::proxy {
namespace {

MeteringEvent event_of(std::string_view model, std::uint64_t request_bytes,
                       std::optional<std::uint64_t> output_bytes = {}) {
  MeteringEvent event;
  event.request_model = model;
  event.request_bytes = request_bytes;
  event.output_bytes = output_bytes;
  return event;
}

MeteringEvent reported(std::string_view model, std::uint64_t request_bytes, std::uint64_t prompt,
                       std::uint64_t output_bytes, std::uint64_t completion) {
  MeteringEvent event = event_of(model, request_bytes, output_bytes);
  event.tokens.prompt = prompt;
  event.tokens.completion = completion;
  return event;
}

TEST(TokensPerByte, KnowsNothingBelowTwentySamples) {
  TokensPerByte ratio;
  for (int i = 0; i < 19; ++i) ratio.add(400, 100);
  EXPECT_FALSE(ratio.is_known());
  EXPECT_EQ(ratio.guess(400), std::nullopt);
  ratio.add(400, 100);
  EXPECT_EQ(ratio.guess(400), 100U);
  EXPECT_EQ(ratio.guess(0), 0U);
  EXPECT_LT(ratio.error(), 0.001);
}

TEST(TokensPerByte, ErrorsAreHowFarGuessesWere) {
  TokensPerByte ratio;
  for (int i = 0; i < 1'000; ++i) ratio.add(400, i % 2 == 0 ? 80 : 120);
  EXPECT_NEAR(static_cast<double>(*ratio.guess(400)), 100, 2);
  EXPECT_NEAR(ratio.error(), (0.25 + 1 / 6.0) / 2, 0.05);
}

TEST(TokensPerByte, FollowsWhatChanges) {
  TokensPerByte ratio;
  for (int i = 0; i < 200; ++i) ratio.add(400, 100);
  for (int i = 0; i < 600; ++i) ratio.add(400, 200);
  EXPECT_NEAR(static_cast<double>(*ratio.guess(400)), 200, 2);
}

TEST(LearnedRatios, EachModelHasItsOwn) {
  LearnedRatios ratios;
  for (int i = 0; i < 20; ++i) {
    ratios.add(reported("a", 400, 100, 40, 10));
    ratios.add(reported("b", 400, 200, 40, 20));
  }
  const auto a = ratios.guess(event_of("a", 800, 80));
  EXPECT_EQ(a.prompt, 200U);
  EXPECT_EQ(a.completion, 20U);
  EXPECT_EQ(ratios.guess(event_of("b", 800, 80)).prompt, 400U);
  EXPECT_EQ(ratios.guess(event_of("b", 800)).completion, std::nullopt);
  EXPECT_EQ(ratios.guess(event_of("c", 800, 80)).prompt, std::nullopt);
}

TEST(LearnedRatios, WhatIsThoughtInSecretIsNotWritten) {
  LearnedRatios ratios;
  for (int i = 0; i < 20; ++i) {
    MeteringEvent event = reported("o", 400, 100, 40, 510);
    event.tokens.reasoning = 500;
    ratios.add(event);
  }
  EXPECT_EQ(ratios.guess(event_of("o", 400, 40)).completion, 10U);
}

TEST(LearnedRatios, TheOldestModelMakesWay) {
  LearnedRatios ratios;
  for (std::size_t model = 0; model <= LearnedRatios::most_models; ++model) {
    for (int i = 0; i < 20; ++i)
      ratios.add(reported("m" + std::to_string(model), 400, 100, 40, 10));
  }
  EXPECT_EQ(ratios.guess(event_of("m0", 400)).prompt, std::nullopt);
  EXPECT_EQ(ratios.guess(event_of("m1", 400)).prompt, 100U);
  EXPECT_EQ(ratios.guess(event_of("m64", 400)).prompt, 100U);
}

TEST(LearnedRatios, LongNamesAndNone) {
  LearnedRatios ratios;
  const std::string name(300, 'n');
  for (int i = 0; i < 20; ++i) {
    ratios.add(reported(name, 400, 100, 40, 10));
    ratios.add(reported("", 400, 100, 40, 10));
  }
  EXPECT_EQ(ratios.guess(event_of(name, 400)).prompt, 100U);
  EXPECT_EQ(ratios.guess(event_of("", 400)).prompt, std::nullopt);
}

}  // namespace
}  // namespace llmgw::proxy
