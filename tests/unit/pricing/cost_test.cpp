// SPDX-License-Identifier: MIT
// Costs by hand, the rules where they are not known, and sums against arithmetic of another kind.
#include "pricing/cost.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/pricing/read_prices.hpp"

namespace llmgw::pricing {
namespace {

const auto table = prices_of(R"(prices:
- {provider: openai, model: "gpt-4o-mini*", input: 0.15, cached_input: 0.075, output: 0.60}
- {provider: openai, model: "gpt-5*", input: 1.25, cached_input: 0.125, output: 10,
   tiers: {batch: {input: 0.625, output: 5}, priority: 2.0, Flex: {input: 0.6, output: 5, above: {tokens: 272000, input: 1.2}}},
   above: {tokens: 272000, input: 2.5, output: 15}}
- {provider: anthropic, model: "claude*", input: 3, cached_input: 0.30, cache_write_5m: 3.75, cache_write_1h: 6, output: 15}
- {provider: anthropic, model: short, input: 3, cache_write_5m: 3.75, output: 15}
- {provider: anthropic, model: long, input: 3, cache_write_1h: 6, output: 15}
- {model: text-embedding, input: 0.02}
- {model: free, input: 0, output: 0}
- {model: dear, input: 1000000, output: 1000000}
discounts: [{tenant: "deal*", factor: 0.9}, {tenant: tiny, factor: 0.000001}]
)");

Spent spent(std::string_view model, TokenCounts tokens, std::string_view tier = {}) {
  const bool is_openai = !model.starts_with("claude") && model != "short" && model != "long";
  const ProviderNames provider =
      is_openai ? ProviderNames{"openai", "openai"} : ProviderNames{"a", "anthropic"};
  return {.tenant = "team",
          .provider = provider,
          .model = model,
          .request_model = model,
          .tokens = tokens,
          .service_tier = tier,
          .day = day("2026-11-30")};
}

TokenCounts tokens(std::uint64_t prompt, std::uint64_t completion) {
  return {prompt, completion, prompt + completion, {}, {}};
}

void expect(const Spent& of, Nano nano, bool is_assumed = false) {
  const Cost cost = cost_of(*table, of);
  EXPECT_EQ(cost.nano_usd, nano) << unpriced_words[static_cast<std::size_t>(cost.unpriced)];
  EXPECT_EQ(cost.unpriced, Unpriced::no);
  EXPECT_EQ(cost.is_assumed, is_assumed);
}

void expect_unpriced(const Spent& of, Unpriced why) {
  const Cost cost = cost_of(*table, of);
  EXPECT_EQ(cost.nano_usd, std::nullopt);
  EXPECT_EQ(cost.unpriced, why) << unpriced_words[static_cast<std::size_t>(cost.unpriced)];
  EXPECT_FALSE(cost_parts_of(*table, of));
}

TEST(Cost, IsTokensTimesPrices) {
  expect(spent("gpt-4o-mini", tokens(14, 9)), 14 * 150 + 9 * 600);
  expect(spent("gpt-4o-mini", {1'000, 9, 1'009, 400, {}}), 600 * 150 + 400 * 75 + 9 * 600);
  expect(spent("gpt-5", tokens(1, 0)), 1'250);
  expect(spent("free", tokens(1'000'000, 1'000'000)), 0);
  expect(spent("text-embedding", {8, {}, 8, {}, {}}), 160);  // less than a micro-USD
}

TEST(Cost, IsRoundedOnceHalfUp) {
  const auto cost = [](const std::string& input, std::uint64_t prompt) {
    return cost_of(*prices_of("prices: [{model: m, input: " + input + ", output: " + input + "}]"),
                   spent("m", tokens(prompt, prompt)))
        .nano_usd;
  };
  EXPECT_EQ(cost("0.0001", 1), 0);    // 0.2
  EXPECT_EQ(cost("0.00025", 1), 1);   // 0.5, and neither half of it is
  EXPECT_EQ(cost("0.000249", 1), 0);  // 0.498
  EXPECT_EQ(cost("0.0001", 7), 1);    // 1.4
  EXPECT_EQ(cost("0.0001", 8), 2);    // 1.6
}

TEST(Cost, CachedTokensWithoutAPriceAreInput) {
  expect(spent("free", {10, 0, 10, 5, {}}), 0, true);
  expect(spent("gpt-5", {300'000, 1, 300'001, 100'000, {}}), 300'000 * 2'500LL + 15'000, true);
  expect(spent("gpt-5", {300, 1, 301, 0, {}}), 300 * 1'250 + 10'000);
}

TEST(Cost, CacheWritesAreOfTwoKinds) {
  const auto written = [](std::optional<std::uint64_t> one_hour) {
    return TokenCounts{1'000, 10, 1'010, 200, {}, 300, one_hour};
  };
  const Nano rest = 500 * 3'000 + 200 * 300 + 10 * 15'000;
  expect(spent("claude", written(0)), rest + 300 * 3'750);
  expect(spent("claude", written(300)), rest + 300 * 6'000);
  expect(spent("claude", written(100)), rest + 200 * 3'750 + 100 * 6'000);
  expect_unpriced(spent("claude", written({})), Unpriced::unclear);
  expect_unpriced(spent("claude", written(301)), Unpriced::unclear);
  // Where one kind has a price, those of which nobody said how long they stay are of that.
  const Nano assumed = 500 * 3'000 + 200 * 3'000 + 10 * 15'000;
  expect(spent("short", written({})), assumed + 300 * 3'750, true);
  expect(spent("long", written({})), assumed + 300 * 6'000, true);
  expect(spent("short", written(0)), assumed + 300 * 3'750, true);
  expect_unpriced(spent("short", written(1)), Unpriced::no_rate);
  expect_unpriced(spent("gpt-5", written({})), Unpriced::no_rate);
  expect(spent("claude", {10, 0, 10, {}, {}, 0, {}}), 30'000);
}

TEST(Cost, LongPromptsHaveTheirPrices) {
  expect(spent("gpt-5", tokens(272'000, 1)), 272'000LL * 1'250 + 10'000);
  expect(spent("gpt-5", tokens(272'001, 1)), 272'001LL * 2'500 + 15'000);
}

TEST(Cost, TiersAreFactorsOrPricesOfTheirOwn) {
  for (const std::string_view tier : {"", "default", "standard", "DEFAULT", "on_demand"})
    expect(spent("gpt-5", tokens(100, 1), tier), 125'000 + 10'000);
  expect(spent("gpt-5", tokens(100, 1), "priority"), 2 * (125'000 + 10'000));
  expect(spent("gpt-5", tokens(300'000, 1), "priority"), 2 * (300'000LL * 2'500 + 15'000));
  expect(spent("gpt-5", tokens(100, 1), "batch"), 62'500 + 5'000);
  expect(spent("gpt-5", tokens(100, 1), "FLEX"), 60'000 + 5'000);
  expect(spent("gpt-5", tokens(300'000, 0), "flex"), 300'000LL * 1'200);
  expect_unpriced(spent("gpt-5", tokens(300'000, 1), "flex"), Unpriced::no_rate);
  expect_unpriced(spent("gpt-5", tokens(300'000, 1), "batch"), Unpriced::no_tier);
  expect_unpriced(spent("gpt-5", tokens(100, 1), "scale"), Unpriced::no_tier);
  expect_unpriced(spent("gpt-4o-mini", tokens(100, 1), "priority"), Unpriced::no_tier);
}

TEST(Cost, ReasoningIsPartOfTheAnswerUnlessTheTotalSaysOtherwise) {
  expect(spent("gpt-4o-mini", {10, 100, 110, {}, 60}), 1'500 + 60'000);
  expect(spent("gpt-4o-mini", {10, 40, 110, {}, 60}), 1'500 + 60'000);  // beside it, as xAI counts
  expect(spent("gpt-4o-mini", {10, 40, {}, {}, 60}), 1'500 + 24'000);
  expect(spent("gpt-4o-mini", {10, 40, 50, {}, 0}), 1'500 + 24'000);
}

TEST(Cost, IsNotKnownWithoutTokens) {
  expect_unpriced(spent("gpt-5", {}), Unpriced::no_tokens);
  expect_unpriced(spent("gpt-5", {{}, 5, {}, {}, {}}), Unpriced::no_tokens);
  expect_unpriced(spent("gpt-5", {5, {}, {}, {}, {}}), Unpriced::no_tokens);
  expect_unpriced(spent("gpt-5", {5, {}, 4, {}, {}}), Unpriced::no_tokens);
  expect(spent("gpt-4o-mini", {5, {}, 7, {}, {}}), 750 + 1'200);  // what the total leaves
  expect_unpriced(spent("text-embedding", tokens(5, 1)), Unpriced::no_rate);
}

TEST(Cost, IsNotKnownOfCountsThatContradict) {
  expect_unpriced(spent("gpt-5", {5, 1, 6, 6, {}}), Unpriced::unclear);
  expect_unpriced(spent("claude", {5, 1, 6, 3, {}, 3, 0}), Unpriced::unclear);
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  expect_unpriced(spent("claude", {most, 1, {}, most, {}, most, 0}), Unpriced::unclear);
}

TEST(Cost, GoesByTheModelThenByWhatWasAskedFor) {
  Spent of = spent("gpt-4o-mini-2024-07-18", tokens(10, 0));
  of.request_model = "gpt-5";
  expect(of, 1'500);
  of.model = "unknown";
  expect(of, 12'500);
  of.request_model = "fast";
  expect_unpriced(of, Unpriced::no_entry);
  expect_unpriced(spent("claude-unknown-provider", {}), Unpriced::no_tokens);
}

TEST(Cost, IsMultipliedByTheDiscount) {
  Spent of = spent("gpt-4o-mini", tokens(14, 9));
  of.tenant = "deal-a";
  expect(of, 6'750);  // 7,500
  of.tokens = tokens(1, 0);
  expect(of, 135);
  of.tenant = "tiny";
  expect(of, 0);
  of.tokens = tokens(3'333'334, 0);  // 500.0001 nano-USD
  expect(of, 500);
  of.tenant = "deal-a";
  of.model = of.request_model = "gpt-5";
  of.service_tier = "priority";
  of.tokens = tokens(1, 1);
  expect(of, 20'250);  // (1,250 + 10,000) * 2 * 0.9
}

TEST(Cost, BeyondTheRangeIsNotKnown) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  expect_unpriced(spent("dear", {most, most, {}, {}, {}}), Unpriced::out_of_range);
  Spent of = spent("dear", {most, most, {}, {}, {}});
  of.tenant = "deal";
  expect_unpriced(of, Unpriced::out_of_range);
  of = spent("gpt-5", {most, 0, {}, {}, {}}, "priority");
  expect_unpriced(of, Unpriced::out_of_range);
  expect(spent("dear", tokens(9'000'000'000, 0)), 9'000'000'000'000'000'000);
  expect_unpriced(spent("dear", tokens(9'300'000'000, 0)), Unpriced::out_of_range);
}

// Decimal digits by hand, as one learns it in school: no wide integers, no binary rounding.
class Decimal {
 public:
  explicit Decimal(std::uint64_t value) {
    for (; value > 0; value /= 10) digits_.push_back(static_cast<int>(value % 10));
  }
  Decimal& operator+=(const Decimal& other) {
    digits_.resize(std::max(digits_.size(), other.digits_.size()));
    for (std::size_t i = 0; i < other.digits_.size(); ++i) digits_[i] += other.digits_[i];
    carry();
    return *this;
  }
  Decimal operator*(const Decimal& other) const {
    Decimal product(0);
    product.digits_.resize(digits_.size() + other.digits_.size());
    for (std::size_t i = 0; i < digits_.size(); ++i)
      for (std::size_t k = 0; k < other.digits_.size(); ++k)
        product.digits_[i + k] += digits_[i] * other.digits_[k];
    product.carry();
    return product;
  }
  // Without its last `count` digits, rounded half up.
  std::string without(std::size_t count) const {
    Decimal rounded = *this;
    rounded.digits_.resize(std::max(rounded.digits_.size(), count + 1));
    const bool is_up = rounded.digits_[count - 1] >= 5;
    rounded.digits_.erase(rounded.digits_.begin(),
                          rounded.digits_.begin() + static_cast<std::ptrdiff_t>(count));
    if (is_up) rounded += Decimal(1);
    std::string text;
    for (const int digit : rounded.digits_)
      text.insert(text.begin(), static_cast<char>('0' + digit));
    const auto first = std::min(text.find_first_not_of('0'), text.size() - 1);
    return text.substr(first);
  }

 private:
  void carry() {
    for (std::size_t i = 0; i < digits_.size(); ++i) {
      if (digits_[i] < 10) continue;
      if (i + 1 == digits_.size()) digits_.push_back(0);
      digits_[i + 1] += digits_[i] / 10;
      digits_[i] %= 10;
    }
  }
  std::vector<int> digits_;
};

TEST(Cost, EqualsTheSumInDecimalDigits) {
  std::mt19937_64 random(5);
  const auto up_to = [&random](std::uint64_t most) { return random() % (most + 1); };
  int known = 0;
  for (int round = 0; round < 20'000; ++round) {
    Price price{.model = "m"};
    for (auto& rate : price.base.rates)
      rate = up_to(random() % 3 == 0 ? most_millionths : 100'000'000);
    const Millionths tier = up_to(3'000'000);
    const Millionths discount = up_to(1'500'000);
    price.tiers.push_back({.name = "t", .factor = tier});
    const Prices prices({.prices = {price}, .discounts = {{.factor = discount}}});
    const std::uint64_t size = random() % 4 == 0 ? 1'000'000'000 : 100'000;
    const std::array counts{up_to(size), up_to(size), up_to(size), up_to(size), up_to(size)};
    const TokenCounts tokens{.prompt = counts[0] + counts[1] + counts[2] + counts[3],
                             .completion = counts[4],
                             .total = {},
                             .cached = counts[1],
                             .reasoning = {},
                             .cache_write = counts[2] + counts[3],
                             .cache_write_1h = counts[3]};
    const bool has_tier = random() % 2 == 0;
    Decimal sum(0);
    for (std::size_t i = 0; i < counts.size(); ++i)
      sum += Decimal(counts[i]) * Decimal(*price.base.rates[i]);
    sum = sum * Decimal(has_tier ? tier : millionths_per_one) * Decimal(discount);
    const std::string expected = sum.without(3 + 6 + 6);
    const Spent of = spent("m", tokens, has_tier ? "t" : "");
    const Cost cost = cost_of(prices, of);
    if (expected.size() > 18) continue;  // near the bound, which has a test of its own
    ++known;
    ASSERT_EQ(cost.nano_usd ? std::to_string(*cost.nano_usd) : "", expected);
    const auto parts = cost_parts_of(prices, of);
    ASSERT_TRUE(parts);
    Nano all = 0;
    for (const Nano each : *parts) all += each;
    ASSERT_LE(std::abs(all - *cost.nano_usd), 3);
  }
  EXPECT_GT(known, 10'000);
}

TEST(Cost, GrowsWithEachToken) {
  std::mt19937 random(6);
  for (int round = 0; round < 2'000; ++round) {
    const auto prompt = random() % 400'000;
    const auto completion = random() % 100'000;
    const auto less = cost_of(*table, spent("gpt-5", tokens(prompt, completion))).nano_usd;
    EXPECT_LT(less, cost_of(*table, spent("gpt-5", tokens(prompt + 1, completion))).nano_usd);
    EXPECT_LT(less, cost_of(*table, spent("gpt-5", tokens(prompt, completion + 1))).nano_usd);
  }
}

TEST(Cost, PartsSayWhatItIsMadeOf) {
  using Parts = std::array<Nano, token_kind_count>;
  EXPECT_EQ(cost_parts_of(*table, spent("claude", {1'000, 10, 1'010, 200, {}, 300, 100})),
            (Parts{1'500'000, 60'000, 750'000, 600'000, 150'000}));
}

TEST(Cost, IsExpectedAsItIsSettled) {
  const auto expected = [](std::string_view model, std::string_view tier, std::uint64_t prompt) {
    return expected_cost(*table, {.tenant = "team",
                                  .provider = {"openai", "openai"},
                                  .model = model,
                                  .prompt_tokens = prompt,
                                  .output_tokens = 1,
                                  .service_tier = tier,
                                  .day = day("2026-11-30")});
  };
  EXPECT_EQ(expected("gpt-5", "", 100), 125'000 + 10'000);
  EXPECT_EQ(expected("gpt-5", "", 300'000), 300'000LL * 2'500 + 15'000);
  EXPECT_EQ(expected("gpt-5", "priority", 100), 2 * (125'000 + 10'000));
  EXPECT_EQ(expected("gpt-5", "scale", 100), std::nullopt);
  EXPECT_EQ(expected("unknown", "", 100), std::nullopt);
}

}  // namespace
}  // namespace llmgw::pricing
