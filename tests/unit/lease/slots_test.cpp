// SPDX-License-Identifier: MIT
// Slots in use outlast their lease only as long as their proxy is heard.
#include "lease/slots.hpp"

#include <gtest/gtest.h>

namespace llmgw::lease {
namespace {

using namespace std::chrono_literals;

class LeaseSlots : public testing::Test {
 protected:
  Grant ask(ProxyNumber proxy, const RuleAsk& what, Instant opens_at = {}) {
    return slots.sync(proxy, ++seq, what, now, 2s, opens_at);
  }

  Instant now{1h};
  Slots slots{10};
  std::uint64_t seq = 0;
};

TEST_F(LeaseSlots, LendsUpToItsCapacity) {
  EXPECT_EQ(ask(1, {.pending = 6}).units, 6);
  EXPECT_EQ(ask(2, {.pending = 4}).units, 4);
  const Grant grant = ask(3, {.pending = 1});
  EXPECT_EQ(grant.units, 0);
  EXPECT_EQ(grant.retry, 100ms);
  EXPECT_EQ(slots.free(), 0);
}

TEST_F(LeaseSlots, CountsThoseInUseUntilTheirEndIsTold) {
  ask(1, {.pending = 6});
  ask(1, {.got = 6, .used = 6});
  EXPECT_EQ(slots.lent(), 6);
  ask(1, {.got = 6, .used = 2, .back = 4});
  EXPECT_EQ(slots.lent(), 2);
  ask(1, {.got = 6, .back = 6});
  EXPECT_EQ(slots.lent(), 0);
}

TEST_F(LeaseSlots, FreesThoseOfASilentProxyAndCountsThemAgainWhenItComesBack) {
  ask(1, {.pending = 6});
  now += 2'020ms;
  EXPECT_EQ(ask(2, {.pending = 8}).units, 8);
  EXPECT_EQ(ask(1, {.got = 6, .used = 6, .pending = 1}).units, 0);
  EXPECT_EQ(slots.free(), -4);
  ask(1, {.got = 6, .back = 6});
  EXPECT_EQ(slots.free(), 2);
}

TEST_F(LeaseSlots, TakesBackALostAnswerAndCountsWhatWasUsedWithoutOne) {
  ask(1, {.pending = 6});
  EXPECT_EQ(ask(1, {.pending = 6}).units, 6);
  EXPECT_EQ(slots.lent(), 6);
  EXPECT_EQ(ask(2, {.used = 3}).units, 3);  // its own share, while it was away
  EXPECT_EQ(slots.lent(), 9);
}

TEST_F(LeaseSlots, OpensAfterARestartAndKnowsThenWhatIsInUse) {
  const Instant opens_at = now + 2s;
  EXPECT_EQ(ask(1, {.got = 7, .used = 7, .pending = 1}, opens_at).retry, 2s);
  now = opens_at;
  EXPECT_EQ(ask(2, {.pending = 4}, opens_at).units, 0);
  EXPECT_EQ(ask(2, {.pending = 3}, opens_at).units, 3);
}

TEST_F(LeaseSlots, ForgetsWhoLeftAndIsIdleThen) {
  ask(1, {.pending = 6});
  slots.leave(1);
  EXPECT_EQ(slots.free(), 10);
  EXPECT_TRUE(slots.is_idle());
  ask(2, {.pending = 1});
  slots.set_capacity(3);
  EXPECT_EQ(slots.free(), 2);
  now += 2min;
  slots.advance(now);
  EXPECT_TRUE(slots.is_idle());
}

TEST_F(LeaseSlots, AnswersARuleListedTwiceOnce) {
  EXPECT_EQ(slots.sync(1, 5, {.pending = 2}, now, 2s, {}).units, 2);
  EXPECT_EQ(slots.sync(1, 5, {.pending = 2}, now, 2s, {}).units, 0);
}

}  // namespace
}  // namespace llmgw::lease
