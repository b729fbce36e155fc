// SPDX-License-Identifier: MIT
// Which parts a question has, and that nothing of it gets into SQL.
#include "collector/query/clickhouse_sums.hpp"

#include <gtest/gtest.h>

namespace llmgw::collector {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

constexpr std::int64_t hour = 3'600'000;

TEST(UsageSql, TakesDaysHoursAndTouchedHours) {
  UsageQuery query;
  query.bucket = Bucket::day;
  query.group_by = {Dimension::model};
  const ClickHouseFilter filter(query.filter);
  const std::string calm = usage_sql(query, {}, filter);
  EXPECT_TRUE(has(calm, "FROM usage_day") && has(calm, "FROM usage_hour"));
  EXPECT_FALSE(has(calm, "FROM event"));
  EXPECT_TRUE(has(calm, "GROUP BY floor(p / 24), k3 LIMIT 100001"));
  const std::string touched = usage_sql(query, {{498'728}, false}, filter);
  EXPECT_TRUE(has(touched, "FROM usage_day") && has(touched, "FROM event FINAL"));
  const std::string all = usage_sql(query, {{}, true}, filter);
  EXPECT_FALSE(has(all, "FROM usage_") || has(all, "{hours:"));
  query.bucket = Bucket::hour;
  EXPECT_FALSE(has(usage_sql(query, {}, filter), "FROM usage_day"));
}

TEST(UsageSql, HasNothingOfACallers) {
  UsageQuery query;
  for (auto& each : query.filter.values) each = {"4xx'); DROP TABLE event"};
  query.filter.visible_tenants = {"x'y"};
  const ClickHouseFilter filter(query.filter);
  const std::string sql = usage_sql(query, {{1}, false}, filter);
  EXPECT_FALSE(has(sql, "DROP") || has(sql, "x'y"));
  for (const std::string_view name : dimension_names)
    EXPECT_TRUE(has(sql, "{f_" + std::string(name) + ":Array(")) << name;
  EXPECT_TRUE(has(sql, "{f_visible:Array(String)}"));
  ServerQuery bound(sql);
  filter.bind(bound);
  const std::string target = bound.target("d", false);
  EXPECT_TRUE(has(target, "&param_f_status_class=%5B4%5D"));
  EXPECT_TRUE(has(target, "&param_f_visible=%5B%27x%5C%27y%27%5D"));
}

TEST(LatencySql, CountsEventsWhereTheTablesDoNotHaveIt) {
  LatencyQuery query;
  query.is_ttft = true;
  const ClickHouseFilter filter(query.filter);
  EXPECT_TRUE(has(latency_sql(query, {}, filter), "kind = 1"));
  EXPECT_FALSE(has(latency_sql(query, {}, filter), "FROM event"));
  const std::string all = latency_sql(query, {{}, true}, filter);
  EXPECT_TRUE(has(all, "ttft_bucket IS NOT NULL"));
  EXPECT_FALSE(has(all, "latency_hour"));
}

TEST(BindSpan, SaysWhichDaysAreWhole) {
  const auto target = [](std::int64_t from, std::int64_t to, bool may_take_days) {
    ServerQuery query("");
    bind_span({from * hour, to * hour}, {{30, 31, 50}, false}, may_take_days, query);
    return query.target("d", false);
  };
  const std::string days = target(23, 73, true);
  EXPECT_TRUE(has(days, "&param_first_day=1&param_last_day=3&"));
  EXPECT_TRUE(has(days, "&param_days=%5B1%2C2%5D&"));
  EXPECT_TRUE(has(days, "&param_hours=%5B30%2C31%2C50%5D&"));
  EXPECT_TRUE(has(target(23, 73, false), "&param_first_day=1&param_last_day=1&"));
  EXPECT_TRUE(has(target(25, 30, true), "&param_first_day=2&param_last_day=2&"));
}

}  // namespace
}  // namespace llmgw::collector
