// SPDX-License-Identifier: MIT
// Money, numbers of any size, and cells that are no formulas.
#include "collector/query/format.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace llmgw::collector {
namespace {

constexpr WideInteger large = std::numeric_limits<std::int64_t>::max();

TEST(MicroUsd, RoundsHalfToEven) {
  const std::pair<WideInteger, WideInteger> cases[] = {
      {0, 0},     {499, 0},   {500, 0},   {501, 1},   {999, 1},
      {1'000, 1}, {1'500, 2}, {2'500, 2}, {2'501, 3}, {3'500, 4},
  };
  for (const auto& [nano, micro] : cases)
    EXPECT_TRUE(micro_usd(nano) == micro) << static_cast<int>(nano);
}

TEST(Decimal, WritesMoreThanAWord) {
  EXPECT_EQ(decimal(0), "0");
  EXPECT_EQ(decimal(-12), "-12");
  EXPECT_EQ(decimal(large * 1'000), "9223372036854775807000");
}

TEST(UsageCsv, MakesTextsOfFormulasAndQuotesWhatHasTo) {
  UsageQuery query;
  query.group_by = {Dimension::tenant, Dimension::model};
  UsageRow row{.groups = {"=1+1", "a,\"b\"\r\n"}};
  const std::string line = usage_csv_row(query, row);
  EXPECT_TRUE(line.starts_with("'=1+1,\"a,\"\"b\"\"\r\n\",0,0,")) << line;
  EXPECT_TRUE(line.ends_with("\r\n"));
  const std::string head = usage_csv_head(query);
  EXPECT_TRUE(head.starts_with("tenant,model,requests,errors,prompt_tokens,")) << head;
}

TEST(UsageJson, HasNoCostWhereNothingHasAPrice) {
  UsageQuery query;
  UsageRow row;
  row.sums.values[0] = 2;  // requests
  row.sums.values[static_cast<std::size_t>(Sum::unpriced)] = 2;
  EXPECT_NE(usage_row_json(query, row).find("\"cost_micro_usd\":null"), std::string::npos);
  row.sums.values[static_cast<std::size_t>(Sum::unpriced)] = 1;
  row.sums.values[static_cast<std::size_t>(Sum::cost_nano_usd)] = 2'500;
  EXPECT_NE(usage_row_json(query, row).find("\"cost_micro_usd\":2,"), std::string::npos);
}

TEST(TimeText, IsBoundedByWhatCanBeWritten) {
  EXPECT_EQ(time_text(1'795'422'600'123), "2026-11-23T08:30:00.123Z");
  EXPECT_EQ(time_text(-5), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(time_text(std::numeric_limits<std::int64_t>::max()), "9999-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace llmgw::collector
