// SPDX-License-Identifier: MIT
// A least rate, counted while the sender is waited for.
#include "common/http/body_pace.hpp"

#include <gtest/gtest.h>

namespace llmgw::http {
namespace {

using namespace std::chrono_literals;
using Clock = BodyPace::Clock;

TEST(BodyPace, EachWindowOfWaitingHasToBringEnough) {
  BodyPace pace(60s, 100);
  Clock::time_point now{};
  for (int i = 0; i < 59; ++i) {
    EXPECT_EQ(pace.begin(now), 60s - i * 1s);
    pace.end(now += 1s, 1);
  }
  EXPECT_EQ(pace.begin(now), 1s);
  pace.end(now += 1s, 40);
  EXPECT_EQ(pace.begin(now), 0s);  // too little: only what is there already can still save it
  pace.end(now, 1);
  EXPECT_EQ(pace.begin(now), 60s);
}

TEST(BodyPace, WhatTheOtherSideTakesIsNotCounted) {
  BodyPace pace(60s, 100);
  Clock::time_point now{};
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(pace.begin(now), 60s - i * 1s);
    pace.end(now += 1s, 1);
    now += 1h;
  }
}

TEST(BodyPace, WhoeverSendsEnoughIsNeverCut) {
  BodyPace pace(60s, 100);
  Clock::time_point now{};
  for (int i = 0; i < 1000; ++i) {
    EXPECT_GE(pace.begin(now), 1s);
    pace.end(now += 59s, 100);
  }
}

TEST(BodyPace, WithoutALeastItIsALimitOfSilence) {
  BodyPace pace(60s, 0);
  Clock::time_point now{};
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(pace.begin(now), 60s);
    pace.end(now += 59s, 1);
  }
}

}  // namespace
}  // namespace llmgw::http
