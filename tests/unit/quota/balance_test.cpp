// SPDX-License-Identifier: MIT
// What is taken, what is refused, and that no unit is lost between threads.
#include "quota/balance.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace llmgw::quota {
namespace {

TEST(Balance, GivesWhatThereIs) {
  Balance balance(10);
  EXPECT_TRUE(balance.take(7));
  EXPECT_FALSE(balance.take(4));
  EXPECT_TRUE(balance.take(3));
  EXPECT_EQ(balance.units(), 0);
  EXPECT_TRUE(balance.take(0));
}

TEST(Balance, KeepsBackWhatIsAsked) {
  Balance balance(10);
  EXPECT_FALSE(balance.take(8, 3));
  EXPECT_TRUE(balance.take(7, 3));
  EXPECT_FALSE(balance.take(0, 4));
}

TEST(Balance, HasDebtOnlyBySettlement) {
  Balance balance(1);
  balance.give(-5);
  EXPECT_EQ(balance.units(), -4);
  EXPECT_FALSE(balance.take(0));
  EXPECT_EQ(balance.take_up_to(3), 0);
  balance.give(4);
  EXPECT_TRUE(balance.take(0));
}

TEST(Balance, GivesUpToAnAmount) {
  Balance balance(10);
  EXPECT_EQ(balance.take_up_to(4), 4);
  EXPECT_EQ(balance.take_up_to(40), 6);
  EXPECT_EQ(balance.take_up_to(1), 0);
}

TEST(Balance, LosesNothingBetweenThreads) {
  constexpr Units at_start = 1000;
  constexpr int rounds = 20'000;
  Balance balance(at_start);
  std::atomic<Units> out{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      for (int round = 0; round < rounds; ++round) {
        const Units cost = (round * 7 + i) % 300;
        if (!balance.take(cost)) continue;
        out.fetch_add(cost);
        EXPECT_LE(out.load(), at_start);
        out.fetch_sub(cost);
        balance.give(cost);
        const Units some = balance.take_up_to(5);
        balance.give(some);
      }
    });
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(balance.units(), at_start);
}

}  // namespace
}  // namespace llmgw::quota
