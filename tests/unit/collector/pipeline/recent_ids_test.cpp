// SPDX-License-Identifier: MIT
// The window of ids: what it knows, and what it forgets first.
#include "collector/pipeline/recent_ids.hpp"

#include <gtest/gtest.h>

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

TEST(RecentIds, ForgetsTheOldest) {
  RecentIds ids(3);
  for (int i = 0; i < 5; ++i) ids.insert(key(i));
  EXPECT_EQ(ids.size(), 3U);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ids.contains(key(i)), i >= 2) << i;
}

TEST(RecentIds, CountsAnIdOnce) {
  RecentIds ids(2);
  ids.insert(key(1));
  ids.insert(key(1));
  ids.insert(key(2));
  EXPECT_TRUE(ids.contains(key(1)));
  EXPECT_EQ(ids.size(), 2U);
}

TEST(RecentIds, KeepsItsSizeOverManyTurns) {
  constexpr int capacity = 1'000;
  RecentIds ids(capacity);
  for (int i = 0; i < 20 * capacity; ++i) {
    ids.insert(key(i));
    ASSERT_TRUE(ids.contains(key(i)));
    ASSERT_EQ(ids.contains(key(i - capacity)), false);
  }
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(capacity));
}

}  // namespace
}  // namespace llmgw::collector
