// SPDX-License-Identifier: MIT
// Looking variables up, in a map and in the process.
#include "common/settings/env.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace llmgw {
namespace {

TEST(Environment, FindsWhatAMapHolds) {
  const Environment environment(Environment::Map{{"A", "1"}});
  EXPECT_EQ(environment.find("A"), "1");
  EXPECT_EQ(environment.find("B"), std::nullopt);
}

TEST(Environment, CountsAnEmptyVariableAsUnset) {
  const Environment environment(Environment::Map{{"A", ""}});
  EXPECT_EQ(environment.find("A"), std::nullopt);
}

TEST(Environment, AMapHidesTheProcess) {
  ASSERT_EQ(setenv("LLMGW_TEST_VARIABLE", "here", 1), 0);
  EXPECT_EQ(Environment(Environment::Map{}).find("LLMGW_TEST_VARIABLE"), std::nullopt);
  EXPECT_EQ(Environment::of_process().find("LLMGW_TEST_VARIABLE"), "here");
  ASSERT_EQ(unsetenv("LLMGW_TEST_VARIABLE"), 0);
  EXPECT_EQ(Environment::of_process().find("LLMGW_TEST_VARIABLE"), std::nullopt);
}

}  // namespace
}  // namespace llmgw
