// SPDX-License-Identifier: MIT
// Edges of classes, and percentiles against those of the times themselves.
#include "collector/store/latency_bucket.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <vector>

namespace llmgw::collector {
namespace {

TEST(LatencyBucket, IsAQuarterOfAPowerOfTwo) {
  const std::pair<std::int64_t, int> cases[] = {
      {-5, -40},    {0, -40},        {1, -40},         {2, -36},   {1'000, 0},
      {1'189, 0},   {1'190, 1},      {1'999, 3},       {2'000, 4}, {999, -1},
      {16'000, 16}, {1'000'000, 39}, {INT64_MAX, 160},
  };
  for (const auto& [microseconds, bucket] : cases)
    EXPECT_EQ(latency_bucket(microseconds), bucket) << microseconds;
}

TEST(LatencyBucket, MiddleIsNeverTenPercentOff) {
  for (std::int64_t time = 2; time < 10'000'000'000; time += time / 7 + 1) {
    const double milliseconds = static_cast<double>(time) / 1'000;
    const double middle = bucket_milliseconds(latency_bucket(time));
    EXPECT_LT(std::abs(middle - milliseconds) / milliseconds, 0.1) << time;
  }
}

TEST(Percentile, IsThatOfTheTimesToTenPercent) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> times(12, 1.5);
  for (const std::size_t count : {1U, 2U, 3U, 99U, 10'000U}) {
    std::vector<std::int64_t> all;
    std::map<int, std::int64_t> counted;
    for (std::size_t i = 0; i < count; ++i) {
      all.push_back(static_cast<std::int64_t>(times(random)) + 2);
      ++counted[latency_bucket(all.back())];
    }
    std::sort(all.begin(), all.end());
    const std::vector<std::pair<int, std::int64_t>> counts(counted.begin(), counted.end());
    for (const double share : {0.0, 0.5, 0.9, 0.95, 0.99, 1.0}) {
      const auto rank =
          static_cast<std::size_t>(std::max(1.0, std::ceil(share * static_cast<double>(count))));
      const double exact = static_cast<double>(all[rank - 1]) / 1'000;
      EXPECT_NEAR(percentile(counts, share) / exact, 1, 0.1) << count << ' ' << share;
    }
  }
}

TEST(Percentile, OfNothingIsNothing) {
  EXPECT_EQ(percentile({}, 0.5), 0);
  const std::pair<int, std::int64_t> none[] = {{3, 0}};
  EXPECT_EQ(percentile(none, 0.5), 0);
}

}  // namespace
}  // namespace llmgw::collector
