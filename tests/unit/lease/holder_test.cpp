// SPDX-License-Identifier: MIT
// Totals of one rule in one proxy, the end of its lease, and what it does alone.
#include "lease/holder.hpp"

#include <gtest/gtest.h>

namespace llmgw::lease {
namespace {

using namespace std::chrono_literals;

constexpr Duration ttl = 2s;
constexpr Standing here{.is_away = false, .proxies = 4};
constexpr Standing alone{.is_away = true, .proxies = 4};

class LeaseHolder : public testing::Test {
 protected:
  void make(HolderTerms terms) { holder.emplace("t:a/x", terms, balance); }
  HolderTerms rate(OnOutage on_outage = OnOutage::share) {
    return {.kind = HolderTerms::Kind::rate, .limit = 6'000, .burst = 400, .on_outage = on_outage};
  }
  RuleAsk prepare(bool all_back = false) { return holder->prepare(now, ttl, all_back); }
  void answer(const RuleAnswer& what) { holder->on_answer(what, now, now, ttl); }
  void tick(Duration step, const Standing& standing = here) {
    now += step;
    holder->tick(now, standing);
  }

  Instant now{1h};
  quota::Balance balance;
  std::optional<Holder> holder;
};

TEST_F(LeaseHolder, AsksForWhatIsWaitedFor) {
  make(rate());
  EXPECT_EQ(holder->stance(), Stance::ask);
  EXPECT_FALSE(holder->asks(now));
  EXPECT_EQ(holder->renew_at(ttl), Instant::max());
  holder->wait(5);
  holder->wait(3);
  EXPECT_TRUE(holder->asks(now));
  const RuleAsk ask = prepare();
  EXPECT_EQ(ask.id, "t:a/x");
  EXPECT_EQ(ask.pending, 8);
  EXPECT_EQ(ask.least, 3);
  answer({.grant = 8, .remaining = 70});
  EXPECT_EQ(balance.units(), 8);
  EXPECT_EQ(holder->remaining(), 70);
  EXPECT_TRUE(balance.take(5) && balance.take(3));
  holder->end_wait(5);
  holder->end_wait(3);
  const RuleAsk next = prepare();
  EXPECT_EQ(next.got, 8);
  EXPECT_EQ(next.used, 8);
  EXPECT_EQ(next.back, 0);
  EXPECT_EQ(next.pending, 0);
}

TEST_F(LeaseHolder, WantsWhatItSpendsInHalfALease) {
  make(rate());
  holder->wait(1);
  answer({.grant = 70});
  balance.take(1);
  holder->end_wait(1);
  for (int i = 0; i < 20; ++i) {
    tick(50ms);
    balance.take(3);
  }
  const RuleAsk ask = prepare();
  // What it spends in a second, less what it has.
  EXPECT_GE(ask.want, 45 - balance.units());
  EXPECT_LE(ask.want, 75 - balance.units());
}

TEST_F(LeaseHolder, RefusesByItselfAfterARefusal) {
  make(rate());
  holder->wait(5);
  prepare();
  answer({.retry = 100});
  EXPECT_EQ(holder->stance(), Stance::refuse);
  EXPECT_EQ(holder->retry(), 100ms);
  EXPECT_FALSE(holder->asks(now));
  tick(99ms);
  EXPECT_EQ(holder->stance(), Stance::refuse);
  tick(1ms);
  EXPECT_EQ(holder->stance(), Stance::ask);
  EXPECT_TRUE(holder->asks(now));
}

TEST_F(LeaseHolder, TellsCallersOfABudgetWhenItsWindowEnds) {
  make({.kind = HolderTerms::Kind::budget, .limit = 1'000});
  answer({.retry = 1'000, .reset = 3'600'000, .period = 5});
  EXPECT_EQ(holder->retry(), 1h);
  tick(1s);
  EXPECT_EQ(holder->stance(), Stance::ask);
}

TEST_F(LeaseHolder, MovesWhatIsLeftAtTheEndOfItsLease) {
  make(rate());
  answer({.grant = 10});
  balance.take(4);
  EXPECT_EQ(holder->lease_end(), now + ttl - Holder::slack);
  tick(1'899ms);
  EXPECT_EQ(balance.units(), 6);
  tick(1ms);
  EXPECT_EQ(balance.units(), 0);
  EXPECT_EQ(holder->back(), 6);
  balance.give(3);  // an exchange ends that had reserved too much
  tick(50ms);
  EXPECT_EQ(balance.units(), 0);
  const RuleAsk ask = prepare();
  EXPECT_EQ(ask.used, 1);
  EXPECT_EQ(ask.back, 9);
}

TEST_F(LeaseHolder, AGrantThatComesTooLateIsHandedBack) {
  make(rate());
  balance.give(-3);
  const Instant sent = now;
  now += 2s;
  holder->on_answer({.grant = 10}, sent, now, ttl);
  EXPECT_EQ(balance.units(), 0);
  EXPECT_EQ(holder->back(), 7);
  EXPECT_EQ(holder->used(), 3);
}

TEST_F(LeaseHolder, HandsBackWhatWasNotUsedForHalfALease) {
  make(rate());
  tick(1s);
  answer({.grant = 10});
  balance.take(1);
  tick(50ms);
  tick(949ms);
  EXPECT_EQ(prepare().back, 0);
  tick(51ms);
  EXPECT_EQ(prepare().back, 9);
  EXPECT_EQ(balance.units(), 0);
}

TEST_F(LeaseHolder, IsDueAtHalfOfItsLease) {
  make(rate());
  answer({.grant = 10});
  EXPECT_EQ(holder->renew_at(ttl), now + 1s);
  EXPECT_FALSE(holder->is_quiet());
  balance.take(1);
  tick(500ms);
  prepare();  // a request that is not answered renews nothing
  EXPECT_EQ(holder->renew_at(ttl), now + 500ms);
  EXPECT_EQ(prepare(true).back, 9);
  EXPECT_NE(holder->renew_at(ttl), Instant::max());  // until that has arrived
  answer({});
  EXPECT_EQ(holder->renew_at(ttl), Instant::max());
  EXPECT_TRUE(holder->is_quiet());
}

TEST_F(LeaseHolder, DebtIsTold) {
  make(rate());
  answer({.grant = 10});
  balance.take(10);
  balance.give(-5);
  EXPECT_NE(holder->renew_at(ttl), Instant::max());
  const RuleAsk ask = prepare();
  EXPECT_EQ(ask.used, 15);
  answer({.grant = 5});
  EXPECT_EQ(balance.units(), 0);
}

TEST_F(LeaseHolder, ClosedRefusesWhileTheAuthorityIsAway) {
  make(rate(OnOutage::closed));
  answer({.grant = 10});
  tick(50ms, alone);
  EXPECT_EQ(holder->stance(), Stance::refuse);
  EXPECT_EQ(holder->without_answer(), Stance::refuse);
  EXPECT_EQ(balance.units(), 10);  // its lease runs still
  tick(2s, alone);
  EXPECT_EQ(balance.units(), 0);
  tick(1min, alone);
  EXPECT_EQ(balance.units(), 0);
}

TEST_F(LeaseHolder, OpenChargesAllTheSame) {
  make(rate(OnOutage::open));
  tick(50ms, alone);
  EXPECT_EQ(holder->stance(), Stance::charge);
  EXPECT_EQ(holder->without_answer(), Stance::charge);
  balance.give(-5'000);
  const RuleAsk ask = prepare();
  EXPECT_EQ(ask.used, 5'000);
  answer({.grant = 5'000});        // what was told
  EXPECT_EQ(holder->used(), 100);  // what is charged: a proxy's part of the burst
  EXPECT_EQ(holder->back(), 4'900);
  EXPECT_EQ(balance.units(), 0);
}

TEST_F(LeaseHolder, ShareIsItsPartOfTheRateAndOfTheBurst) {
  make(rate());
  tick(50ms, alone);
  EXPECT_EQ(balance.units(), 0);  // it begins empty
  tick(50ms, alone);
  EXPECT_EQ(balance.units(), 1);  // 100 a second / 4, and a fraction
  tick(50ms, alone);
  tick(50ms, alone);
  EXPECT_EQ(balance.units(), 3);
  tick(1min, alone);
  EXPECT_EQ(balance.units(), 100);
  EXPECT_EQ(holder->stance(), Stance::refuse);
}

TEST_F(LeaseHolder, ShareHasPlaceForOneRequest) {
  make({.kind = HolderTerms::Kind::rate,
        .limit = 6'000,
        .burst = 400,
        .on_outage = OnOutage::share});
  holder->wait(300);
  holder->end_wait(300);
  tick(50ms, alone);
  tick(1min, alone);
  EXPECT_EQ(balance.units(), 300);
}

// All that its own bucket lacks, and not what it was refilled meanwhile.
TEST_F(LeaseHolder, ShareIsChargedWhatItsBucketLacks) {
  make(rate());
  tick(50ms, alone);
  for (int i = 0; i < 60; ++i) {
    tick(1s, alone);
    balance.take(25);
  }
  EXPECT_EQ(holder->local(), 1'500);
  EXPECT_EQ(prepare().used, 1'500);
  balance.give(10);  // of an exchange that ended since
  answer({.grant = 1'500});
  EXPECT_EQ(balance.units(), 10);
  EXPECT_EQ(holder->local(), 0);
  EXPECT_EQ(holder->got() - holder->back(), 100);
  EXPECT_EQ(holder->used(), 90);
  EXPECT_EQ(holder->renew_at(ttl) <= now, true);  // what it hands back is told at once
}

TEST_F(LeaseHolder, ShareOfSlotsIsItsPartOfThem) {
  make({.kind = HolderTerms::Kind::slots, .limit = 40, .on_outage = OnOutage::share});
  tick(50ms, alone);
  EXPECT_EQ(balance.units(), 10);
  EXPECT_TRUE(balance.take(4));
  tick(1min, alone);
  EXPECT_EQ(balance.units(), 6);
  tick(50ms);
  EXPECT_EQ(balance.units(), 0);
  const RuleAsk ask = prepare();
  EXPECT_EQ(ask.used, 4);
  answer({.grant = 4});
  EXPECT_EQ(holder->local(), 0);
  balance.give(4);
  EXPECT_EQ(holder->used(), 0);
}

TEST_F(LeaseHolder, SlotsInUseAreRenewedAndTheRestIsHandedBack) {
  make({.kind = HolderTerms::Kind::slots, .limit = 40});
  holder->wait(2);
  EXPECT_EQ(prepare().want, 2);
  answer({.grant = 8});
  EXPECT_TRUE(balance.take(6));
  holder->end_wait(2);
  for (int i = 0; i < 40; ++i) tick(50ms);
  EXPECT_EQ(holder->back(), 2);  // at the end of the lease
  EXPECT_NE(holder->renew_at(ttl), Instant::max());
  balance.give(6);
  tick(50ms);
  const RuleAsk ask = prepare();
  EXPECT_EQ(ask.used + ask.back, 8);
}

TEST_F(LeaseHolder, TheAllowanceIsForAWindowAndForAllProxies) {
  make({.kind = HolderTerms::Kind::budget,
        .limit = 100'000,
        .on_outage = OnOutage::allowance,
        .allowance = 2'000});
  answer({.period = 1});
  tick(50ms, {.is_away = true, .proxies = 0});
  EXPECT_EQ(balance.units(), 0);  // how many there are is not known
  tick(50ms, alone);
  EXPECT_EQ(balance.units(), 500);
  EXPECT_TRUE(balance.take(300));
  tick(1h, alone);
  EXPECT_EQ(balance.units(), 200);
  prepare();
  answer({.grant = 300, .period = 1});
  EXPECT_EQ(balance.units(), 0);
  EXPECT_EQ(holder->used(), 300);
  tick(50ms, alone);
  EXPECT_EQ(balance.units(), 200);  // what is left of it
  tick(50ms);
  answer({.period = 2});
  tick(50ms, alone);
  EXPECT_EQ(balance.units(), 500);
}

TEST_F(LeaseHolder, IsAloneWithARuleThatTheAuthorityDoesNotLend) {
  make(rate());
  holder->wait(1);
  answer({.is_unknown = true});
  EXPECT_EQ(holder->stance(), Stance::refuse);
  tick(50ms);
  tick(50ms);
  EXPECT_EQ(balance.units(), 1);
  EXPECT_FALSE(holder->is_quiet());
  EXPECT_EQ(holder->renew_at(ttl), now - 100ms + 1s);  // it asks again
  answer({.grant = 5});
  EXPECT_EQ(holder->stance(), Stance::ask);
  EXPECT_EQ(balance.units(), 5);
}

TEST_F(LeaseHolder, LetsGoOfItsBalanceAndTakesUpAnother) {
  make(rate());
  answer({.grant = 10});
  balance.take(4);
  balance.give(-8);
  holder->let_go();
  EXPECT_EQ(prepare(true).used, 12);
  balance.give(1'000);
  EXPECT_EQ(prepare(true).used, 12);
  quota::Balance other;
  holder->take_up(other);
  EXPECT_EQ(other.units(), -2);
  answer({.grant = 2});
  EXPECT_EQ(other.units(), 0);
}

}  // namespace
}  // namespace llmgw::lease
