// SPDX-License-Identifier: MIT
// Amounts in all spellings of JSON, exact.
#include "collector/reconcile/money.hpp"

#include <gtest/gtest.h>

namespace llmgw::collector {
namespace {

TEST(ScaledDecimal, IsExact) {
  constexpr std::pair<const char*, std::int64_t> cases[] = {
      {"0", 0},
      {"0.06", 60'000'000},
      {"1", 1'000'000'000},
      {"1.5e-3", 1'500'000},
      {"1.5E+2", 150'000'000'000},
      {"0.0000000005", 1},
      {"0.00000000049999", 0},
      {"9e-10", 1},
      {"1e-300", 0},
      {"-0.25", -250'000'000},
      {"0.10000000000000000555111512312578", 100'000'000},
      {"000012.5", 12'500'000'000},
  };
  for (const auto& [text, nano] : cases) EXPECT_EQ(scaled_decimal(text, 9), nano) << text;
  EXPECT_EQ(scaled_decimal("123.45", 7), 1'234'500'000);
}

TEST(ScaledDecimal, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", ".", "1.", ".5", "1e", "e3", "1e1.5", "1,5", "0x1", "NaN", "1 ",
                           "1e99999", "1e12", "--1", "null"})
    EXPECT_EQ(scaled_decimal(text, 9), std::nullopt) << text;
  EXPECT_EQ(scaled_decimal(std::string(300, '1'), 9), std::nullopt);
}

}  // namespace
}  // namespace llmgw::collector
