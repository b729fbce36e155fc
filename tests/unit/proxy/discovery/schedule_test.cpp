// SPDX-License-Identifier: MIT
// When a provider is asked again.
#include "proxy/discovery/schedule.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;

TEST(DiscoverySchedule, FailuresAreTriedAgainLessAndLess) {
  Schedule schedule;
  for (const auto expected : {10s, 20s, 40s, 80s, 160s, 320s, 600s, 600s})
    EXPECT_EQ(schedule.next(FetchResult::error, false), expected);
  EXPECT_EQ(schedule.next(FetchResult::ok, true), 1h);
  EXPECT_EQ(schedule.next(FetchResult::error, false), 10s);
}

TEST(DiscoverySchedule, ListsAndRefusalsAreGoodForAnHour) {
  Schedule schedule;
  EXPECT_EQ(schedule.next(FetchResult::error, true), 1h);
  EXPECT_EQ(schedule.next(FetchResult::refused, false), 1h);
  EXPECT_EQ(schedule.next(FetchResult::refused, true), 1h);
}

TEST(DiscoverySchedule, ByStatus) {
  EXPECT_EQ(result_of(200), FetchResult::ok);
  for (const int status : {400, 401, 402, 403, 404, 405, 422})
    EXPECT_EQ(result_of(status), FetchResult::refused) << status;
  for (const int status : {204, 301, 408, 429, 500, 503, 529})
    EXPECT_EQ(result_of(status), FetchResult::error) << status;
}

}  // namespace
}  // namespace llmgw::proxy
