// SPDX-License-Identifier: MIT
// What cools, for how long, and how it comes back. The clock is the test's.
#include "proxy/route/cooling.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;
using Clock = Cooling::Clock;

class CoolingTest : public testing::Test {
 protected:
  void note(Cause cause, std::optional<std::chrono::nanoseconds> wait = std::nullopt,
            bool is_probe = false) {
    target_->note(cause, wait, now_, terms_, is_probe);
  }
  bool is_free() const { return target_->is_free(now_); }
  bool admit() {
    bool is_probe = false;
    const bool is_let_in = target_->admit(now_, terms_, is_probe);
    was_probe_ = is_probe;
    return is_let_in;
  }
  // How long it cools from now on, to the second.
  std::chrono::seconds rest() const {
    return std::chrono::ceil<std::chrono::seconds>(target_->state(now_).until - now_);
  }

  CoolingBook book_;
  std::shared_ptr<TargetCooling> target_ = book_.of("p", "k", "m");
  CooldownSettings terms_;
  Clock::time_point now_ = Clock::now();
  bool was_probe_ = false;
};

TEST_F(CoolingTest, ALimitWithAWaitCoolsForThatLong) {
  note(Cause::rate_limit, 7s);
  EXPECT_FALSE(is_free());
  now_ += 7s - 1ns;
  EXPECT_FALSE(is_free());
  now_ += 1ns;
  EXPECT_TRUE(admit());
  EXPECT_FALSE(was_probe_);  // a limit ends by itself
  note(Cause::rate_limit, 1h);
  EXPECT_EQ(rest(), 300s);  // at most `longest`
}

// T3: a shorter wait that is said later does not end a longer one, nor the reverse.
TEST_F(CoolingTest, T3TheLaterEndHolds) {
  note(Cause::rate_limit, 60s);
  note(Cause::rate_limit, 1s);
  EXPECT_EQ(rest(), 60s);
  note(Cause::rate_limit, 90s);
  EXPECT_EQ(rest(), 90s);
}

TEST_F(CoolingTest, ALimitWithoutAWaitDoublesUntilItWorksAgain) {
  for (const auto& expected : {10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
    note(Cause::rate_limit);
    EXPECT_EQ(rest(), expected);
    now_ += rest();
  }
  note(Cause::none);
  note(Cause::rate_limit);
  EXPECT_EQ(rest(), 10s);
}

// T4: so many failures in the window and nobody is let through, to the nanosecond.
TEST_F(CoolingTest, T4FailuresOpenAndOneProbeComesBack) {
  for (int i = 0; i < 4; ++i) note(Cause::server_error);
  EXPECT_TRUE(is_free());
  note(Cause::timeout);
  EXPECT_FALSE(is_free());
  now_ += 10s - 1ns;
  EXPECT_FALSE(admit());
  now_ += 1ns;
  EXPECT_TRUE(target_->state(now_).is_half_open);
  EXPECT_TRUE(admit());
  EXPECT_TRUE(was_probe_);
  EXPECT_FALSE(admit());  // T9: one at a time
  note(Cause::unsent, std::nullopt, true);
  EXPECT_EQ(rest(), 20s);
  now_ += 20s;
  EXPECT_TRUE(admit());
  note(Cause::none, std::nullopt, true);
  EXPECT_TRUE(admit());
  EXPECT_FALSE(was_probe_);
  EXPECT_TRUE(admit());
}

TEST_F(CoolingTest, AProbeThatNeverTellsIsFollowedByAnother) {
  for (int i = 0; i < 5; ++i) note(Cause::reset);
  now_ += 10s;
  EXPECT_TRUE(admit());
  now_ += 10s;
  EXPECT_TRUE(admit());
  EXPECT_TRUE(was_probe_);
}

TEST_F(CoolingTest, FailuresCountWithinTheirWindowAndUntilASuccess) {
  for (int i = 0; i < 20; ++i) {
    note(Cause::server_error);
    now_ += 8s;
  }
  EXPECT_TRUE(is_free());
  now_ += 1min;
  for (int i = 0; i < 20; ++i) {
    note(Cause::server_error);
    if (i % 4 == 3) note(Cause::none);
  }
  EXPECT_TRUE(is_free());
  terms_.failures = 0;
  for (int i = 0; i < 20; ++i) note(Cause::server_error);
  EXPECT_TRUE(is_free());
}

TEST_F(CoolingTest, WhatClientsGetWrongIsNoFailure) {
  for (int i = 0; i < 20; ++i) note(Cause::context);
  EXPECT_TRUE(is_free());
}

TEST_F(CoolingTest, ARefusedKeyCoolsAllTargetsOfItsUntilTheSettingsAreReadAgain) {
  const auto other_model = book_.of("p", "k", "other");
  const auto other_key = book_.of("p", "l", "m");
  note(Cause::key);
  EXPECT_FALSE(is_free());
  EXPECT_FALSE(other_model->is_free(now_));
  EXPECT_TRUE(other_key->is_free(now_));
  EXPECT_EQ(rest(), 300s);
  book_.renew();
  EXPECT_TRUE(is_free());
}

TEST_F(CoolingTest, AnUnknownModelCoolsByEveryKey) {
  const auto other_key = book_.of("p", "l", "m");
  note(Cause::not_found);
  EXPECT_FALSE(other_key->is_free(now_));
  EXPECT_TRUE(book_.of("p", "k", "other")->is_free(now_));
}

TEST_F(CoolingTest, SettingsThatAreReadAgainChangeNothingElse) {
  note(Cause::rate_limit, 60s);
  book_.of("p", "gone", "m");
  EXPECT_EQ(book_.all().size(), 2u);
  book_.renew();
  EXPECT_EQ(book_.all().size(), 1u);  // what nobody holds is forgotten
  EXPECT_EQ(book_.of("p", "k", "m"), target_);
  EXPECT_EQ(rest(), 60s);
  EXPECT_EQ(book_.all().front().target, "k/m");
}

TEST_F(CoolingTest, OfManyThreadsOneIsTheProbe) {
  for (int round = 0; round < 50; ++round) {
    Cooling one;
    one.note_failure(now_, {.failures = 1}, false);
    const auto later = now_ + 11s;
    std::atomic<int> let_in{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        bool is_probe = false;
        if (one.admit(later, 10s, is_probe)) ++let_in;
      });
    threads.clear();
    EXPECT_EQ(let_in, 1);
  }
}

}  // namespace
}  // namespace llmgw::proxy
