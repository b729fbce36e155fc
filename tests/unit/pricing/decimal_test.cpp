// SPDX-License-Identifier: MIT
// What is a decimal, exactly how much it is, and that each is spelt so that it is read back.
#include "pricing/decimal.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <utility>
#include <vector>

namespace llmgw::pricing {
namespace {

TEST(Decimal, IsReadExactly) {
  const std::vector<std::pair<std::string_view, Millionths>> cases{
      {"0", 0},
      {"3", 3'000'000},
      {"0.15", 150'000},
      {"0.60", 600'000},
      {"0.1", 100'000},
      {"0.000001", 1},
      {"2.500000", 2'500'000},
      {"007.5", 7'500'000},
      {"0.29", 290'000},  // no double is
      {"1000000", most_millionths},
      {"999999.999999", most_millionths - 1},
  };
  for (const auto& [text, value] : cases) EXPECT_EQ(parse_decimal(text), value) << text;
}

TEST(Decimal, IsNothingElse) {
  for (const std::string_view text : {"",          ".",
                                      ".5",        "5.",
                                      "-1",        "+1",
                                      "1e3",       "1,5",
                                      "0.0000001", "1.2.3",
                                      " 1",        "1 ",
                                      "0x10",      "1000000.000001",
                                      "1000001",   "18446744073709551616",
                                      "nan",       "1.-5",
                                      "1.+5",      "1. 5",
                                      "٣"})
    EXPECT_FALSE(parse_decimal(text)) << text;
}

TEST(Decimal, IsSpeltAsItIsRead) {
  EXPECT_EQ(format_decimal(0), "0");
  EXPECT_EQ(format_decimal(150'000), "0.15");
  EXPECT_EQ(format_decimal(3'000'000), "3");
  EXPECT_EQ(format_decimal(10'000'001), "10.000001");
  for (Millionths value = 1; value < most_millionths; value = value * 3 + value % 7)
    EXPECT_EQ(parse_decimal(format_decimal(value)), value);
}

TEST(Decimal, FormSaysWhatItIs) {
  const std::regex pattern{std::string(decimal_form.pattern)};
  for (const std::string text : {"0", "0.15", "12.345678"}) {
    EXPECT_TRUE(decimal_form.fits(text));
    EXPECT_TRUE(std::regex_search(text, pattern)) << text;
  }
  for (const std::string text : {"", ".5", "5.", "1.2345678", "-1"}) {
    EXPECT_FALSE(decimal_form.fits(text));
    EXPECT_FALSE(std::regex_search(text, pattern)) << text;
  }
}

}  // namespace
}  // namespace llmgw::pricing
