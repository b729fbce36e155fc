// SPDX-License-Identifier: MIT
// Units that are free, lent, spent, lost on the way, late and owed; never more than the burst.
#include "lease/bucket.hpp"

#include <gtest/gtest.h>

#include <random>

namespace llmgw::lease {
namespace {

using namespace std::chrono_literals;

constexpr Duration ttl = 2s;

// 10 units a second, 100 at once; full.
class LeaseBucket : public testing::Test {
 protected:
  Grant ask(ProxyNumber proxy, const RuleAsk& what, Instant opens_at = {}) {
    const Grant grant = bucket.sync(proxy, ++seq, what, now, ttl, opens_at);
    EXPECT_LE(bucket.free() + bucket.lent(), bucket.rate().burst);
    return grant;
  }

  Instant now{1h};
  Bucket bucket{{600, 1min, 100}, now - 1min};
  std::uint64_t seq = 0;
};

TEST_F(LeaseBucket, LendsWhatIsWaitedForAndWhatIsFair) {
  EXPECT_EQ(ask(1, {.pending = 3}).units, 3);
  EXPECT_EQ(bucket.free(), 97);
  EXPECT_EQ(bucket.lent(), 3);
  EXPECT_EQ(ask(2, {.pending = 1, .want = 50}).units, 24);  // 97 / (2 * 2)
  EXPECT_EQ(ask(3, {.want = 5}).units, 5);                  // no more than is wanted
}

TEST_F(LeaseBucket, GivesNothingWhereItIsNotEnough) {
  ask(1, {.pending = 95});
  const Grant grant = ask(2, {.pending = 6});
  EXPECT_EQ(grant.units, 0);
  EXPECT_EQ(grant.remaining, 5);
  EXPECT_EQ(grant.retry, 100ms);  // the sixth is there in 100 ms
  EXPECT_EQ(ask(3, {.pending = 16}).retry, 1'100ms);
  EXPECT_EQ(ask(4, {.pending = 6, .least = 5}).units, 5);  // of several that wait, some
}

TEST_F(LeaseBucket, FillsByTheClockAndKeepsNoFractionWhenFull) {
  ask(1, {.pending = 100});
  ask(1, {.got = 100, .used = 100});
  now += 149ms;
  bucket.advance(now);
  EXPECT_EQ(bucket.free(), 1);
  now += 51ms;
  bucket.advance(now);
  EXPECT_EQ(bucket.free(), 2);
  now += 1h;
  bucket.advance(now);
  EXPECT_EQ(bucket.free(), 100);
  EXPECT_EQ(ask(1, {.got = 100, .used = 100, .pending = 100}).units, 100);
  now += 99ms;
  bucket.advance(now);
  EXPECT_EQ(bucket.free(), 0);
}

TEST_F(LeaseBucket, IsFullWithWhatIsLent) {
  ask(1, {.pending = 60});
  now += 1s;
  EXPECT_EQ(ask(1, {.got = 60}).remaining, 40);  // held, so there is no place
  now += 1s;
  EXPECT_EQ(ask(1, {.got = 60, .used = 60}).remaining, 40);
  now += 1s;
  EXPECT_EQ(ask(1, {.got = 60, .used = 60}).remaining, 50);
}

TEST_F(LeaseBucket, TakesBackWhatALostAnswerGranted) {
  EXPECT_EQ(ask(1, {.pending = 40}).units, 40);
  EXPECT_EQ(ask(1, {.pending = 40}).units, 40);  // got says that it has nothing
  EXPECT_EQ(bucket.lent(), 40);
  EXPECT_EQ(bucket.free(), 60);
}

TEST_F(LeaseBucket, TakesBackWhatIsHandedBack) {
  ask(1, {.pending = 40});
  ask(1, {.got = 40, .used = 10, .back = 30});
  EXPECT_EQ(bucket.free(), 90);
  EXPECT_EQ(bucket.lent(), 0);
  ask(1, {.got = 40, .used = 10, .back = 1'000});  // more than there was: nothing is made of it
  EXPECT_LE(bucket.free(), 90);
}

TEST_F(LeaseBucket, ALeaseThatEndsUnheardIsSpent) {
  ask(1, {.pending = 100});
  now += 2'019ms;
  bucket.advance(now);
  EXPECT_EQ(bucket.lent(), 100);
  now += 1ms;
  bucket.advance(now);
  EXPECT_EQ(bucket.lent(), 0);
  EXPECT_EQ(bucket.free(), 0);
  now += 1s;
  bucket.advance(now);
  EXPECT_EQ(bucket.free(), 10);
}

TEST_F(LeaseBucket, WhatComesLateFindsThePlaceThatIsLeft) {
  ask(1, {.pending = 100});
  now += 3s;  // 980 ms of filling: 9 units
  EXPECT_EQ(ask(1, {.got = 100, .used = 20, .back = 80}).remaining, 89);
  ask(1, {.got = 100, .used = 20, .back = 80});
  EXPECT_EQ(bucket.free(), 89);
}

// Full again, and emptied by another one: now there is no place, and was none in between.
TEST_F(LeaseBucket, WhatComesTooLateIsGone) {
  ask(1, {.pending = 100});
  now += 15s;
  EXPECT_EQ(ask(2, {.pending = 100}).units, 100);
  ask(2, {.got = 100, .used = 100});
  EXPECT_EQ(bucket.free(), 0);
  ask(1, {.got = 100, .back = 100});
  EXPECT_EQ(bucket.free(), 0);
}

TEST_F(LeaseBucket, DebtIsPaidFirst) {
  ask(1, {.pending = 40});
  const Grant grant = ask(1, {.got = 40, .used = 55, .pending = 10});
  EXPECT_EQ(grant.units, 25);  // 15 of them owed
  EXPECT_EQ(bucket.free(), 35);
  EXPECT_EQ(ask(2, {.used = 500, .pending = 1}).units, 500);
  EXPECT_EQ(bucket.free(), -465);
  EXPECT_EQ(ask(3, {.pending = 1}).retry, 46'600ms);
}

TEST_F(LeaseBucket, DebtOfALostAnswerIsChargedOnce) {
  EXPECT_EQ(ask(1, {.used = 30}).units, 30);
  EXPECT_EQ(ask(1, {.used = 30}).units, 30);
  EXPECT_EQ(bucket.free(), 70);
}

// What was reserved and is not used after all raises what is held: there is no place for both.
TEST_F(LeaseBucket, WhatIsGivenBackIsCutByTheBurst) {
  ask(1, {.pending = 100});
  ask(1, {.got = 100, .used = 100});
  now += 5s;
  ask(2, {.pending = 50});
  ask(1, {.got = 100, .used = 0});
  EXPECT_EQ(bucket.lent(), 150);
  EXPECT_EQ(bucket.free(), -50);
}

TEST_F(LeaseBucket, AnUnknownProxyAnnouncesWhatItHas) {
  ask(7, {.got = 1'000, .used = 930, .back = 40});
  EXPECT_EQ(bucket.lent(), 30);
  EXPECT_EQ(bucket.free(), 70);
}

TEST_F(LeaseBucket, LendsNothingBeforeItOpensAndFillsNothing) {
  const Instant opens_at = now + 2s;
  ask(1, {.pending = 50});
  ask(1, {.got = 50, .used = 50});
  const Grant grant = ask(1, {.got = 50, .used = 60, .pending = 1}, opens_at);
  EXPECT_EQ(grant.units, 10);
  EXPECT_EQ(grant.retry, 2s);
  now = opens_at;
  bucket.advance(now);
  EXPECT_EQ(bucket.free(), 40);
}

TEST_F(LeaseBucket, ARuleListedTwiceIsAnsweredOnce) {
  EXPECT_EQ(bucket.sync(1, 5, {.pending = 10}, now, ttl, {}).units, 10);
  EXPECT_EQ(bucket.sync(1, 5, {.pending = 10}, now, ttl, {}).units, 0);
}

TEST_F(LeaseBucket, KeepsWhatItHasWhenItsRateChanges) {
  ask(1, {.pending = 30});
  bucket.set_rate({600, 1min, 50}, now);
  EXPECT_EQ(bucket.free(), 20);
  bucket.set_rate({600, 1min, 20}, now);
  EXPECT_EQ(bucket.free(), -10);
  bucket.set_rate({600, 1min, 1'000}, now);
  EXPECT_EQ(bucket.free(), -10);
}

TEST_F(LeaseBucket, ForgetsWhoLeftAndWhoWasSilentForLong) {
  ask(1, {.pending = 30});
  bucket.leave(1, now);
  EXPECT_EQ(bucket.lent(), 0);
  EXPECT_EQ(bucket.free(), 70);
  bucket.leave(1, now);
  ask(2, {});
  EXPECT_FALSE(bucket.is_idle());
  now += 2min;
  bucket.advance(now);
  EXPECT_TRUE(bucket.is_idle());
}

TEST_F(LeaseBucket, HasNoNumberThatIsTooLarge) {
  constexpr Units most = most_units;
  for (int i = 0; i < 50; ++i) {
    ask(static_cast<ProxyNumber>(i), {.got = most, .pending = most, .want = most});
    ask(static_cast<ProxyNumber>(i), {.used = most, .back = most, .pending = most});
    now += 3s;
  }
  EXPECT_GE(bucket.free(), -most);
}

// Any words of any proxies, honest or not, in any order.
TEST_F(LeaseBucket, NeverLendsMoreThanItHas) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200'000; ++i) {
    const auto below = [&](Units most) {
      return static_cast<Units>(random() % static_cast<std::uint64_t>(most));
    };
    now += std::chrono::milliseconds(below(100));
    ask(static_cast<ProxyNumber>(below(5)), {.got = below(300),
                                             .used = below(300),
                                             .back = below(300),
                                             .pending = below(20),
                                             .least = below(3),
                                             .want = below(60)});
    if (below(1'000) == 0) bucket.set_rate({600, 1min, 1 + below(200)}, now);
    if (below(100) == 0) bucket.leave(static_cast<ProxyNumber>(below(5)), now);
    ASSERT_LE(bucket.free() + bucket.lent(), bucket.rate().burst);
    ASSERT_GE(bucket.lent(), 0);
  }
}

}  // namespace
}  // namespace llmgw::lease
