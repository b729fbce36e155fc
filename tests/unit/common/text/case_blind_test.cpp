// SPDX-License-Identifier: MIT
// Of all pairs of bytes only the two cases of a letter are the same.
#include "common/text/case_blind.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmgw {
namespace {

TEST(CaseBlind, OnlyLettersHaveACase) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const bool is_letter = (a >= 'a' && a <= 'z') || (a >= 'A' && a <= 'Z');
      const bool same = a == b || (is_letter && (a ^ b) == 0x20);
      const std::string x{'k', static_cast<char>(a)};
      const std::string y{'K', static_cast<char>(b)};
      EXPECT_EQ(equals_ignoring_case(x, y), same) << a << ' ' << b;
    }
  }
}

TEST(CaseBlind, LengthsCount) {
  EXPECT_TRUE(equals_ignoring_case("", ""));
  EXPECT_FALSE(equals_ignoring_case("close", "clos"));
  EXPECT_FALSE(equals_ignoring_case("", "a"));
}

TEST(CaseBlind, BeginAndEnd) {
  EXPECT_TRUE(starts_ignoring_case("Bearer x", "bearer "));
  EXPECT_TRUE(starts_ignoring_case("x", ""));
  EXPECT_FALSE(starts_ignoring_case("Bear", "bearer "));
  EXPECT_FALSE(starts_ignoring_case("Basic x", "bearer "));
  EXPECT_TRUE(ends_ignoring_case("application/problem+JSON", "+json"));
  EXPECT_TRUE(ends_ignoring_case("+json", "+json"));
  EXPECT_FALSE(ends_ignoring_case("json", "+json"));
  EXPECT_FALSE(ends_ignoring_case("application/json", "+json"));
}

}  // namespace
}  // namespace llmgw
