// SPDX-License-Identifier: MIT
// Series of limits: bounded, and none that falls.
#include "proxy/metrics_limits.hpp"

#include <gtest/gtest.h>

#include "quota/callers.hpp"
#include "quota/reservation.hpp"

namespace llmgw::proxy {
namespace {

double value(const Metric& metric, const std::string& tenant, const std::string& rule) {
  for (const Sample& each : metric.samples)
    if (each.labels[0].second == tenant && each.labels[1].second == rule)
      return std::get<double>(each.value);
  return -1;
}

TEST(DecisionSeries, SumsWhatIsTold) {
  DecisionSeries series;
  series.add({{"t", "rpm", {3, 1, 0}}, {"t", "rpm", {1, 0, 0}}, {"t\n", "rpm", {1, 0, 0}}});
  const Metric metric = series.metric();
  ASSERT_EQ(metric.samples.size(), 3U);
  EXPECT_EQ(value(metric, "t", "rpm"), 4);
}

TEST(DecisionSeries, IsBounded) {
  DecisionSeries series;
  for (std::size_t i = 0; i < 3 * DecisionSeries::most; ++i)
    series.add({{"t" + std::to_string(i), "rpm", {1, 0, 0}}});
  Metric metric = series.metric();
  EXPECT_LE(metric.samples.size(), DecisionSeries::most + 1);
  double sum = 0;
  for (const Sample& each : metric.samples) sum += std::get<double>(each.value);
  EXPECT_EQ(sum, 3.0 * DecisionSeries::most);
  // What was seen makes way for what is new.
  series.add({{"new", "rpm", {5, 0, 0}}});
  metric = series.metric();
  EXPECT_EQ(value(metric, "new", "rpm"), 5);
  EXPECT_LE(metric.samples.size(), DecisionSeries::most + 1);
}

TEST(DecisionSeries, NewcomersDoNotCrowdOutWhoIsNamed) {
  DecisionSeries series;
  for (std::size_t i = 0; i < 2 * DecisionSeries::most; ++i)
    series.add({{"t" + std::to_string(i), "rpm", {1, 0, 0}}});
  series.add({{"named", "rpm", {2, 0, 0}, true}});
  EXPECT_EQ(value(series.metric(), "named", "rpm"), 2);
  for (std::size_t i = 0; i < 2 * DecisionSeries::most; ++i)
    series.add({{"u" + std::to_string(i), "rpm", {1, 0, 0}}});
  series.add({{"named", "rpm", {1, 0, 0}, true}});
  EXPECT_EQ(value(series.metric(), "named", "rpm"), 3);
  EXPECT_LE(series.metric().samples.size(), DecisionSeries::most + 2);
}

TEST(DecisionCounts, NewcomersDoNotCrowdOutWhoIsNamed) {
  quota::DecisionCounts counts;
  for (std::size_t i = 0; i < 2 * quota::DecisionCounts::most; ++i)
    counts.add({"t" + std::to_string(i), "rpm", {1, 0, 0}});
  counts.add({"named", "rpm", {2, 0, 0}, true});
  const auto taken = counts.take();
  ASSERT_EQ(taken.size(), quota::DecisionCounts::most + 2);
  EXPECT_EQ(taken[quota::DecisionCounts::most].tenant, "named");
  EXPECT_EQ(taken.back().tenant, "other");
  EXPECT_EQ(taken.back().amounts[0], quota::DecisionCounts::most);
  counts.add({"t1", "rpm", {1, 0, 0}});  // there is room again
  EXPECT_EQ(counts.take().front().tenant, "t1");
}

TEST(UsedRatio, ShowsThoseUsedMost) {
  quota::LimitSettings settings;
  settings.tenants = {
      {.name = "*",
       .limits = {{.id = "r",
                   .limit = 10,
                   .burst = 10,
                   .period = {quota::Period::Kind::rolling, std::chrono::hours(1), {}}}}}};
  const auto rules = std::make_shared<const quota::RuleSet>(settings);
  quota::Scopes scopes;
  quota::LimitCounts counts;
  quota::DecisionCounts decisions;
  quota::Callers callers({scopes, counts, decisions}, rules, 1);
  for (int i = 0; i < 1'200; ++i) {
    quota::Reservation one(callers.find("t" + std::to_string(i)),
                           {true, [] { return quota::Clock::time_point(); }});
    ASSERT_FALSE(one.admit_head());
    if (i % 2 == 0) one.settle({});
  }
  const Metric metric = used_ratio(scopes);
  EXPECT_EQ(metric.samples.size(), DecisionSeries::most);
  EXPECT_DOUBLE_EQ(value(metric, "t0", "r"), 0.1);
  EXPECT_DOUBLE_EQ(std::get<double>(metric.samples.back().value), 0);
}

}  // namespace
}  // namespace llmgw::proxy
