// SPDX-License-Identifier: MIT
// What an event costs by another table, what is kept of it, and what is told.
#include "collector/reprice/new_cost.hpp"

#include <gtest/gtest.h>

#include "collector/reprice/repricer.hpp"
#include "collector/reprice/tally.hpp"
#include "pricing/prices.hpp"

namespace llmgw::collector {
namespace {

pricing::Prices table(std::string provider) {
  pricing::Price price{.provider = std::move(provider), .model = "gpt-4o*"};
  price.base.rates[0] = 2'500'000;
  price.base.rates[4] = 10'000'000;
  pricing::PriceSettings settings;
  settings.prices.push_back(price);
  return pricing::Prices(std::move(settings));
}

BilledEvent event() {
  BilledEvent event{.tenant = "t",
                    .provider = "openai",
                    .model = "gpt-4o-mini",
                    .request_model = "m",
                    .target = "west/1",
                    .service_tier = "",
                    .tokens = {},
                    .time = 1'795'422'600'123};
  event.tokens.prompt = 100;
  event.tokens.completion = 10;
  event.tokens.cached = 40;
  return event;
}

TEST(NewCost, IsThatOfTheTable) {
  for (const char* provider : {"openai", "west", "*"}) {
    const NewCost cost = new_cost_of(table(provider), event());
    EXPECT_EQ(cost.nano_usd, 350'000) << provider;
    EXPECT_TRUE(cost.is_assumed);  // there is no price of what came from the cache
  }
  EXPECT_EQ(new_cost_of(table("azure"), event()).nano_usd, std::nullopt);
}

TEST(NewCost, IsNotKnownWhereAColumnCannotHoldIt) {
  BilledEvent huge = event();
  huge.tokens.prompt = std::uint64_t{1} << 53;
  EXPECT_EQ(new_cost_of(table("*"), huge).nano_usd, std::nullopt);
}

TEST(RestWithCost, KeepsWhatIsOfSomethingElse) {
  EXPECT_EQ(rest_with_cost("", false), R"("cost_assumed":false)");
  EXPECT_EQ(rest_with_cost(R"("a\"b":{"x":[1]},"cost_nano_usd":1e30,"cost_assumed":true)", true),
            R"("a\"b":{"x":[1]},"cost_assumed":true)");
  EXPECT_EQ(rest_with_cost(R"("price_id":"x","c\u006fst_assumed":1,"z":null)", false),
            R"("z":null,"cost_assumed":false)");
}

TEST(RestMembers, StandInThePlaceOfColumns) {
  const RestMembers rest(
      R"("model":"a\nb","prompt_tokens":10000000000000000000,"bad":-1,"n":null)");
  EXPECT_EQ(rest.text("model", "a"), "a\nb");
  EXPECT_EQ(rest.text("tenant", "t"), "t");
  EXPECT_EQ(rest.count("prompt_tokens", std::nullopt), 10'000'000'000'000'000'000U);
  EXPECT_EQ(rest.count("bad", 3), 3U);
  EXPECT_EQ(rest.count("n", std::nullopt), std::nullopt);
  EXPECT_EQ(RestMembers("").count("n", 7), 7U);
}

TEST(RepriceQuery, AsksByNames) {
  RepriceQuery query;
  EXPECT_TRUE(asks_for(query, "openai", ""));
  query.models = {"gpt-4o*", "o1"};
  EXPECT_TRUE(asks_for(query, "openai", "gpt-4o-mini"));
  EXPECT_FALSE(asks_for(query, "openai", "o1-mini"));
  query.providers = {"azure"};
  EXPECT_FALSE(asks_for(query, "openai", "o1"));
}

TEST(RepriceTally, TellsWhatChangedByModel) {
  RepriceTally tally;
  tally.add("openai", "a", 1'500'000'000, std::nullopt);
  tally.add("openai", "a", std::nullopt, std::nullopt);
  tally.add("openai", "\x1b[2J\xc3\xa9", std::nullopt, 7);
  tally.add("openai", "same", 5, 5);
  RepriceTally more;
  more.add("openai", "a", 1, 2);
  tally.add(more);
  EXPECT_EQ(tally.lines(false),
            (std::vector<std::string>{
                "openai \"\\u001b[2J\\xc3\\xa9\": 1 events, 1 changed: 0 USD and 1 without a cost "
                "before, 0.000000007 USD and 0 without a cost after",
                "openai a: 3 events, 2 changed: 1.500000001 USD and 1 without a cost before, "
                "0.000000002 USD and 2 without a cost after",
                "all: 5 events, 3 changed: 1.500000006 USD and 2 without a cost before, "
                "0.000000014 USD and 2 without a cost after"}));
  EXPECT_NE(tally.lines(true).back().find("3 would change"), std::string::npos);
}

TEST(RepriceTally, IsBounded) {
  RepriceTally tally;
  for (std::size_t i = 0; i < RepriceTally::most_models + 5; ++i)
    tally.add("p", "m" + std::to_string(i), 1, 2);
  EXPECT_EQ(tally.lines(false).size(), RepriceTally::most_models + 2);
  EXPECT_EQ(tally.all().changed, RepriceTally::most_models + 5);
}

}  // namespace
}  // namespace llmgw::collector
