// SPDX-License-Identifier: MIT
// What the sections about money may say, and what is said of what they may not.
#include "pricing/sections.hpp"

#include <gtest/gtest.h>

#include "tests/unit/pricing/read_prices.hpp"

namespace llmgw::pricing {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* example = R"(
currency: USD
prices:
  - {provider: openai, model: "gpt-4o-mini*", input: 0.15, cached_input: 0.075, output: 0.60}
  - {provider: openai, model: "gpt-5*", from: 2026-10-01, input: 1.25, cached_input: 0.125, output: 10,
     tiers: {batch: {input: 0.625, output: 5}, priority: 2.0}, above: {tokens: 272000, input: 2.5, output: 15}}
  - {provider: anthropic, model: "claude-sonnet-4*", input: 3, cached_input: 0.30, cache_write_5m: 3.75, cache_write_1h: 6, output: 15}
  - {model: "llama-*", input: 0, output: 0}
discounts: [{tenant: "*", factor: 0.9, from: 2026-01-01}]
unpriced: free
)";

TEST(PriceSections, ReadTheExampleOfTheDocs) {
  const PricesPointer prices = prices_of(example);
  ASSERT_EQ(prices->all().size(), 4U);
  const Price& mini = prices->all()[0];
  EXPECT_EQ(mini.provider, "openai");
  EXPECT_EQ(mini.model, "gpt-4o-mini*");
  EXPECT_EQ(mini.base.rates, (Rates{150'000, 75'000, {}, {}, 600'000}));
  EXPECT_EQ(mini.place.line, 4);
  const Price& five = prices->all()[1];
  EXPECT_EQ(five.days, (Days{day("2026-10-01"), {}}));
  ASSERT_EQ(five.tiers.size(), 2U);
  EXPECT_EQ(five.tiers[0], (Tier{"batch", {}, {{625'000, {}, {}, {}, 5'000'000}, {}}}));
  EXPECT_EQ(five.tiers[1], (Tier{"priority", 2'000'000, {}}));
  EXPECT_EQ(five.base.above, (Above{272'000, {2'500'000, {}, {}, {}, 15'000'000}}));
  EXPECT_EQ(prices->all()[2].base.rates,
            (Rates{3'000'000, 300'000, 3'750'000, 6'000'000, 15'000'000}));
  EXPECT_EQ(prices->all()[3].provider, "*");
  ASSERT_EQ(prices->discounts().size(), 1U);
  EXPECT_EQ(prices->discounts()[0].factor, 900'000U);
  EXPECT_TRUE(prices->is_unpriced_free());
}

TEST(PriceSections, TakeJsonToo) {
  const PricesPointer prices = prices_of(
      R"({"prices":[{"model":"m","input":0.000001,"tiers":{"flex":0.5}}],"unpriced":"refuse"})");
  EXPECT_EQ(prices->all()[0].base.rates, (Rates{1, {}, {}, {}, {}}));
  EXPECT_EQ(prices->all()[0].tiers[0].factor, 500'000U);
  EXPECT_FALSE(prices->is_unpriced_free());
}

TEST(PriceSections, AreNothingWhereThereAreNone) {
  const ReadPrices read = read_prices_of("{}");
  EXPECT_EQ(read.faults, Lines{});
  EXPECT_EQ(read.prices, nullptr);
}

TEST(PriceSections, TellOfEachEntryInOneLine) {
  Lines lines;
  for (const EffectiveMember& each : read_prices_of(example).effective)
    lines.push_back(each.path + "=" + each.value + " " + each.by);
  EXPECT_EQ(
      lines,
      (Lines{"prices[0]=provider=openai model=gpt-4o-mini* input=0.15 cached_input=0.075 "
             "output=0.6 f.yaml:4",
             "prices[1]=provider=openai model=gpt-5* from=2026-10-01 input=1.25 "
             "cached_input=0.125 output=10 above=272000 input=2.5 output=15 tier=batch "
             "input=0.625 output=5 tier=priority factor=2 f.yaml:5",
             "prices[2]=provider=anthropic model=claude-sonnet-4* input=3 cached_input=0.3 "
             "cache_write_5m=3.75 cache_write_1h=6 output=15 f.yaml:7",
             "prices[3]=provider=* model=llama-* input=0 output=0 f.yaml:8",
             "discounts[0]=tenant=* provider=* from=2026-01-01 factor=0.9 f.yaml:9",
             "unpriced=free f.yaml:10",
             "prices=4 entries, price_id " + std::string(prices_of(example)->id()) + " f.yaml:4"}));
}

std::string fault_of(const std::string& entry) {
  const Lines faults = read_prices_of("prices:\n  - {" + entry + "}\n").faults;
  return faults.empty() ? std::string() : faults.front();
}

TEST(PriceSections, RefuseWhatIsNoPrice) {
  const std::string good = "model: m, input: 1";
  EXPECT_EQ(fault_of(good), "");
  const std::string place = "etc/f.yaml:2:";
  EXPECT_EQ(fault_of("input: 1").rfind(place + "5: prices[0]: `model` is missing", 0), 0U);
  EXPECT_EQ(fault_of("model: m").rfind(place + "5: prices[0]: `input` is missing", 0), 0U);
  EXPECT_NE(fault_of(good + ", price: 3").find("prices[0]: `price` is not known here"),
            std::string::npos);
  for (const std::string value :
       {"-1", "1e3", "0.1234567", "1000000.1", "abc", "\"1\"", "0x1", "[1]", ""})
    EXPECT_NE(fault_of("model: m, input: 1, output: " + value).find("prices[0].output"),
              std::string::npos)
        << value;
  for (const std::string model : {"\"a*b\"", "\"*a\"", "\"a b\"", "\"\"", "\"ä\""})
    EXPECT_NE(fault_of("input: 1, model: " + model).find("prices[0].model"), std::string::npos)
        << model;
  for (const std::string value : {"2026-02-30", "tomorrow", "2026-10"})
    EXPECT_NE(fault_of(good + ", from: " + value).find("prices[0].from: not a day"),
              std::string::npos)
        << value;
  EXPECT_NE(fault_of(good + ", from: 2026-10-01, to: 2026-10-01")
                .find("prices[0].to=\"2026-10-01\": not behind `from`, 2026-10-01"),
            std::string::npos);
  EXPECT_NE(fault_of(good + ", tiers: {batch: fast}")
                .find("prices[0].tiers.batch=\"fast\": not a number"),
            std::string::npos);
  EXPECT_NE(fault_of(good + ", tiers: {batch: {output: 1}}").find("`input` is missing"),
            std::string::npos);
  EXPECT_NE(fault_of(good + ", tiers: {batch: []}").find("prices[0].tiers.batch: is a list"),
            std::string::npos);
  EXPECT_NE(fault_of(good + ", above: {input: 1}").find("`tokens` is missing"), std::string::npos);
  EXPECT_NE(fault_of(good + ", above: {tokens: 0, input: 1}").find("above.tokens"),
            std::string::npos);
  EXPECT_NE(fault_of(good + ", provider: \"open*\"").find("prices[0].provider"), std::string::npos);
}

TEST(PriceSections, RefuseOtherWords) {
  EXPECT_EQ(read_prices_of("currency: EUR").faults,
            Lines{R"(etc/f.yaml:1:11: currency="EUR": not USD)"});
  EXPECT_EQ(read_prices_of("unpriced: maybe").faults,
            Lines{R"(etc/f.yaml:1:11: unpriced="maybe": not refuse or free)"});
  EXPECT_EQ(read_prices_of("discounts: [{factor: 0.5}]").faults.size(), 1U);
  EXPECT_NE(read_prices_of("discounts: [{tenant: a}]").faults.at(0).find("`factor` is missing"),
            std::string::npos);
}

TEST(PriceSections, RefuseEntriesThatMatchEqually) {
  const auto faults = [](const std::string& more) {
    return read_prices_of("prices:\n  - {model: \"a*\", input: 1, to: 2026-10-02}\n  - " + more +
                          "\n")
        .faults;
  };
  EXPECT_EQ(faults("{model: \"a*\", input: 1, from: 2026-10-01}"),
            Lines{"etc/f.yaml:3:5: prices[1]: matches as the entry at f.yaml:2 does, on the same "
                  "days: neither goes first"});
  EXPECT_EQ(faults("{model: \"a*\", input: 1}").size(), 1U);
  EXPECT_EQ(faults("{model: \"a*\", input: 1, from: 2026-10-02}"), Lines{});
  EXPECT_EQ(faults("{model: \"a\", input: 1}"), Lines{});
  EXPECT_EQ(faults("{model: \"ab*\", input: 1}"), Lines{});
  EXPECT_EQ(faults("{provider: openai, model: \"a*\", input: 1}"), Lines{});
  // A long one beside two short ones within it.
  EXPECT_EQ(read_prices_of(R"(
prices:
  - {model: a, input: 1, from: 2026-03-01, to: 2026-04-01}
  - {model: a, input: 1, from: 2026-01-01, to: 2027-01-01}
  - {model: a, input: 1, from: 2026-05-01, to: 2026-06-01}
)")
                .faults.size(),
            2U);
  EXPECT_EQ(read_prices_of("prices: [{model: a, input: 1}]\n"
                           "discounts: [{factor: 1}, {tenant: b, factor: 1}, {factor: 2}]")
                .faults.size(),
            1U);
}

}  // namespace
}  // namespace llmgw::pricing
