// SPDX-License-Identifier: MIT
// The tables of a store are what they were when they were released.
#include "collector/clickhouse/tables.hpp"

#include <gtest/gtest.h>

#include "collector/clickhouse/sums_sql.hpp"
#include "collector/store/rollup.hpp"

namespace llmgw::collector {
namespace {

const TableForm& form(std::string_view name) {
  for (const TableForm& each : schema_steps().front().tables)
    if (each.name == name) return each;
  throw std::invalid_argument("no such table");
}

// A step that was released never changes: its digest is in the stores that have it.
TEST(Tables, OfTheFirstStepDoNotChange) {
  ASSERT_EQ(schema_steps().size(), 1U);
  EXPECT_EQ(schema_steps().front().number, 1);
  EXPECT_EQ(digest_of(schema_steps().front()),
            "3a08d15c4f7c0ff478511e3f46803f93d24d5a42b2405d8ae258a36ac4ea6e0c");
}

TEST(Tables, AreOfOneServer) {
  const auto sql = create_sql(form("touched"), *parse_clickhouse_url("clickhouse://h/db"));
  EXPECT_EQ(sql,
            std::vector<std::string>{
                "CREATE TABLE IF NOT EXISTS touched (hour Int64, writer UInt64, is_done UInt8, "
                "version UInt64) ENGINE = ReplacingMergeTree(version) PARTITION BY tuple() "
                "ORDER BY (hour, writer) SETTINGS index_granularity = 8192, "
                "non_replicated_deduplication_window = 10000"});
}

TEST(Tables, AreOfACluster) {
  const auto url = *parse_clickhouse_url("clickhouse://h/db?cluster=main");
  const auto sql = create_sql(form("touched"), url);
  ASSERT_EQ(sql.size(), 2U);
  EXPECT_NE(sql[0].find("touched_local ON CLUSTER `main` ("), std::string::npos);
  EXPECT_NE(sql[0].find("ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/db/touched_local'"
                        ", '{replica}', version)"),
            std::string::npos);
  EXPECT_EQ(sql[1],
            "CREATE TABLE IF NOT EXISTS touched ON CLUSTER `main` AS touched_local ENGINE = "
            "Distributed(`main`, `db`, touched_local, cityHash64(hour))");
  EXPECT_EQ(drop_sql("event", 2970, url),
            "ALTER TABLE event_local ON CLUSTER `main` DROP PARTITION 2970");
}

TEST(Tables, HaveAColumnForEachFieldAndSum) {
  const std::string columns = ", " + std::string(form("event").columns);
  for (const StoredField& each : stored_fields) {
    if (each.column.empty()) continue;
    EXPECT_NE(columns.find(", " + std::string(each.column) + " "), std::string::npos)
        << each.column;
  }
  for (const std::string_view each : sum_columns)
    EXPECT_NE(form("usage_day").columns.find(", " + std::string(each) + " Int64"),
              std::string::npos)
        << each;
}

TEST(SumsSql, HasEachSumInItsOrder) {
  EXPECT_TRUE(
      sums_of_events_sql().starts_with("toInt128(count()) AS s0, sum(toInt128(ifNull("
                                       "prompt_tokens, 0))) AS s1, "));
  EXPECT_TRUE(sums_of_sums_sql().ends_with("sum(toInt128(response_bytes)) AS s13"));
}

}  // namespace
}  // namespace llmgw::collector
