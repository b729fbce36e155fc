// SPDX-License-Identifier: MIT
// However much is made up, the rows of a day are bounded.
#include "collector/store/series_limit.hpp"

#include <gtest/gtest.h>

namespace llmgw::collector {
namespace {

constexpr Series others{100, 200, 300, 400, 500 * 8};

class SeriesLimitTest : public testing::Test {
 protected:
  Series admit(std::int64_t day, const Series& wanted) {
    EXPECT_TRUE(limit_.meet(day));
    const Series found = limit_.admits(day, wanted) ? wanted : limit_.reduce(day, wanted, others);
    shown_.insert({day, found});
    return found;
  }

  std::map<std::int64_t, std::vector<Series>> stored_;
  int loads_ = 0;
  bool is_failing_ = false;
  SeriesLimit limit_{3, [this](std::int64_t day) -> Result<std::vector<Series>> {
                       ++loads_;
                       if (is_failing_) return errc::timed_out;
                       return stored_[day];
                     }};
  std::set<std::pair<std::int64_t, Series>> shown_;
};

TEST_F(SeriesLimitTest, LeavesOutKeysFirstAndThenTheRest) {
  for (std::int64_t i = 0; i < 3; ++i) EXPECT_EQ(admit(1, {1, i, 1, 1, 9}).app_key, i);
  EXPECT_EQ(admit(1, {1, 7, 1, 1, 9}), (Series{1, 200, 1, 1, 9}));
  EXPECT_EQ(admit(1, {1, 1, 1, 1, 9}).app_key, 1);  // as before
  EXPECT_EQ(admit(1, {2, 7, 1, 1, 9}), (Series{2, 200, 1, 1, 9}));
  EXPECT_EQ(admit(1, {3, 7, 1, 1, 9}), (Series{3, 200, 1, 1, 9}));
  EXPECT_EQ(admit(1, {4, 7, 1, 1, 8 * 5 + 2}), (Series{100, 200, 300, 400, 4'002}));
  EXPECT_EQ(limit_.reduced(), 4U);
  EXPECT_EQ(admit(2, {4, 7, 1, 1, 9}).app_key, 7);  // another day
}

TEST_F(SeriesLimitTest, BoundsADayWhateverComes) {
  for (std::int64_t i = 0; i < 1'000; ++i) admit(1, {i, i, i, i, i * 8 + i % 6});
  EXPECT_LE(shown_.size(), 2 * 3U + 8U);
  EXPECT_EQ(limit_.size(), shown_.size());
}

TEST_F(SeriesLimitTest, TakesUpWhatIsStored) {
  stored_[1] = {{1, 1, 1, 1, 9}, {1, 2, 1, 1, 9}, {1, 3, 1, 1, 9}};
  EXPECT_EQ(admit(1, {1, 3, 1, 1, 9}).app_key, 3);
  EXPECT_EQ(admit(1, {1, 4, 1, 1, 9}).app_key, 200);
  EXPECT_EQ(loads_, 1);
}

// Taken for a day without any, it would let in as many again.
TEST_F(SeriesLimitTest, KnowsNothingOfADayThatCouldNotBeAsked) {
  stored_[1] = {{1, 1, 1, 1, 9}, {1, 2, 1, 1, 9}, {1, 3, 1, 1, 9}};
  is_failing_ = true;
  EXPECT_EQ(limit_.meet(1).error(), errc::timed_out);
  limit_.roll_back();
  EXPECT_EQ(limit_.size(), 0U);
  is_failing_ = false;
  EXPECT_EQ(admit(1, {1, 4, 1, 1, 9}).app_key, 200);
  EXPECT_EQ(loads_, 2);
}

TEST_F(SeriesLimitTest, TakesBackWhatWasNotStored) {
  admit(1, {1, 1, 1, 1, 9});
  limit_.commit();
  admit(1, {1, 2, 1, 1, 9});
  admit(1, {1, 3, 1, 1, 9});
  limit_.roll_back();
  EXPECT_EQ(limit_.size(), 1U);
  EXPECT_EQ(admit(1, {1, 8, 1, 1, 9}).app_key, 8);
  EXPECT_EQ(admit(1, {1, 9, 1, 1, 9}).app_key, 9);
  EXPECT_EQ(admit(1, {1, 2, 1, 1, 9}).app_key, 200);
}

TEST_F(SeriesLimitTest, ForgetsDaysThatItCanAskForAgain) {
  for (std::int64_t day = 0; day < 100; ++day) {
    admit(day, {1, 1, 1, 1, 9});
    stored_[day] = {{1, 1, 1, 1, 9}};
    limit_.commit();
  }
  EXPECT_LE(limit_.size(), 4 * 3U + 1U);
  EXPECT_EQ(admit(0, {1, 1, 1, 1, 9}).app_key, 1);
  EXPECT_EQ(loads_, 101);
}

}  // namespace
}  // namespace llmgw::collector
