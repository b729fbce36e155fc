// SPDX-License-Identifier: MIT
// Unknown counts stay unknown, given ones stay as given.
#include "proxy/metering/usage.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace llmgw::proxy {
namespace {

Usage of(std::optional<std::uint64_t> prompt, std::optional<std::uint64_t> completion,
         std::optional<std::uint64_t> total) {
  return {prompt, completion, total, std::nullopt, std::nullopt};
}

TEST(UsageCounts, TotalIsDerivedOnlyWhereMissing) {
  EXPECT_EQ(with_total(of(2, 3, std::nullopt)), of(2, 3, 5));
  EXPECT_EQ(with_total(of(12, 1, 303)), of(12, 1, 303));
  EXPECT_EQ(with_total(of(2, std::nullopt, std::nullopt)).total, std::nullopt);
  EXPECT_EQ(with_total(of(std::nullopt, 3, std::nullopt)).total, std::nullopt);
}

TEST(UsageCounts, AreKnownOnceAnyIs) {
  EXPECT_FALSE(is_known({}));
  EXPECT_TRUE(is_known(of(std::nullopt, std::nullopt, 0)));
}

TEST(UsageCounts, SlotsKeepTheLastNumber) {
  CountSlots slots;
  EXPECT_EQ(slots[0], std::nullopt);
  slots.set(0, 5);
  slots.set(0, 0);
  EXPECT_EQ(slots[0], 0u);
  EXPECT_EQ(slots[CountSlots::size - 1], std::nullopt);
}

TEST(UsageCounts, SlotsAddUpPartsUntilTheyAreForgotten) {
  CountSlots slots;
  slots.set(0, 1);
  slots.add(1, 2);
  slots.add(1, 3);
  EXPECT_EQ(slots[1], 5u);
  slots.clear_from(1);
  EXPECT_EQ(slots[1], std::nullopt);
  EXPECT_EQ(slots[0], 1u);
  slots.add(1, 0);
  EXPECT_EQ(slots[1], 0u);
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  slots.add(1, most);
  slots.add(1, most);
  EXPECT_EQ(slots[1], static_cast<std::uint64_t>(most));
  slots.clear_from(CountSlots::size);
}

}  // namespace
}  // namespace llmgw::proxy
