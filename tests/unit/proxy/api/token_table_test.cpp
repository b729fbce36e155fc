// SPDX-License-Identifier: MIT
// Counts by tenant and model: exact, bounded, and read while they are written.
#include "proxy/api/token_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "proxy/api/endpoints.hpp"
#include "proxy/metrics_tokens.hpp"
#include "tests/support/failing_new.hpp"

namespace llmgw::proxy {
namespace {

const TokenCounts three{2, 1, 3, {}, {}};

double value_of(const Metric& metric, const std::string& tenant, const std::string& model,
                const std::string& kind) {
  double found = -1;
  for (const Sample& sample : metric.samples) {
    if (sample.labels[0].second != tenant || sample.labels[1].second != model ||
        sample.labels[2].second != kind)
      continue;
    EXPECT_EQ(found, -1) << "two series of the same labels";
    found = std::get<double>(sample.value);
  }
  return found;
}

double sum_of(const Metric& metric, const std::string& kind) {
  double sum = 0;
  for (const Sample& sample : metric.samples)
    if (sample.labels[2].second == kind) sum += std::get<double>(sample.value);
  return sum;
}

TEST(TokenTable, CountsByTenantAndModel) {
  const auto table = std::make_unique<TokenTable>();
  for (int i = 0; i < 3; ++i) table->add("a", "m", three);
  table->add("a", "n", {10, {}, {}, 4, 5});
  table->add("b", "", three);
  table->add("c", "m", {});
  TokenSeries series;
  const Metric metric = series.metric({table.get()});
  EXPECT_EQ(value_of(metric, "a", "m", "prompt"), 6);
  EXPECT_EQ(value_of(metric, "a", "m", "completion"), 3);
  EXPECT_EQ(value_of(metric, "a", "n", "cached"), 4);
  EXPECT_EQ(value_of(metric, "a", "n", "reasoning"), 5);
  EXPECT_EQ(value_of(metric, "b", "unknown", "prompt"), 2);
  EXPECT_EQ(metric.samples.size(), 7u);
}

TEST(TokenTable, TenThousandTenantsAreBounded) {
  const auto first = std::make_unique<TokenTable>();
  const auto second = std::make_unique<TokenTable>();
  TokenSeries series;
  double before = 0;
  for (int i = 0; i < 10'000; ++i) {
    first->add("tenant-" + std::to_string(i), "m", three);
    second->add("other-worker-" + std::to_string(i), "m", three);
    if (i % 1'000 != 0) continue;
    const Metric metric = series.metric({first.get(), second.get()});
    EXPECT_EQ(sum_of(metric, "prompt"), 4.0 * (i + 1));
    EXPECT_LE(metric.samples.size(), 2 * (TokenTable::most_entries + 1));
    const double others = std::max(value_of(metric, "other", "other", "prompt"), 0.0);
    EXPECT_GE(others, before);
    before = others;
  }
  const Metric metric = series.metric({first.get(), second.get()});
  EXPECT_EQ(metric.samples.size(), 2 * (TokenTable::most_entries + 1));
  EXPECT_EQ(sum_of(metric, "prompt"), 40'000);
  EXPECT_EQ(sum_of(metric, "completion"), 20'000);
}

// Before, whoever came first kept all places until the restart.
TEST(TokenTable, ForgetsThePairsThatWereNotMetForLongest) {
  const auto table = std::make_unique<TokenTable>();
  TokenSeries series;
  const auto scrape = [&] { return series.metric({table.get()}); };
  for (std::size_t i = 0; i < TokenTable::most_entries; ++i)
    table->add("flood-" + std::to_string(i), "m", three);
  scrape();
  table->add("flood-0", "m", three);
  table->add("late", "m", three);
  const Metric metric = scrape();
  EXPECT_EQ(value_of(metric, "late", "m", "prompt"), 2);
  EXPECT_EQ(value_of(metric, "flood-0", "m", "prompt"), 4);
  EXPECT_EQ(metric.samples.size(), 2 * (TokenTable::most_entries + 1));  // one of the others went
  EXPECT_EQ(value_of(metric, "other", "other", "prompt"), 2);
  for (std::size_t i = 1; i < TokenTable::most_entries; ++i)
    table->add("more-" + std::to_string(i), "m", three);
  EXPECT_EQ(value_of(scrape(), "late", "m", "prompt"), 2);
  table->add("late", "m", three);  // it is no longer in the table, but in the series
  EXPECT_EQ(value_of(scrape(), "late", "m", "prompt"), 4);
}

// A pair that one worker forgets, but not the other, must not fall: that would be read as a restart
// and all of it be counted again.
TEST(TokenTable, NoSeriesFallsWhicheverTableForgets) {
  const auto first = std::make_unique<TokenTable>();
  const auto second = std::make_unique<TokenTable>();
  TokenSeries series;
  std::mt19937 random(3);
  std::map<std::string, double> before;
  double all = 0;
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 300; ++i) {
      TokenTable& table = random() % 2 == 0 ? *first : *second;
      const auto number = random() % (i % 3 == 0 ? 10 : 4'000);
      table.add("t" + std::to_string(number), "m", three);
      all += 2;
    }
    const Metric metric = series.metric({first.get(), second.get()});
    EXPECT_EQ(sum_of(metric, "prompt"), all);
    std::map<std::string, double> now;
    for (const Sample& sample : metric.samples) {
      if (sample.labels[2].second != "prompt") continue;
      now[sample.labels[0].second] = std::get<double>(sample.value);
    }
    for (const auto& [tenant, value] : now) {
      const auto found = before.find(tenant);
      EXPECT_GE(value, found == before.end() ? 0 : found->second) << tenant;
    }
    before = now;
  }
  EXPECT_TRUE(before.contains("t0"));  // what is in use stays
}

// Two names that differ in what no label may hold are one series.
TEST(TokenTable, LabelsAreCleanedBeforeTheyAreCompared) {
  const auto table = std::make_unique<TokenTable>();
  table->add("a", "m\xff", three);
  table->add("a", "m\xfe", three);
  table->add("a", std::string_view("m\0", 2), three);
  TokenSeries series;
  EXPECT_EQ(value_of(series.metric({table.get()}), "a", "m\xef\xbf\xbd", "prompt"), 6);
}

TEST(TokenTable, ATenantNamedOtherMakesNoSecondSeries) {
  const auto table = std::make_unique<TokenTable>();
  for (int i = 0; i < 2'000; ++i) table->add(std::to_string(i), "m", three);
  const auto late = std::make_unique<TokenTable>();
  late->add("other", "other", three);
  TokenSeries series;
  const Metric metric = series.metric({table.get(), late.get()});
  EXPECT_EQ(value_of(metric, "other", "other", "prompt"), 2'002);
}

TEST(TokenTable, CountsTogetherWhatItHasNoMemoryFor) {
  const auto table = std::make_unique<TokenTable>();
  {
    const FailingNew failing(0);
    table->add("a", "m", three);
  }
  table->add("a", "m", three);
  TokenSeries series;
  const Metric metric = series.metric({table.get()});
  EXPECT_EQ(value_of(metric, "a", "m", "prompt"), 2);
  EXPECT_EQ(value_of(metric, "other", "other", "prompt"), 2);
}

TEST(TokenTable, IsReadWhileItIsWritten) {
  const auto table = std::make_unique<TokenTable>();
  std::atomic<bool> ended = false;
  std::thread writer([&] {
    for (int i = 0; i < 20'000; ++i) table->add(std::to_string(i % 1'500), "m", three);
    ended = true;
  });
  TokenSeries series;
  double before = 0;
  while (!ended) {
    const double now = sum_of(series.metric({table.get()}), "prompt");
    EXPECT_GE(now, before);
    before = now;
  }
  writer.join();
  EXPECT_EQ(sum_of(series.metric({table.get()}), "prompt"), 40'000);
}

TEST(Endpoints, AreAFixedSet) {
  const auto name_of = [](std::string_view path) { return endpoint_names[endpoint_number(path)]; };
  EXPECT_EQ(name_of("/v1/chat/completions"), "/v1/chat/completions");
  EXPECT_EQ(name_of("/v1/completions"), "/v1/completions");
  EXPECT_EQ(name_of("/v1/models/ft:gpt-4o:x"), "/v1/models");
  EXPECT_EQ(name_of("/v1/responses/resp_1/cancel"), "/v1/responses");
  for (const std::string_view path : {"/v1/modelsx", "/v1/chat", "/v1", "/v1/threads", "", "other"})
    EXPECT_EQ(name_of(path), "other") << path;
}

}  // namespace
}  // namespace llmgw::proxy
