// SPDX-License-Identifier: MIT
// Costs by tenant and model: exact, bounded, and without memory before the first.
#include "proxy/api/cost_counts.hpp"

#include <gtest/gtest.h>

#include <string>

#include "proxy/metrics_costs.hpp"
#include "tests/support/failing_new.hpp"

namespace llmgw::proxy {
namespace {

struct Scraped {
  std::map<std::pair<std::string, std::string>, double> costs;
  double unpriced = -1;
};

Scraped scrape(CostSeries& series, const std::vector<const CostCounts*>& counts) {
  std::vector<Metric> all;
  series.append_to(all, counts);
  Scraped scraped;
  for (const Sample& sample : all.at(0).samples) {
    EXPECT_EQ(sample.labels.size(), 2U);
    const std::pair labels(sample.labels[0].second, sample.labels[1].second);
    EXPECT_TRUE(scraped.costs.emplace(labels, std::get<double>(sample.value)).second);
  }
  scraped.unpriced = std::get<double>(all.at(1).samples.at(0).value);
  return scraped;
}

TEST(CostCounts, AreSummedByTenantAndModelOverTheWorkers) {
  CostCounts one;
  CostCounts other;
  const CostCounts idle;
  one.note("a", "m", 7);
  one.note("a", "m", 3);
  one.note("a", "n", 5);
  one.note("a", "free", 0);
  one.note("a", "m", std::nullopt);
  other.note("a", "m", 90);
  other.note("b", "", 1);
  other.note("b", "m", std::nullopt);
  CostSeries series;
  const Scraped first = scrape(series, {&one, &other, &idle});
  EXPECT_EQ(first.costs,
            (decltype(first.costs){{{"a", "m"}, 100}, {{"a", "n"}, 5}, {{"b", "unknown"}, 1}}));
  EXPECT_EQ(first.unpriced, 2);
  one.note("a", "n", 1);
  EXPECT_EQ(scrape(series, {&one, &other, &idle}).costs.at({"a", "n"}), 6);
}

TEST(CostCounts, HaveNoTableBeforeTheFirst) {
  CostCounts counts;
  counts.note("a", "m", std::nullopt);
  EXPECT_EQ(counts.table(), nullptr);
  {
    const FailingNew failing(0);
    counts.note("a", "m", 1);
  }
  EXPECT_EQ(counts.table(), nullptr);
  counts.note("a", "m", 2);
  ASSERT_NE(counts.table(), nullptr);
  CostSeries series;
  EXPECT_EQ(scrape(series, {&counts}).costs.at({"a", "m"}), 2);
}

TEST(CostCounts, ManyTenantsAreBounded) {
  CostCounts counts;
  CostSeries series;
  for (int i = 0; i < 5'000; ++i) counts.note(std::to_string(i), "m", 1);
  const Scraped scraped = scrape(series, {&counts});
  EXPECT_LE(scraped.costs.size(), most_pairs + 1);
  double sum = 0;
  for (const auto& [labels, value] : scraped.costs) sum += value;
  EXPECT_EQ(sum, 5'000);
}

}  // namespace
}  // namespace llmgw::proxy
