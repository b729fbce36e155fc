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

Metric metric_of(TokenSeries& series, const std::vector<const TokenTable*>& tables) {
  Metric metric = token_metric();
  series.append_to(metric, tables, "openai");
  return metric;
}

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

TEST(TokenTable, CountsByTenantAndModel) {
  const auto table = std::make_unique<TokenTable>();
  for (int i = 0; i < 3; ++i) table->add("a", "m", three);
  table->add("a", "n", {10, {}, {}, 4, 5});
  table->add("b", "", three);
  table->add("c", "m", {});
  TokenSeries series;
  const Metric metric = metric_of(series, {table.get()});
  EXPECT_EQ(value_of(metric, "a", "m", "prompt"), 6);
  EXPECT_EQ(value_of(metric, "a", "m", "completion"), 3);
  EXPECT_EQ(value_of(metric, "a", "n", "cached"), 4);
  EXPECT_EQ(value_of(metric, "a", "n", "reasoning"), 5);
  EXPECT_EQ(value_of(metric, "b", "unknown", "prompt"), 2);
  EXPECT_EQ(metric.samples.size(), 7u);
}

/// What increases over the whole time say, however often series end and begin.
class Increases {
 public:
  void note(const Metric& metric, std::string_view kind) {
    std::map<std::pair<std::string, std::string>, double> now;
    for (const Sample& sample : metric.samples) {
      if (sample.labels[2].second != kind) continue;
      const std::pair labels(sample.labels[0].second, sample.labels[1].second);
      const double value = std::get<double>(sample.value);
      const auto found = before_.find(labels);
      const double last = found == before_.end() ? 0 : found->second;
      EXPECT_GE(value, last) << labels.first;  // a fall would be read as a restart
      sum_ += value - last;
      now[labels] = value;
    }
    before_ = now;
  }
  double sum() const noexcept { return sum_; }

 private:
  std::map<std::pair<std::string, std::string>, double> before_;
  double sum_ = 0;
};

TEST(TokenTable, TenThousandTenantsAreBounded) {
  const auto first = std::make_unique<TokenTable>();
  const auto second = std::make_unique<TokenTable>();
  TokenSeries series;
  Increases prompt;
  for (int i = 0; i < 10'000; ++i) {
    first->add("tenant-" + std::to_string(i), "m", three);
    second->add("other-worker-" + std::to_string(i), "m", three);
    if (i % 1'000 != 0) continue;
    const Metric metric = metric_of(series, {first.get(), second.get()});
    prompt.note(metric, "prompt");
    EXPECT_EQ(prompt.sum(), 4.0 * (i + 1));
    EXPECT_LE(metric.samples.size(), 2 * (most_pairs + 1));
  }
  const Metric metric = metric_of(series, {first.get(), second.get()});
  EXPECT_EQ(metric.samples.size(), 2 * (most_pairs + 1));
  prompt.note(metric, "prompt");
  EXPECT_EQ(prompt.sum(), 40'000);
}

// Before, whoever came first kept all places until the restart.
TEST(TokenTable, ForgetsThePairsThatWereNotMetForLongest) {
  const auto table = std::make_unique<TokenTable>();
  TokenSeries series;
  const auto scrape = [&] { return metric_of(series, {table.get()}); };
  for (std::size_t i = 0; i < most_pairs; ++i) table->add("flood-" + std::to_string(i), "m", three);
  scrape();
  table->add("flood-0", "m", three);
  table->add("late", "m", three);
  const Metric metric = scrape();
  EXPECT_EQ(value_of(metric, "late", "m", "prompt"), 2);
  EXPECT_EQ(value_of(metric, "flood-0", "m", "prompt"), 4);
  EXPECT_EQ(metric.samples.size(), 2 * most_pairs);            // one of the others went
  EXPECT_LT(value_of(metric, "other", "other", "prompt"), 0);  // and is counted nowhere twice
  for (std::size_t i = 1; i < most_pairs; ++i) table->add("more-" + std::to_string(i), "m", three);
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
  Increases prompt;
  double all = 0;
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 300; ++i) {
      TokenTable& table = random() % 2 == 0 ? *first : *second;
      const auto number = random() % (i % 3 == 0 ? 10 : 4'000);
      table.add("t" + std::to_string(number), "m", three);
      all += 2;
    }
    const Metric metric = metric_of(series, {first.get(), second.get()});
    prompt.note(metric, "prompt");
    EXPECT_EQ(prompt.sum(), all);
    EXPECT_TRUE(round == 0 || value_of(metric, "t0", "m", "prompt") > 0);  // what is in use stays
  }
}

// Two names that differ in what no label may hold are one series.
TEST(TokenTable, LabelsAreCleanedBeforeTheyAreCompared) {
  const auto table = std::make_unique<TokenTable>();
  table->add("a", "m\xff", three);
  table->add("a", "m\xfe", three);
  table->add("a", std::string_view("m\0", 2), three);
  TokenSeries series;
  EXPECT_EQ(value_of(metric_of(series, {table.get()}), "a", "m\xef\xbf\xbd", "prompt"), 6);
}

TEST(TokenTable, ATenantNamedOtherMakesNoSecondSeries) {
  const auto table = std::make_unique<TokenTable>();
  for (int i = 0; i < 2'000; ++i) table->add(std::to_string(i), "m", three);
  const auto late = std::make_unique<TokenTable>();
  late->add("other", "other", three);
  TokenSeries series;
  const Metric metric = metric_of(series, {table.get(), late.get()});
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
  const Metric metric = metric_of(series, {table.get()});
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
  Increases prompt;
  while (!ended) prompt.note(metric_of(series, {table.get()}), "prompt");
  writer.join();
  prompt.note(metric_of(series, {table.get()}), "prompt");
  EXPECT_EQ(prompt.sum(), 40'000);
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
