// SPDX-License-Identifier: MIT
// Waits between attempts: their range, their growth, and what the collector may ask for.
#include "proxy/outbox/backoff.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t largest = 0xffff'ffff;

TEST(Backoff, SpreadsOverTheWholeRange) {
  for (const int failures : {1, 3, 10}) {
    std::chrono::milliseconds least = 1h;
    std::chrono::milliseconds most = 0ms;
    for (std::uint32_t random = 0; random < 20'000; ++random) {
      Backoff backoff;
      std::chrono::milliseconds wait{};
      for (int i = 0; i < failures; ++i) wait = backoff.next(random);
      least = std::min(least, wait);
      most = std::max(most, wait);
    }
    EXPECT_EQ(least, 100ms) << failures;
    EXPECT_EQ(most, std::min<std::chrono::milliseconds>(100ms * (1 << failures), 4s)) << failures;
  }
}

TEST(Backoff, StaysBetweenItsBoundsForever) {
  Backoff backoff;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const auto wait = backoff.next(largest - i * 7919);
    EXPECT_GE(wait, 100ms);
    EXPECT_LE(wait, 4s);
  }
}

TEST(Backoff, BeginsAnewAfterASuccess) {
  Backoff backoff;
  EXPECT_FALSE(backoff.is_failing());
  for (int i = 0; i < 20; ++i) backoff.next(0);
  EXPECT_TRUE(backoff.is_failing());
  backoff.reset();
  EXPECT_FALSE(backoff.is_failing());
  for (std::uint32_t random = 0; random < 500; ++random) {
    backoff.reset();
    EXPECT_LE(backoff.next(random), 200ms);
  }
}

TEST(Backoff, HonoursRetryAfterWithinReason) {
  Backoff backoff;
  EXPECT_EQ(backoff.next(0, 0ms, 3s), 3s);
  EXPECT_EQ(backoff.next(0, 0ms, 24h), 60s);
  EXPECT_GE(backoff.next(0, 0ms, 1ms), 100ms);
  EXPECT_EQ(backoff.next(0, 20s, 3s), 3s);  // counted from the answer on
}

TEST(Backoff, CountsTheTimeThatAnAttemptTook) {
  for (std::uint32_t random = 0; random < 20'000; random += 7) {
    Backoff first, second;
    for (int i = 0; i < 10; ++i) {
      const auto wait = first.next(random);
      EXPECT_EQ(second.next(random, 1s), std::max<std::chrono::milliseconds>(wait - 1s, 100ms));
    }
    EXPECT_EQ(second.next(random, 5s), 100ms);  // one that was not answered was wait enough
  }
}

}  // namespace
}  // namespace llmgw::proxy
