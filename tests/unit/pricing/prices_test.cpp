// SPDX-License-Identifier: MIT
// Whose entry is whose, and which table is which.
#include "pricing/prices.hpp"

#include <gtest/gtest.h>

#include <random>

#include "pricing/price_text.hpp"
#include "tests/unit/pricing/read_prices.hpp"

namespace llmgw::pricing {
namespace {

const Day today = day("2026-11-30");
const ProviderNames openai{"openai", "openai"};

// The line of the entry; 0: there is none.
int line_of(const PricesPointer& prices, const ProviderNames& provider, std::string_view model,
            Day when = today) {
  const Price* const found = prices->find(provider, model, when);
  return found == nullptr ? 0 : found->place.line;
}

TEST(Prices, TheLongestModelWins) {
  const auto prices = prices_of(R"(prices:
- {model: "gpt-4*", input: 1}
- {model: "gpt-4o-mini*", input: 1}
- {model: "gpt-4o", input: 1}
- {model: "gpt-4o*", input: 1}
- {model: "o3", input: 1}
)");
  EXPECT_EQ(line_of(prices, openai, "gpt-4-turbo"), 2);
  EXPECT_EQ(line_of(prices, openai, "gpt-4"), 2);
  EXPECT_EQ(line_of(prices, openai, "gpt-4o-mini-2024-07-18"), 3);
  EXPECT_EQ(line_of(prices, openai, "gpt-4o"), 4);
  EXPECT_EQ(line_of(prices, openai, "gpt-4o-m"), 5);
  EXPECT_EQ(line_of(prices, openai, "o3"), 6);
  for (const std::string_view model : {"o3-mini", "o", "gpt-3", "gpt", "", "zzz", "GPT-4"})
    EXPECT_EQ(line_of(prices, openai, model), 0) << model;
}

TEST(Prices, TheNameOfAProviderGoesBeforeItsType) {
  const auto prices = prices_of(R"(prices:
- {model: "*", input: 1}
- {provider: openai, model: "*", input: 1}
- {provider: own-engine, model: "*", input: 0}
- {provider: openai, model: "gpt-4*", input: 1}
)");
  EXPECT_EQ(line_of(prices, {"other", "gemini"}, "m"), 2);
  EXPECT_EQ(line_of(prices, {"other", "openai"}, "m"), 3);
  EXPECT_EQ(line_of(prices, {"own-engine", "openai"}, "m"), 4);
  EXPECT_EQ(line_of(prices, {"own-engine", "openai"}, "gpt-4o"),
            5);  // the longer model comes first
  EXPECT_EQ(line_of(prices, {"", "openai"}, "m"), 3);
}

TEST(Prices, HoldOnTheirDays) {
  const auto prices = prices_of(R"(prices:
- {model: m, input: 1, to: 2026-10-01}
- {model: m, input: 2, from: 2026-10-01, to: 2026-11-01}
- {model: "m*", input: 3}
)");
  EXPECT_EQ(line_of(prices, openai, "m", day("2026-09-30")), 2);
  EXPECT_EQ(line_of(prices, openai, "m", day("2026-10-01")), 3);
  EXPECT_EQ(line_of(prices, openai, "m", day("2026-10-31")), 3);
  EXPECT_EQ(line_of(prices, openai, "m", day("2026-11-01")), 4);
}

TEST(Prices, DiscountsGoByTenantThenProvider) {
  const auto prices = prices_of(R"(prices: [{model: m, input: 1}]
discounts:
- {factor: 0.9}
- {tenant: "team-*", factor: 0.8, to: 2026-12-01}
- {tenant: team-a, provider: openai, factor: 0.7}
- {tenant: team-a, factor: 0.6}
)");
  EXPECT_EQ(prices->discount("other", openai, today), 900'000U);
  EXPECT_EQ(prices->discount("team-b", openai, today), 800'000U);
  EXPECT_EQ(prices->discount("team-b", openai, day("2026-12-01")), 900'000U);
  EXPECT_EQ(prices->discount("team-a", {"x", "openai"}, today), 700'000U);
  EXPECT_EQ(prices->discount("team-a", {"x", "gemini"}, today), 600'000U);
  EXPECT_EQ(prices_of("prices: [{model: m, input: 1}]")->discount("a", openai, today),
            millionths_per_one);
}

// Against a search that is slow and plain.
TEST(Prices, AreFoundAsByLookingAtAll) {
  std::mt19937 random(11);
  const auto name = [&random] {
    std::string text;
    for (auto size = random() % 6; size > 0; --size) text += static_cast<char>('a' + random() % 2);
    return text;
  };
  for (int round = 0; round < 300; ++round) {
    PriceSettings settings;
    for (auto count = random() % 12; count > 0; --count) {
      Price price;
      price.model = name() + (random() % 2 == 0 ? "*" : "");
      price.provider = random() % 3 == 0 ? "openai" : "*";
      const bool is_known =
          std::any_of(settings.prices.begin(), settings.prices.end(), [&](const Price& each) {
            return each.model == price.model && each.provider == price.provider;
          });
      if (!is_known && !price.model.empty()) settings.prices.push_back(price);
    }
    const Prices prices(settings);
    for (int i = 0; i < 100; ++i) {
      const std::string model = name();
      std::tuple<std::size_t, bool, bool> best;
      const Price* expected = nullptr;
      for (const Price& each : prices.all()) {
        const bool is_pattern = each.model.ends_with('*');
        const std::string begin = each.model.substr(0, each.model.size() - (is_pattern ? 1 : 0));
        if (is_pattern ? !model.starts_with(begin) : model != begin) continue;
        const std::tuple rank(begin.size(), !is_pattern, each.provider == "openai");
        if (expected != nullptr && rank < best) continue;
        best = rank;
        expected = &each;
      }
      EXPECT_EQ(prices.find(openai, model, today), expected) << model;
    }
  }
}

TEST(Prices, IdIsOfWhatTheySay) {
  const auto id = [](const std::string& yaml) { return std::string(prices_of(yaml)->id()); };
  const std::string one = id("prices: [{model: a, input: 1}, {model: b, input: 2.50}]");
  EXPECT_EQ(one.size(), 12U);
  EXPECT_EQ(one.find_first_not_of("0123456789abcdef"), one.npos);
  EXPECT_EQ(one, id("currency: USD\nprices:\n- {input: 2.5, model: b, provider: '*'}\n"
                    "- {model: 'a', input: 1.0}\nunpriced: free"));
  for (const std::string other :
       {"prices: [{model: a, input: 1}]", "prices: [{model: a, input: 1}, {model: b, input: 2.6}]",
        "prices: [{model: a, input: 1, output: 0}, {model: b, input: 2.5}]",
        "prices: [{model: a, input: 1, from: 2026-01-01}, {model: b, input: 2.5}]",
        "prices: [{model: a, input: 1}, {model: b, input: 2.5}]\ndiscounts: [{factor: 0.9}]",
        "prices: [{model: a, input: 1, above: {tokens: 9, input: 1}}, {model: b, input: 2.5}]",
        "prices: [{model: a, input: 1, tiers: {flex: 1}}, {model: b, input: 2.5}]"})
    EXPECT_NE(one, id(other)) << other;
}

// So that events of one version are found with another one's tables.
TEST(Prices, IdStaysTheSameFromVersionToVersion) {
  const auto prices = prices_of(R"(
prices:
  - {provider: openai, model: "gpt-5*", from: 2026-10-01, to: 2027-01-01, input: 1.25, output: 10,
     tiers: {priority: 2.0, batch: {input: 0.625, output: 5}}, above: {tokens: 272000, input: 2.5}}
  - {model: a, input: 1}
discounts: [{tenant: "t*", factor: 0.9}]
)");
  EXPECT_EQ(canonical_text({{prices->all().begin(), prices->all().end()},
                            {prices->discounts().begin(), prices->discounts().end()}}),
            "USD\n"
            "discount tenant=t* provider=* factor=0.9\n"
            "price provider=* model=a input=1\n"
            "price provider=openai model=gpt-5* from=2026-10-01 to=2027-01-01 input=1.25 output=10 "
            "above=272000 input=2.5 tier=batch input=0.625 output=5 tier=priority factor=2\n");
}

}  // namespace
}  // namespace llmgw::pricing
