// SPDX-License-Identifier: MIT
// Who waits, until when, and what is told of it.
#include "proxy/lease/unit_waits.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <optional>

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;
using quota::Balance;
using quota::Lent;
using quota::Stance;
using quota::Unit;
using quota::Units;

class UnitWaitsTest : public testing::Test {
 protected:
  using Clock = UnitWait::Clock;

  // Coroutines end before what they refer to.
  void TearDown() override {
    for (const auto& each : waiters_) {
      each->then = nullptr;
      waits_.cancel(*each->wait);
    }
    turn();
  }

  /// One exchange.
  struct Waiter {
    std::optional<UnitWait> wait;
    std::optional<UnitWaitEnd> end;
    std::function<void()> then = {};
    std::optional<Task<void>> task;  // one that is abandoned goes with it
  };
  Waiter& begin(Lent& lent, Units units, Clock::duration longest = 1h) {
    Waiter& waiter = *waiters_.emplace_back(std::make_unique<Waiter>());
    waiter.wait.emplace(Clock::now() + longest);
    waiter.task.emplace(run(*this, waiter, lent, units));
    (void)waiter.task->await_suspend(std::noop_coroutine());
    return waiter;
  }
  // Until `condition` holds.
  template <class Condition>
  void turn_until(Condition condition) {
    const auto limit = Clock::now() + 20s;
    while (!condition() && Clock::now() < limit) loop_.context().run_one_for(10ms);
    EXPECT_TRUE(condition());
  }
  void turn() {
    bool is_over = false;
    loop_.post([&is_over] { is_over = true; });
    turn_until([&is_over] { return is_over; });
    while (loop_.context().poll() > 0) {
    }
  }

  Balance balance_, other_balance_;
  Lent lent_{"t:a/r", Unit::requests, balance_, 10};
  Lent other_{"t:b/r", Unit::requests, other_balance_, 10};
  Loop loop_{10ms};
  std::vector<UnitWaits::Changes> told_;
  UnitWaits waits_{loop_, 3, [this](UnitWaits::Changes changes) { told_.push_back(changes); }};
  std::vector<std::unique_ptr<Waiter>> waiters_;

 private:
  static Task<void> run(UnitWaitsTest& self, Waiter& waiter, Lent& lent, Units units) {
    const UnitWaitEnd end = co_await self.waits_.wait(*waiter.wait, lent, units);
    waiter.end = end;
    if (waiter.then) waiter.then();
  }
};

TEST_F(UnitWaitsTest, TellsOnceATurnWhoWaits) {
  begin(lent_, 2);
  begin(lent_, 3);
  begin(other_, 4);
  EXPECT_TRUE(told_.empty());
  turn();
  ASSERT_EQ(told_.size(), 1U);
  ASSERT_EQ(told_[0].size(), 3U);
  EXPECT_EQ(told_[0][2].lent, &other_);
  EXPECT_EQ(told_[0][2].units, 4);
}

TEST_F(UnitWaitsTest, LetsAsManyGoOnAsThereIsFor) {
  Waiter& first = begin(lent_, 2);
  Waiter& second = begin(lent_, 2);
  Waiter& third = begin(other_, 1);
  turn();
  balance_.give(3);
  first.then = [this] { balance_.take(2); };
  waits_.look();
  EXPECT_EQ(first.end, UnitWaitEnd::look);
  EXPECT_FALSE(second.end || third.end);
  turn();
  ASSERT_EQ(told_.size(), 2U);
  ASSERT_EQ(told_[1].size(), 1U);
  EXPECT_EQ(told_[1][0].units, -2);
  balance_.give(1);
  waits_.look();
  EXPECT_EQ(second.end, UnitWaitEnd::look);
  EXPECT_EQ(waits_.count(), 1U);
}

TEST_F(UnitWaitsTest, LetsAllGoOnWhereThereIsNothingToWaitFor) {
  for (const Stance stance : {Stance::refuse, Stance::charge}) {
    Waiter& one = begin(lent_, 1);
    lent_.state.set(stance);
    waits_.look();
    EXPECT_EQ(one.end, UnitWaitEnd::look);
    lent_.state.set(Stance::ask);
  }
}

TEST_F(UnitWaitsTest, EndsWhenItsTimeIsOver) {
  Waiter& longer = begin(lent_, 1, 1h);
  Waiter& shorter = begin(other_, 1, 20ms);  // for which the alarm is set anew
  turn_until([&] { return shorter.end.has_value(); });
  EXPECT_EQ(shorter.end, UnitWaitEnd::late);
  EXPECT_FALSE(longer.end);
  EXPECT_EQ(begin(lent_, 1, 0s).end, UnitWaitEnd::late);
}

TEST_F(UnitWaitsTest, IsBounded) {
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(begin(lent_, 1).end);
  EXPECT_EQ(begin(lent_, 1).end, UnitWaitEnd::late);
  EXPECT_EQ(waits_.count(), 3U);
}

TEST_F(UnitWaitsTest, IsCancelledInTheNextTurn) {
  Waiter& one = begin(lent_, 1);
  turn();
  waits_.cancel(*one.wait);
  waits_.cancel(*one.wait);
  EXPECT_FALSE(one.end);
  turn();
  EXPECT_EQ(one.end, UnitWaitEnd::cancelled);
  ASSERT_EQ(told_.size(), 2U);
  EXPECT_EQ(told_[1][0].units, -1);
  waits_.cancel(*one.wait);  // it is over
  turn();
  EXPECT_EQ(told_.size(), 2U);
}

TEST_F(UnitWaitsTest, IsCancelledAlsoWhereItMayLookAtThatMoment) {
  Waiter& one = begin(lent_, 1);
  balance_.give(1);
  waits_.cancel(*one.wait);
  waits_.look();
  EXPECT_EQ(one.end, UnitWaitEnd::cancelled);
}

TEST_F(UnitWaitsTest, TellsNothingOfWhoHasGoneBefore) {
  Waiter& one = begin(lent_, 1);
  begin(other_, 1);
  lent_.state.set(Stance::refuse);
  waits_.look();
  EXPECT_TRUE(one.end);
  turn();
  ASSERT_EQ(told_.size(), 1U);
  ASSERT_EQ(told_[0].size(), 1U);
  EXPECT_EQ(told_[0][0].lent, &other_);
}

TEST_F(UnitWaitsTest, OneThatGoesOnMayEndAnother) {
  Waiter& first = begin(lent_, 1);
  Waiter& second = begin(lent_, 1);
  balance_.give(2);
  first.then = [&] { waits_.abandon(*second.wait); };
  waits_.look();
  EXPECT_TRUE(first.end);
  EXPECT_FALSE(second.end);
  EXPECT_EQ(waits_.count(), 0U);
}

TEST_F(UnitWaitsTest, OneThatGoesOnMayWaitAgain) {
  Waiter& first = begin(lent_, 1);
  first.then = [&] { begin(lent_, 5); };
  balance_.give(1);
  waits_.look();
  EXPECT_EQ(waits_.count(), 1U);
  waits_.look();
  EXPECT_EQ(waits_.count(), 1U);
}

TEST_F(UnitWaitsTest, TellsAtOnceWhereItIsAsked) {
  begin(lent_, 1);
  waits_.tell_changes();
  EXPECT_EQ(told_.size(), 1U);
  turn();
  EXPECT_EQ(told_.size(), 1U);
}

}  // namespace
}  // namespace llmgw::proxy
