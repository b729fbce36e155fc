// SPDX-License-Identifier: MIT
// What the courier does next: every situation there is, against tables and rules.
#include "proxy/outbox/plan.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace llmgw::proxy::plan {
namespace {

constexpr std::array phases{Phase::serving, Phase::draining, Phase::out_of_time, Phase::ended};

std::vector<Situation> all_situations() {
  std::vector<Situation> all;
  for (const Phase phase : phases) {
    for (unsigned bits = 0; bits < 16; ++bits) {
      all.push_back({.phase = phase,
                     .disk_fails = (bits & 1) != 0,
                     .collector_fails = (bits & 2) != 0,
                     .is_sending = (bits & 4) != 0,
                     .is_spool_empty = (bits & 8) != 0});
    }
  }
  return all;
}

std::string text_of(const Situation& now) {
  std::string text = "phase " + std::to_string(static_cast<int>(now.phase));
  if (now.disk_fails) text += ", disk fails";
  if (now.collector_fails) text += ", collector fails";
  if (now.is_sending) text += ", sending";
  if (now.is_spool_empty) text += ", spool empty";
  return text;
}

TEST(CourierPlan, DrainsFromTheFirstWordOfAnEndOn) {
  EXPECT_FALSE(is_draining(Phase::serving));
  for (const Phase phase : {Phase::draining, Phase::out_of_time, Phase::ended})
    EXPECT_TRUE(is_draining(phase));
}

TEST(CourierPlan, DeliveryEndsWithTheEventsItServes) {
  struct Row {
    Phase phase;
    Delivery without_spool;
    Delivery while_storing;
    Delivery when_stored;
  };
  using enum Delivery;
  const Row table[] = {
      {Phase::serving, wait_for_events, wait_for_storing, end},
      {Phase::draining, end, wait_for_storing, end},
      {Phase::out_of_time, end, wait_for_storing, end},
      {Phase::ended, end, wait_for_storing, end},
  };
  for (const Row& row : table) {
    EXPECT_EQ(when_idle(row.phase, Storing::none), row.without_spool);
    EXPECT_EQ(when_idle(row.phase, Storing::under_way), row.while_storing);
    EXPECT_EQ(when_idle(row.phase, Storing::ended), row.when_stored);
  }
}

// In one case of all: the disk fails, and a batch is on its way to a collector that takes some.
TEST(CourierPlan, EventsAreHeldBackInOneCaseAlone) {
  for (const Situation& now : all_situations()) {
    const bool expected =
        now.phase == Phase::serving && now.disk_fails && !now.collector_fails && now.is_sending;
    EXPECT_EQ(holds_back(now), expected) << text_of(now);
  }
}

TEST(CourierPlan, WhatTheDiskDoesNotTakeFindsRefuge) {
  struct Row {
    bool disk_fails, collector_fails, is_sending, is_spool_empty;
    Refuge in_time;
    Refuge out_of_time;
  };
  using enum Refuge;
  const Row table[] = {
      {false, false, false, false, drop, drop},  // full, and so on for whatever else
      {false, false, false, true, drop, drop},
      {false, false, true, false, drop, drop},
      {false, false, true, true, drop, drop},
      {false, true, false, false, drop, drop},
      {false, true, false, true, drop, drop},
      {false, true, true, false, drop, drop},
      {false, true, true, true, drop, drop},
      {true, false, false, false, wait, drop},  // behind what is on disk already
      {true, false, false, true, straight, straight},
      {true, false, true, false, wait, drop},
      {true, false, true, true, wait, drop},
      {true, true, false, false, drop, drop},
      {true, true, false, true, straight, straight},
      {true, true, true, false, drop, drop},
      {true, true, true, true, drop, drop},
  };
  for (const Row& row : table) {
    for (const Phase phase : phases) {
      const Situation now{phase, row.disk_fails, row.collector_fails, row.is_sending,
                          row.is_spool_empty};
      const bool has_time = phase < Phase::out_of_time;
      EXPECT_EQ(refuge(now), has_time ? row.in_time : row.out_of_time) << text_of(now);
    }
  }
}

// Else a courier would wait for what does not come: a wait ends only with the batch under way.
TEST(CourierPlan, NobodyWaitsForABatchThatIsNot) {
  for (const Situation& now : all_situations()) {
    const bool will_be_rung = now.is_sending || !now.is_spool_empty;
    EXPECT_TRUE(refuge(now) != Refuge::wait || will_be_rung) << text_of(now);
    EXPECT_TRUE(!holds_back(now) || now.is_sending) << text_of(now);
  }
}

// Order is kept: nothing goes straight on past what came before it.
TEST(CourierPlan, NothingOvertakes) {
  for (const Situation& now : all_situations()) {
    if (refuge(now) != Refuge::straight) continue;
    EXPECT_TRUE(!now.is_sending && now.is_spool_empty) << text_of(now);
  }
}

TEST(CourierPlan, BatchesGatherWhileThereIsNoHurry) {
  for (const Phase phase : phases) {
    for (const Pace pace : {Pace::steady, Pace::urged}) {
      for (const bool was_large : {false, true}) {
        const bool expected = phase == Phase::serving && pace == Pace::steady && !was_large;
        EXPECT_EQ(may_gather(phase, pace, was_large), expected);
      }
    }
  }
}

TEST(CourierPlan, WhatIsLeftIsCountedWhereItIs) {
  EXPECT_EQ(left_over(false, Origin::memory), Term::no_collector);
  EXPECT_EQ(left_over(false, Origin::spool), Term::no_collector);
  EXPECT_EQ(left_over(true, Origin::memory), Term::shutdown);
  EXPECT_EQ(left_over(true, Origin::spool), Term::spooled);
}

}  // namespace
}  // namespace llmgw::proxy::plan
