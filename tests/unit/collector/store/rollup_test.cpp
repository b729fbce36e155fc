// SPDX-License-Identifier: MIT
// What an event adds to which sums.
#include "collector/store/rollup.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace llmgw::collector {
namespace {

constexpr std::int64_t hour = 3'600'000;
constexpr std::int64_t day = 24 * hour;

EventRow row_at(std::int64_t time) {
  EventRow row;
  row[Column::ts] = {true, time, {}};
  row[Column::latency] = {true, 2'000, {}};
  return row;
}

std::int64_t sum(const Sums& sums, Sum which) { return sums[static_cast<std::size_t>(which)]; }

TEST(Period, IsThatOfUtc) {
  EXPECT_EQ(hour_of(0), 0);
  EXPECT_EQ(hour_of(hour - 1), 0);
  EXPECT_EQ(hour_of(hour), 1);
  EXPECT_EQ(hour_of(-1), -1);
  EXPECT_EQ(hour_of(-hour), -1);
  EXPECT_EQ(hour_of(-hour - 1), -2);
  EXPECT_EQ(day_of(-day), -1);
  EXPECT_EQ(day_of(day), 1);
}

TEST(Sums, TellReportedTokensFromThoseThatNobodyReported) {
  EventRow row = row_at(0);
  Sums none = sums_of(row);
  EXPECT_EQ(sum(none, Sum::requests), 1);
  EXPECT_EQ(sum(none, Sum::no_usage), 1);
  EXPECT_EQ(sum(none, Sum::unpriced), 1);
  EXPECT_EQ(sum(none, Sum::ttft_n), 0);
  row[Column::prompt_tokens] = {true, 0, {}};
  row[Column::cost_nano_usd] = {true, 0, {}};
  row[Column::ttft] = {true, 0, {}};
  const Sums some = sums_of(row);
  EXPECT_EQ(sum(some, Sum::no_usage), 0);
  EXPECT_EQ(sum(some, Sum::unpriced), 0);
  EXPECT_EQ(sum(some, Sum::ttft_n), 1);
}

TEST(Sums, StayAtTheirLargest) {
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  Sums sums{};
  sums[1] = largest - 1;
  Sums more{};
  more[0] = 5;
  more[1] = 2;
  add_to(sums, more);
  EXPECT_EQ(sums[0], 5);
  EXPECT_EQ(sums[1], largest);
  add_to(sums, more);
  EXPECT_EQ(sums[1], largest);
}

TEST(Rollup, AddsUpByHourDayAndClassOfTimes) {
  Rollup rollup;
  const Series one{1, 2, 3, 4, 5};
  const Series other{1, 2, 3, 4, 6};
  rollup.add(row_at(0), one);
  rollup.add(row_at(hour - 1), one);
  rollup.add(row_at(hour), one);
  rollup.add(row_at(day), other);
  EXPECT_EQ(rollup.hours().size(), 3U);
  EXPECT_EQ(sum(rollup.hours().at({0, one}), Sum::requests), 2);
  EXPECT_EQ(sum(rollup.hours().at({1, one}), Sum::requests), 1);
  EXPECT_EQ(sum(rollup.hours().at({24, other}), Sum::latency_us), 2'000);
  EXPECT_EQ(sum(rollup.days().at({0, one}), Sum::requests), 3);
  EXPECT_EQ(sum(rollup.days().at({1, other}), Sum::requests), 1);
  EXPECT_EQ(rollup.latencies().at({0, 3, 4, latency_kind, 4}), 2);
  EXPECT_EQ(rollup.latencies().size(), 3U);  // no ttft
  rollup.clear();
  EXPECT_TRUE(rollup.hours().empty() && rollup.days().empty() && rollup.latencies().empty());
}

TEST(OutcomeClass, KeepsBoth) {
  EXPECT_EQ(outcome_class(7, 0), 56);
  EXPECT_EQ(outcome_class(7, 200), 58);
  EXPECT_EQ(outcome_class(7, 599), 61);
}

}  // namespace
}  // namespace llmgw::collector
