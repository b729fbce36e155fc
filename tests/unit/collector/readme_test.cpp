// SPDX-License-Identifier: MIT
// The README's table of settings is the one that the program reads.
#include <gtest/gtest.h>

#include "collector/config.hpp"
#include "common/cli.hpp"
#include "common/read_file.hpp"

namespace llmgw::collector {
namespace {

TEST(Readme, HoldsTheTableOfSettings) {
  const auto readme = read_file(LLMGW_SOURCE_DIR "/README.md");
  ASSERT_TRUE(readme.has_value());
  const std::string table = cli::markdown_table(variables());
  EXPECT_NE(readme->find(table), readme->npos) << "README.md should hold:\n" << table;
}

}  // namespace
}  // namespace llmgw::collector
