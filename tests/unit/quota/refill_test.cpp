// SPDX-License-Identifier: MIT
// What is due, when, and that nothing of it is given twice or early.
#include "quota/refill.hpp"

#include <gtest/gtest.h>

#include <random>
#include <thread>

namespace llmgw::quota {
namespace {

using namespace std::chrono_literals;

constexpr RefillTerms per_second{.limit = 10, .period = 1s, .burst = 5};
const Clock::time_point start{100s};

TEST(Refill, OwesNothingToWhatIsFull) {
  Balance balance(5);
  Refill refill;
  refill.give_due(balance, per_second, start);
  refill.give_due(balance, per_second, start + 1h);
  EXPECT_EQ(balance.units(), 5);
}

// However long, or short, the clock has run before.
TEST(Refill, OwesNothingOfTheTimeBefore) {
  for (const auto begin : {Clock::time_point(1ns), Clock::time_point(50ms), start, start + 24h}) {
    Balance balance(0);
    Refill refill;
    refill.give_due(balance, per_second, begin);
    refill.give_due(balance, per_second, begin + 99ms);
    EXPECT_EQ(balance.units(), 0);
    refill.give_due(balance, per_second, begin + 100ms);
    EXPECT_EQ(balance.units(), 1);
  }
}

TEST(Refill, CountsFromWhenItIsSeen) {
  Balance balance(5);
  Refill refill;
  refill.give_due(balance, per_second, start);
  ASSERT_TRUE(balance.take(5));
  refill.give_due(balance, per_second, start + 10s);
  EXPECT_EQ(balance.units(), 0);
  refill.give_due(balance, per_second, start + 10s + 99ms);
  EXPECT_EQ(balance.units(), 0);
  refill.give_due(balance, per_second, start + 10s + 100ms);
  EXPECT_EQ(balance.units(), 1);
  refill.give_due(balance, per_second, start + 20s);
  EXPECT_EQ(balance.units(), 5);
}

// What would have been too much until just now is not there for whoever comes next.
TEST(Refill, OwesNoMoreThanThereWasRoomFor) {
  Balance balance(4);
  Refill refill;
  refill.give_due(balance, per_second, start);
  ASSERT_TRUE(balance.take(4));
  refill.give_due(balance, per_second, start + 1s);
  EXPECT_EQ(balance.units(), 1);
  refill.give_due(balance, per_second, start + 1s + 300ms);
  EXPECT_EQ(balance.units(), 4);
}

TEST(Refill, KeepsPartsOfUnits) {
  Balance balance(0);
  Refill refill;
  const RefillTerms slow{.limit = 7, .period = 1s, .burst = 1'000'000};
  refill.give_due(balance, slow, start);
  for (auto now = start; now <= start + 100s; now += 50ms) refill.give_due(balance, slow, now);
  EXPECT_GE(balance.units(), 699);
  EXPECT_LE(balance.units(), 700);
}

TEST(Refill, PaysDebtFirst) {
  Balance balance(-3);
  Refill refill;
  refill.give_due(balance, per_second, start);
  refill.give_due(balance, per_second, start + 400ms);
  EXPECT_EQ(balance.units(), 1);
}

TEST(Refill, SaysHowLongToWait) {
  Balance balance(0);
  Refill refill;
  refill.give_due(balance, per_second, start);
  EXPECT_EQ(refill.wait_for(1, balance, per_second, start), 100ms);
  EXPECT_EQ(refill.wait_for(1, balance, per_second, start + 30ms), 70ms);
  EXPECT_EQ(refill.wait_for(3, balance, per_second, start + 30ms), 270ms);
  EXPECT_EQ(refill.wait_for(0, balance, per_second, start), 0ms);
  EXPECT_EQ(refill.wait_for(1, balance, {.limit = 1, .burst = 1}, start),
            std::chrono::nanoseconds::max());
}

// Whoever waits so long gets it, and whoever waits any shorter does not.
TEST(Refill, IsExact) {
  std::minstd_rand random;
  for (int i = 0; i < 2'000; ++i) {
    const RefillTerms terms{.limit = static_cast<Units>(1 + random() % 1'000),
                            .period = std::chrono::milliseconds(100 + random() % 100'000),
                            .burst = static_cast<Units>(1 + random() % 1'000)};
    Balance balance(-static_cast<Units>(random() % 50));
    Refill refill;
    refill.give_due(balance, terms, start);
    const auto now = start + std::chrono::nanoseconds(random() % 1'000'000'000);
    refill.give_due(balance, terms, now);
    const auto wanted = static_cast<Units>(1 + static_cast<Units>(random()) % terms.burst);
    const auto wait = refill.wait_for(wanted, balance, terms, now);
    if (wait > 1ns) {
      refill.give_due(balance, terms, now + wait - 2ns);
      EXPECT_LT(balance.units(), wanted);
    }
    refill.give_due(balance, terms, now + wait + 2ns);
    EXPECT_GE(balance.units(), wanted);
  }
}

TEST(Refill, GivesOnceHoweverManyAsk) {
  constexpr RefillTerms terms{.limit = 1'000, .period = 1s, .burst = 1'000'000'000};
  Balance balance(0);
  Refill refill;
  refill.give_due(balance, terms, start);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int step = 0; step <= 10'000; ++step)
        refill.give_due(balance, terms, start + std::chrono::milliseconds(step));
    });
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(balance.units(), 10'000);
}

}  // namespace
}  // namespace llmgw::quota
