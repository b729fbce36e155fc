// SPDX-License-Identifier: MIT
// Refusals are remembered by model, for a while, and not without end.
#include "proxy/provider/refusals.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;
const Refusals::Clock::time_point start{};

TEST(Refusals, AreKeptByModel) {
  Refusals refusals;
  EXPECT_FALSE(refusals.contains("a", start));
  refusals.add("a", start);
  refusals.add("", start);
  EXPECT_TRUE(refusals.contains("a", start + 1h));
  EXPECT_TRUE(refusals.contains("", start));
  EXPECT_FALSE(refusals.contains("b", start));
}

TEST(Refusals, AreForgottenAfterTheirTime) {
  Refusals refusals;
  refusals.add("a", start);
  EXPECT_TRUE(refusals.contains("a", start + Refusals::lifetime - 1s));
  EXPECT_FALSE(refusals.contains("a", start + Refusals::lifetime));
  refusals.add("a", start + Refusals::lifetime);
  EXPECT_TRUE(refusals.contains("a", start + Refusals::lifetime + 1s));
  EXPECT_EQ(refusals.size(), 1u);
}

TEST(Refusals, TheOneNotUsedForLongestMakesWay) {
  Refusals refusals;
  for (std::size_t i = 0; i < Refusals::capacity; ++i)
    refusals.add(std::to_string(i), start + std::chrono::seconds(i));
  EXPECT_TRUE(refusals.contains("0", start + 30min));
  refusals.add("new", start + 31min);
  EXPECT_EQ(refusals.size(), Refusals::capacity);
  EXPECT_TRUE(refusals.contains("0", start + 31min));
  EXPECT_TRUE(refusals.contains("new", start + 31min));
  EXPECT_FALSE(refusals.contains("1", start + 31min));
}

}  // namespace
}  // namespace llmgw::proxy
