// SPDX-License-Identifier: MIT
// Blanks and tabs on either side, and nothing else.
#include "common/text/trim.hpp"

#include <gtest/gtest.h>

namespace llmgw {
namespace {

TEST(Trim, TakesBlanksAndTabsOffBothSides) {
  EXPECT_EQ(trim(" \t a b\t "), "a b");
  EXPECT_EQ(trim("a"), "a");
  for (const std::string_view blank : {"", " ", "\t", " \t \t"})
    EXPECT_EQ(trim(blank), "") << blank;
}

TEST(Trim, LeavesOtherWhiteSpace) {
  for (const std::string_view text : {"\r\n", "a\n", "\va", "\fa"}) EXPECT_EQ(trim(text), text);
}

}  // namespace
}  // namespace llmgw
