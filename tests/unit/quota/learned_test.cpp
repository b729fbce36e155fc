// SPDX-License-Identifier: MIT
// What is guessed, and how fast it follows what is reported.
#include "quota/learned.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmgw::quota {
namespace {

TEST(Learned, BeginsWithAGuess) {
  const Learned learned(1);
  EXPECT_EQ(learned.input_tokens(learned.place_of("t", "m"), 1'000), 270U);
  EXPECT_EQ(learned.input_tokens(learned.place_of("t", "m"), 0), 0U);
  EXPECT_EQ(learned.output_tokens(learned.place_of("t", "m")), 256U);
}

TEST(Learned, FollowsWhatIsReported) {
  Learned learned(1);
  for (int i = 0; i < 200; ++i) {
    learned.note_output(learned.place_of("t", "m"), 1'000);
    learned.note_input(learned.place_of("t", "m"), 400, 200);
  }
  EXPECT_NEAR(static_cast<double>(learned.output_tokens(learned.place_of("t", "m"))), 1'000, 20);
  EXPECT_NEAR(static_cast<double>(learned.input_tokens(learned.place_of("t", "m"), 1'000)), 500,
              10);
  EXPECT_NEAR(static_cast<double>(learned.input_tokens(learned.place_of("u", "m"), 1'000)), 500,
              10);
  EXPECT_EQ(learned.output_tokens(learned.place_of("u", "m")), 256U);
  EXPECT_EQ(learned.output_tokens(learned.place_of("t", "n")), 256U);
  EXPECT_EQ(learned.input_tokens(learned.place_of("t", "n"), 1'000), 270U);
}

TEST(Learned, CannotBeTalkedIntoAnything) {
  Learned learned(1);
  for (int i = 0; i < 1'000; ++i) {
    learned.note_input(learned.place_of("t", "m"), 64, UINT64_MAX);
    learned.note_input(learned.place_of("t", "n"), 1'000'000, 0);
    learned.note_input(learned.place_of("t", "short"), 3, 1'000'000);
    learned.note_output(learned.place_of("t", "m"), UINT64_MAX);
  }
  EXPECT_LE(learned.input_tokens(learned.place_of("t", "m"), 1'000), 2'001U);
  EXPECT_GE(learned.input_tokens(learned.place_of("t", "n"), 1'000), 20U);
  EXPECT_EQ(learned.input_tokens(learned.place_of("t", "short"), 1'000), 270U);
  EXPECT_LE(learned.output_tokens(learned.place_of("t", "m")), 10'000'001U);
}

TEST(Learned, ForgetsWhatWasNotMetForLongest) {
  Learned learned(7);
  for (int i = 0; i < 100'000; ++i)
    learned.note_output(learned.place_of("t" + std::to_string(i), "m"), 10);
  learned.note_output(learned.place_of("last", "m"), 10);
  EXPECT_LT(learned.output_tokens(learned.place_of("last", "m")), 256U);
  EXPECT_EQ(learned.output_tokens(learned.place_of("t0", "m")), 256U);
}

TEST(DataUrls, AreFound) {
  const DataUrls found = find_data_urls(
      R"({"a":"data:image/png;base64,AAAA","b":"text","c":"data:audio/wav;base64,BB"})");
  EXPECT_EQ(found.count, 2U);
  EXPECT_EQ(found.bytes, 6U);
  EXPECT_EQ(find_data_urls("").count, 0U);
  EXPECT_EQ(find_data_urls(R"({"a":"no base64, here"})").count, 0U);
  EXPECT_EQ(find_data_urls(";base64,never ends").bytes, 10U);
  EXPECT_EQ(find_data_urls(";base64,").bytes, 0U);
}

}  // namespace
}  // namespace llmgw::quota
