// SPDX-License-Identifier: MIT
// The window of ids: what it knows, and what it forgets first.
#include "collector/pipeline/recent_ids.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>

namespace llmgw::collector {
namespace {

EventKey key(int number) { return event_key(std::to_string(number)); }

TEST(RecentIds, KnowsWhatWasInserted) {
  RecentIds ids(10);
  EXPECT_FALSE(ids.contains(key(1)));
  ids.insert(key(1));
  EXPECT_TRUE(ids.contains(key(1)));
  EXPECT_FALSE(ids.contains(key(2)));
}

TEST(RecentIds, RemembersTheLastOnesAndForgetsTheOldest) {
  RecentIds ids(3);
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(ids.insert(key(i)));
    for (int j = std::max(0, i - 2); j <= i; ++j) EXPECT_TRUE(ids.contains(key(j))) << i << j;
    EXPECT_FALSE(ids.contains(key(i - 6))) << i;
    EXPECT_LE(ids.size(), 6U);
  }
}

TEST(RecentIds, SaysWhetherAnIdIsNew) {
  RecentIds ids(2);
  EXPECT_TRUE(ids.insert(key(1)));
  EXPECT_FALSE(ids.insert(key(1)));
  EXPECT_TRUE(ids.insert(key(2)));
  EXPECT_FALSE(ids.insert(key(2)));  // the generation is full: that must not make it the older one
  EXPECT_TRUE(ids.insert(key(3)));
  EXPECT_FALSE(ids.insert(key(1)));
  EXPECT_EQ(ids.size(), 3U);
}

TEST(RecentIds, IsMadeAgainOfItsKeys) {
  RecentIds ids(500);
  for (int i = 0; i < 1'234; ++i) ids.insert(key(i));
  RecentIds again(500);
  for (const EventKey& each : ids.keys()) again.insert(each);
  EXPECT_EQ(again.size(), ids.size());
  for (int i = 0; i < 1'234; ++i) EXPECT_EQ(again.contains(key(i)), ids.contains(key(i))) << i;
}

// Against a set that is known to be right; few distinct homes make long runs of neighbours.
TEST(RecentIds, TableAgreesWithAModel) {
  std::minstd_rand random(7);
  KeyTable table;
  std::set<std::uint64_t> model;
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t number = random() % 700 + 1;
    const EventKey some{0, number};
    switch (random() % 3) {
      case 0: EXPECT_EQ(table.insert(some), model.insert(number).second); break;
      case 1: EXPECT_EQ(table.erase(some), model.erase(number) == 1); break;
      default: EXPECT_EQ(table.contains(some), model.contains(number)); break;
    }
    ASSERT_EQ(table.size(), model.size());
  }
  for (std::uint64_t number = 1; number <= 700; ++number)
    EXPECT_EQ(table.contains({0, number}), model.contains(number));
}

}  // namespace
}  // namespace llmgw::collector
