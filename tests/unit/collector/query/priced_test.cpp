// SPDX-License-Identifier: MIT
// Parts of a cost are told where they are those of the event, and nothing is made up.
#include "collector/query/priced.hpp"

#include <gtest/gtest.h>

namespace llmgw::collector {
namespace {

using Kind = EventField::Kind;

pricing::PricesPointer table() {
  pricing::Price price{.provider = "openai", .model = "gpt-4o*"};
  price.base.rates[0] = 2'500'000;   // input
  price.base.rates[1] = 1'250'000;   // from the cache
  price.base.rates[4] = 10'000'000;  // output
  pricing::PriceSettings settings;
  settings.prices.push_back(price);
  return std::make_shared<const pricing::Prices>(std::move(settings));
}

StoredEvent event(std::string price_id, std::string cost) {
  StoredEvent made;
  made.fields = {
      {"tenant", "t", Kind::text},          {"provider", "openai", Kind::text},
      {"model", "gpt-4o-mini", Kind::text}, {"prompt_tokens", "100"},
      {"completion_tokens", "10"},          {"cached_tokens", "40"},
      {"service_tier", "", Kind::null},     {"ts", "2026-11-23T08:30:00.123Z", Kind::text},
      {"cost_nano_usd", std::move(cost)},   {"price_id", std::move(price_id), Kind::text}};
  return made;
}

std::string value_of(const StoredEvent& event, std::string_view name) {
  for (const EventField& each : event.fields)
    if (each.name == name) return each.value;
  return "none";
}

TEST(CostParts, AreThoseOfTheTableThatMadeTheCost) {
  const auto prices = table();
  StoredEvent priced = event(std::string(prices->id()), "300000");
  add_cost_parts(*prices, priced);
  EXPECT_EQ(value_of(priced, "cost_parts"),
            R"({"input":150000,"cached_input":50000,"output":100000})");
  EXPECT_NE(value_of(priced, "price").find("model=gpt-4o*"), std::string::npos);
}

TEST(CostParts, AreLeftOutWhereAnotherTableOrCostStands) {
  const auto prices = table();
  for (auto& [id, cost] : std::vector<std::pair<std::string, std::string>>{
           {"0123456789ab", "300000"}, {std::string(prices->id()), "300001"}}) {
    StoredEvent other = event(id, cost);
    add_cost_parts(*prices, other);
    EXPECT_EQ(value_of(other, "cost_parts"), "none");
  }
}

TEST(PricesJson, NamesWhatHasNoPrice) {
  UsageRow priced{.groups = {"openai", "gpt-4o"}};
  priced.sums.values[static_cast<std::size_t>(Sum::requests)] = 5;
  UsageRow open = priced;
  open.groups[1] = "gpt-9";
  open.sums.values[static_cast<std::size_t>(Sum::unpriced)] = 5;
  const UsageRow rows[] = {priced, open};
  const std::string text = prices_json({0, 3'600'000}, rows, table(), 1'795'422'600'123);
  EXPECT_EQ(text.find("\"gpt-4o\""), std::string::npos);
  EXPECT_NE(text.find(R"("model":"gpt-9","requests":5,"unpriced_requests":5)"), std::string::npos);
  EXPECT_NE(text.find(R"("has_price_now":false)"), std::string::npos);
  EXPECT_NE(text.find(R"("input":2.5,"cached_input":1.25)"), std::string::npos);
  EXPECT_NE(prices_json({0, 1}, rows, nullptr, 0).find(R"("price_id":null)"), std::string::npos);
}

}  // namespace
}  // namespace llmgw::collector
