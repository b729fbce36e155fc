// SPDX-License-Identifier: MIT
// Days that there are, and spans of them.
#include "pricing/date.hpp"

#include <gtest/gtest.h>

namespace llmgw::pricing {
namespace {

Day day(int year, unsigned month, unsigned number) {
  return Day(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(number));
}

TEST(Day, IsOneOfTheCalendar) {
  EXPECT_EQ(parse_day("2026-10-01"), day(2026, 10, 1));
  EXPECT_EQ(parse_day("2024-02-29"), day(2024, 2, 29));
  for (const std::string_view text :
       {"", "2026-10-1", "2026-13-01", "2026-00-10", "2026-02-29", "2026-04-31", "2026-10-00",
        "2026/10/01", "20261001", "2026-10-01T00:00:00Z", "2026-10-01 ", "-026-10-01", "today"})
    EXPECT_FALSE(parse_day(text)) << text;
  EXPECT_EQ(format_day(day(2026, 1, 9)), "2026-01-09");
  EXPECT_TRUE(day_form.fits("2026-10-01"));
  EXPECT_FALSE(day_form.fits("2026-10-32"));
}

TEST(Days, BeginWithTheFirstAndEndInFrontOfTheLast) {
  const Days days{day(2026, 10, 1), day(2026, 10, 3)};
  EXPECT_FALSE(days.contain(day(2026, 9, 30)));
  EXPECT_TRUE(days.contain(day(2026, 10, 1)));
  EXPECT_TRUE(days.contain(day(2026, 10, 2)));
  EXPECT_FALSE(days.contain(day(2026, 10, 3)));
  EXPECT_TRUE(Days{}.contain(day(1970, 1, 1)));
}

TEST(Days, OverlapWhereBothContainOne) {
  std::vector<Days> all;
  for (unsigned from = 0; from < 5; ++from) {
    for (unsigned to = 0; to < 5; ++to) {
      if (from != 0 && to != 0 && to <= from) continue;
      Days days;
      if (from != 0) days.from = day(2026, 10, from);
      if (to != 0) days.to = day(2026, 10, to);
      all.push_back(days);
    }
  }
  for (const Days& one : all) {
    for (const Days& other : all) {
      bool is_shared = false;
      for (Day each = day(2026, 9, 20); each < day(2026, 10, 20); each += std::chrono::days(1))
        is_shared |= one.contain(each) && other.contain(each);
      EXPECT_EQ(one.overlap(other), is_shared);
    }
  }
}

}  // namespace
}  // namespace llmgw::pricing
