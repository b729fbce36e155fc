// SPDX-License-Identifier: MIT
// Buckets, order, and what becomes of too many groups.
#include "collector/query/usage_count.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace llmgw::collector {
namespace {

constexpr std::int64_t hour = 498'728;  // 2026-11-23T08

UsageCount::CellOfSums cell(std::int64_t at, std::int64_t tenant, std::int64_t requests,
                            std::int64_t outcome_and_class = 7 * 8 + 2) {
  UsageCount::CellOfSums made{at, {tenant, 1, 1, 1, outcome_and_class}};
  made.sums[0] = requests;
  return made;
}

std::string text(std::int64_t number) { return "w" + std::to_string(number); }

TEST(BucketText, IsItsBeginning) {
  EXPECT_EQ(bucket_text(Bucket::hour, bucket_begin(Bucket::hour, hour)), "2026-11-23T08:00:00Z");
  EXPECT_EQ(bucket_text(Bucket::day, bucket_begin(Bucket::day, hour)), "2026-11-23");
  EXPECT_EQ(bucket_text(Bucket::month, bucket_begin(Bucket::month, hour)), "2026-11");
  EXPECT_EQ(bucket_text(Bucket::none, bucket_begin(Bucket::none, hour)), "");
  EXPECT_EQ(bucket_begin(Bucket::day, -1), -24);
  EXPECT_EQ(bucket_begin(Bucket::month, 0), 0);
}

TEST(UsageCount, AddsUpBeyondAWord) {
  const UsageQuery query;
  UsageCount count(query, 7);
  constexpr std::int64_t large = std::numeric_limits<std::int64_t>::max();
  ASSERT_TRUE(count.add(cell(hour, 1, large), 10));
  ASSERT_TRUE(count.add(cell(hour, 2, large), 10));
  const UsageAnswer answer = count.finish(10, text);
  EXPECT_TRUE(answer.totals.of(Sum::requests) == WideInteger{2} * large);
}

TEST(UsageCount, TellsErrors) {
  const UsageQuery query;
  UsageCount count(query, 7);
  for (const std::int64_t each : {7 * 8 + 2, 7 * 8 + 4, 6 * 8 + 2, 6 * 8 + 0})
    count.add(cell(hour, 1, 10, each), 10);
  EXPECT_TRUE(count.finish(10, text).totals.errors == 30);
}

TEST(UsageCount, OrdersByBucketAndThenTheLargest) {
  UsageQuery query;
  query.bucket = Bucket::hour;
  query.group_by = {Dimension::tenant};
  UsageCount count(query, 7);
  count.add(cell(hour + 1, 1, 9), 10);
  count.add(cell(hour, 1, 3), 10);
  count.add(cell(hour, 2, 5), 10);
  count.add(cell(hour, 3, 5), 10);
  const UsageAnswer answer = count.finish(10, text);
  ASSERT_EQ(answer.rows.size(), 4U);
  std::string order;
  for (const UsageRow& each : answer.rows) order += each.groups.front();
  EXPECT_EQ(order, "w2w3w1w1");
}

TEST(UsageCount, PutsTheSmallestTogetherWhereThereAreTooMany) {
  UsageQuery query;
  query.group_by = {Dimension::tenant, Dimension::status_class};
  query.limit = 3;
  query.offset = 2;
  UsageCount count(query, 7);
  for (std::int64_t i = 1; i <= 10; ++i) ASSERT_TRUE(count.add(cell(hour, i, i), 10));
  EXPECT_FALSE(count.add(cell(hour, 11, 1), 10));
  const UsageAnswer answer = count.finish(4, text);
  EXPECT_TRUE(answer.is_truncated);
  EXPECT_EQ(answer.found, 4U);
  ASSERT_EQ(answer.rows.size(), 2U);
  EXPECT_EQ(answer.rows[0].groups, (std::vector<std::string>{"w8", "2xx"}));
  EXPECT_TRUE(answer.rows[1].is_rest);
  EXPECT_TRUE(answer.rows[1].sums.of(Sum::requests) == 1 + 2 + 3 + 4 + 5 + 6 + 7 + 1);
}

}  // namespace
}  // namespace llmgw::collector
