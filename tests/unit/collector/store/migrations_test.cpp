// SPDX-License-Identifier: MIT
// Which steps are due, and whose tables are refused.
#include "collector/store/migrations.hpp"

#include <gtest/gtest.h>

namespace llmgw::collector {
namespace {

constexpr Migration steps[] = {{1, "first", "CREATE a"}, {2, "second", "CREATE b"}};

std::vector<std::int64_t> left(std::vector<TakenStep> taken) {
  std::vector<std::int64_t> numbers;
  const auto due = steps_left(steps, taken);
  EXPECT_TRUE(due);
  for (const Migration* each : *due) numbers.push_back(each->number);
  return numbers;
}

TEST(Migrations, AreTakenFromWhereTheyStopped) {
  EXPECT_EQ(left({}), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(left({{1, digest_of(steps[0])}}), (std::vector<std::int64_t>{2}));
  EXPECT_TRUE(left({{1, digest_of(steps[0])}, {2, digest_of(steps[1])}}).empty());
}

TEST(Migrations, RefuseWhatOthersHaveDone) {
  const auto fault = [](std::vector<TakenStep> taken) { return steps_left(steps, taken).error(); };
  EXPECT_EQ(fault({{1, digest_of(steps[1])}}), StoreFault::migration_changed);
  EXPECT_EQ(fault({{0, ""}}), StoreFault::migration_changed);
  EXPECT_EQ(fault({{3, ""}}), StoreFault::newer_schema);
}

}  // namespace
}  // namespace llmgw::collector
