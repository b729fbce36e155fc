// SPDX-License-Identifier: MIT
// Lots, windows, and what a ledger brings back.
#include "lease/budget.hpp"

#include <gtest/gtest.h>

namespace llmgw::lease {
namespace {

using namespace std::chrono_literals;

quota::Window day(int number) {
  const std::chrono::sys_seconds begin(std::chrono::hours(24 * number));
  return {begin, begin + 24h};
}

class LeaseBudget : public testing::Test {
 protected:
  LeaseBudget() { budget.roll(day(1)); }
  Grant ask(ProxyNumber proxy, const RuleAsk& what) {
    return budget.sync(proxy, ++seq, what, now, 2s);
  }

  Instant now{1h};
  Budget budget{10'000};
  std::uint64_t seq = 0;
};

TEST_F(LeaseBudget, LotsAreAtMostAHundredthAndShrinkTowardsTheEnd) {
  EXPECT_EQ(ask(1, {.want = 5'000}).units, 100);
  EXPECT_EQ(ask(2, {.want = 30}).units, 30);
  EXPECT_EQ(ask(2, {.got = 30, .used = 30, .pending = 9'860}).units, 9'860);
  EXPECT_EQ(ask(3, {.want = 50}).units, 1);  // 10 / (2 * 3)
  const Grant grant = ask(3, {.got = 1, .pending = 10});
  EXPECT_EQ(grant.units, 0);
  EXPECT_EQ(grant.remaining, 9);
  EXPECT_EQ(grant.retry, 1s);
  EXPECT_EQ(ask(3, {.got = 1, .pending = 9}).units, 9);
  EXPECT_EQ(budget.taken(), 10'000);
}

TEST_F(LeaseBudget, WhatComesBackCanBeLentAgain) {
  ask(1, {.want = 5'000});
  ask(1, {.got = 100, .used = 40, .back = 60});
  EXPECT_EQ(budget.taken(), 40);
  ask(1, {.pending = 0});  // it says now that it never had them: no more comes back than there was
  EXPECT_GE(budget.taken(), 0);
}

TEST_F(LeaseBudget, ALostAnswerIsTakenBackAndDebtIsTaken) {
  ask(1, {.pending = 100});
  EXPECT_EQ(ask(1, {.pending = 100}).units, 100);
  EXPECT_EQ(budget.taken(), 100);
  EXPECT_EQ(ask(1, {.got = 100, .used = 150}).units, 50);
  EXPECT_EQ(ask(1, {.got = 100, .used = 150}).units, 50);
  EXPECT_EQ(budget.taken(), 150);
}

TEST_F(LeaseBudget, ALotOfASilentProxyIsHeldUntilItIsHeard) {
  ask(1, {.pending = 100});
  now += 30min;
  EXPECT_TRUE(budget.advance(now).empty());
  EXPECT_EQ(budget.taken(), 100);
  ask(1, {.got = 100, .back = 100});
  EXPECT_EQ(budget.taken(), 0);
}

TEST_F(LeaseBudget, AndIsSpentOnceItsProxyIsForgotten) {
  ask(1, {.pending = 100});
  now += 2h;
  EXPECT_EQ(budget.advance(now), std::vector<ProxyNumber>{1});
  EXPECT_EQ(budget.taken(), 100);
  EXPECT_EQ(budget.lot(1), LotRow{});
}

TEST_F(LeaseBudget, ANewWindowBeginsWithNothingTaken) {
  ask(1, {.pending = 9'000});
  EXPECT_FALSE(budget.roll(day(1)));
  EXPECT_TRUE(budget.roll(day(2)));
  EXPECT_EQ(budget.taken(), 0);
  EXPECT_EQ(ask(2, {.pending = 9'500}).units, 9'500);
}

TEST_F(LeaseBudget, AClockThatIsSetBackReopensNothing) {
  budget.roll(day(2));
  ask(1, {.pending = 9'000});
  EXPECT_FALSE(budget.roll(day(1)));
  EXPECT_EQ(budget.window(), day(2));
  EXPECT_EQ(budget.taken(), 9'000);
}

// Units of the window before come back, were lost, or are spent in the next one: they make none
// there.
TEST_F(LeaseBudget, WhatIsLeftOfAWindowIsNotOfTheNext) {
  ask(1, {.pending = 100});
  ask(2, {.pending = 100});
  ask(3, {.pending = 100});
  budget.roll(day(2));
  ask(1, {.got = 100, .used = 10, .back = 90});
  EXPECT_EQ(budget.taken(), 0);
  ask(2, {});  // never arrived
  EXPECT_EQ(budget.taken(), 0);
  ask(3, {.got = 100, .used = 40});
  ask(3, {.got = 100, .used = 40, .back = 60});
  EXPECT_EQ(budget.taken(), 0);
  EXPECT_EQ(ask(3, {.got = 100, .used = 140, .back = 60, .pending = 5}).units, 105);
  EXPECT_EQ(budget.taken(), 105);
}

TEST_F(LeaseBudget, GoesOnFromWhatWasWrittenDown) {
  ask(1, {.pending = 100});
  ask(1, {.got = 100, .used = 60, .pending = 50});
  const LotRow lot = budget.lot(1);
  Budget next(10'000);
  next.restore(budget.row());
  next.restore(1, lot, now);
  EXPECT_EQ(next.taken(), 150);
  EXPECT_EQ(next.window(), day(1));
  EXPECT_EQ(next.lot(1), lot);
  next.sync(1, 3, {.got = 150, .used = 60, .back = 90}, now, 2s);
  EXPECT_EQ(next.taken(), 60);
}

TEST_F(LeaseBudget, WithoutALedgerWhatProxiesHaveIsTaken) {
  ask(1, {.got = 5'000, .used = 4'000, .back = 300});
  EXPECT_EQ(budget.taken(), 700);
}

TEST_F(LeaseBudget, AnotherLimitKeepsWhatIsTaken) {
  ask(1, {.pending = 100});
  budget.set_limit(50);
  EXPECT_EQ(ask(2, {.pending = 1}).units, 0);
  budget.set_limit(101);
  EXPECT_EQ(ask(2, {.pending = 1}).units, 1);
}

TEST_F(LeaseBudget, AProxyThatLeavesIsForgotten) {
  ask(1, {.pending = 100});
  ask(1, {.got = 100, .used = 60, .back = 40});
  budget.leave(1);
  EXPECT_EQ(budget.taken(), 60);
  EXPECT_EQ(budget.lot(1), LotRow{});
}

}  // namespace
}  // namespace llmgw::lease
