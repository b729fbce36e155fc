// SPDX-License-Identifier: MIT
// How many lines pass in a second, and when the others are told.
#include "common/log/line_limit.hpp"

#include <gtest/gtest.h>

namespace llmgw {
namespace {

using std::chrono::milliseconds;

class LineLimitTest : public testing::Test {
 protected:
  /// What BoundedLog does for a line; the number that was written.
  int lines(int count) {
    int written = 0;
    for (int i = 0; i < count; ++i) {
      if (limit_.admits(now_)) {
        ++written;
      } else {
        limit_.hold_back();
      }
    }
    return written;
  }

  LineLimit limit_;
  LineLimit::Clock::time_point now_{std::chrono::hours(5)};
};

TEST_F(LineLimitTest, AFewLinesPass) {
  EXPECT_EQ(lines(10), 10);
  now_ += milliseconds(5000);
  EXPECT_EQ(limit_.take_held_back(now_), 0u);
}

TEST_F(LineLimitTest, TheRestIsHeldBackUntilTheNextSecond) {
  EXPECT_EQ(lines(1000), 10);
  now_ += milliseconds(999);
  EXPECT_EQ(lines(1), 0);
  now_ += milliseconds(1);
  EXPECT_EQ(lines(11), 10);
}

TEST_F(LineLimitTest, WhatWasHeldBackIsToldOnceItsSecondIsOver) {
  lines(1244);
  now_ += milliseconds(999);
  EXPECT_EQ(limit_.take_held_back(now_), 0u);
  now_ += milliseconds(1);
  EXPECT_EQ(limit_.take_held_back(now_), 1234u);
  EXPECT_EQ(limit_.take_held_back(now_), 0u);
}

TEST_F(LineLimitTest, AnOutageGivesOneSummaryASecondAndLosesNoLine) {
  std::uint64_t told = 0;
  int written = 0;
  int summaries = 0;
  for (int i = 0; i < 3000; ++i, now_ += milliseconds(1)) {  // three seconds
    const std::uint64_t held_back = limit_.take_held_back(now_);
    summaries += held_back > 0 ? 1 : 0;
    told += held_back;
    written += lines(2);
  }
  EXPECT_EQ(written, 30);
  EXPECT_EQ(summaries, 2);
  told += limit_.take_held_back(now_);
  EXPECT_EQ(told, 6000u - 30u);
}

TEST_F(LineLimitTest, AtTheEndAllIsTold) {
  lines(15);
  EXPECT_EQ(limit_.take_held_back(LineLimit::Clock::time_point::max()), 5u);
}

}  // namespace
}  // namespace llmgw
