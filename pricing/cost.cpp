// SPDX-License-Identifier: MIT
// Tokens times prices, in whole numbers.
#include "pricing/cost.hpp"

#include <limits>

#include "common/text/case_blind.hpp"

namespace llmgw::pricing {
namespace {

__extension__ using Wide = unsigned __int128;

using Count = std::uint64_t;
using Counts = std::array<Count, token_kind_count>;

constexpr std::uint64_t pico_per_nano = 1'000;

// What upstreams call the tier that an entry's own prices are those of.
bool is_usual_tier(std::string_view tier) noexcept {
  return tier.empty() || equals_ignoring_case(tier, "default") ||
         equals_ignoring_case(tier, "standard") || equals_ignoring_case(tier, "on_demand");
}

Count& of(Counts& counts, TokenKind kind) noexcept {
  return counts[static_cast<std::size_t>(kind)];
}

bool add(Count& sum, Count count) noexcept { return !__builtin_add_overflow(sum, count, &sum); }

// What was generated. A total tells what is missing, and whether reasoning lies beside the rest.
std::optional<Count> output_of(const TokenCounts& tokens) noexcept {
  if (!tokens.completion) {
    if (!tokens.total || *tokens.total < *tokens.prompt) return std::nullopt;
    return *tokens.total - *tokens.prompt;
  }
  Count without = *tokens.prompt;
  Count with = tokens.reasoning.value_or(0);
  const bool is_whole = add(without, *tokens.completion) && add(with, without);
  const bool is_beside = is_whole && tokens.reasoning && tokens.total && *tokens.total == with;
  return *tokens.completion + (is_beside ? *tokens.reasoning : 0);
}

// Of tokens that were written into the cache, which stay there for an hour. Where nobody said, they
// are of the only kind that has a price.
std::optional<Count> for_an_hour(const TokenCounts& tokens, const Rates& rates) noexcept {
  const Count written = tokens.cache_write.value_or(0);
  if (tokens.cache_write_1h)
    return *tokens.cache_write_1h <= written ? tokens.cache_write_1h : std::nullopt;
  if (written == 0) return 0;
  const bool has_short = rate_of(rates, TokenKind::cache_write_5m).has_value();
  const bool has_long = rate_of(rates, TokenKind::cache_write_1h).has_value();
  if (has_short && has_long) return std::nullopt;
  return has_long ? written : 0;
}

/// The factors are of tier and discount.
struct Bill {
  Counts counts{};
  std::array<Millionths, token_kind_count> rates{};
  Millionths tier = millionths_per_one;
  Millionths discount = millionths_per_one;
};

// Pico-USD by millionths by millionths, to nano-USD. Mostly there are no factors, and 64 bits do.
std::optional<Nano> rounded(Wide pico, const Bill& bill) noexcept {
  Wide divisor = pico_per_nano;
  for (const Millionths factor : {bill.tier, bill.discount}) {
    if (factor == millionths_per_one) continue;
    if (__builtin_mul_overflow(pico, Wide{factor}, &pico)) return std::nullopt;
    divisor *= millionths_per_one;
  }
  if (__builtin_add_overflow(pico, divisor / 2, &pico)) return std::nullopt;
  constexpr auto most = static_cast<Wide>(std::numeric_limits<std::uint64_t>::max());
  const Wide nano = pico <= most && divisor == pico_per_nano
                        ? Wide{static_cast<std::uint64_t>(pico) / pico_per_nano}
                        : pico / divisor;
  if (nano > static_cast<Wide>(std::numeric_limits<Nano>::max())) return std::nullopt;
  return static_cast<Nano>(nano);
}

// No product is larger than 2^64 times a million USD for a token, which has 40 bits as pico-USD.
Wide sum_of(const Bill& bill) noexcept {
  Wide sum = 0;
  for (std::size_t i = 0; i < bill.counts.size(); ++i) sum += Wide{bill.counts[i]} * bill.rates[i];
  return sum;
}

const Price* price_of(const Prices& prices, const Spent& spent) noexcept {
  const Price* const found = prices.find(spent.provider, spent.model, spent.day);
  if (found != nullptr || spent.request_model == spent.model) return found;
  return prices.find(spent.provider, spent.request_model, spent.day);
}

const Tier* tier_of(const Price& price, std::string_view name) noexcept {
  for (const Tier& each : price.tiers)
    if (equals_ignoring_case(each.name, name)) return &each;
  return nullptr;
}

// The prices that hold for a prompt of that length, of the tier; null: the entry has none of it.
const Rates* rates_of(const Price& price, const Spent& spent, Bill& bill) noexcept {
  const RateSet* set = &price.base;
  if (const Tier* const tier = tier_of(price, spent.service_tier)) {
    bill.tier = tier->factor.value_or(millionths_per_one);
    if (!tier->factor) set = &tier->own;
  } else if (!is_usual_tier(spent.service_tier)) {
    return nullptr;
  }
  const Count prompt = *spent.tokens.prompt;
  if (set->above && prompt > set->above->tokens) return &set->above->rates;
  // A tier with prices of its own may have none for prompts of that length.
  const bool is_above = price.base.above && prompt > price.base.above->tokens;
  return is_above && !set->above ? nullptr : &set->rates;
}

Unpriced count(const TokenCounts& tokens, const Rates& rates, Bill& bill) noexcept {
  const auto output = output_of(tokens);
  if (!output) return Unpriced::no_tokens;
  const auto one_hour = for_an_hour(tokens, rates);
  Count apart = tokens.cached.value_or(0);  // of the prompt
  const bool is_sum = add(apart, tokens.cache_write.value_or(0));
  if (!one_hour || !is_sum || apart > *tokens.prompt) return Unpriced::unclear;
  of(bill.counts, TokenKind::input) = *tokens.prompt - apart;
  of(bill.counts, TokenKind::cached_input) = tokens.cached.value_or(0);
  of(bill.counts, TokenKind::cache_write_5m) = tokens.cache_write.value_or(0) - *one_hour;
  of(bill.counts, TokenKind::cache_write_1h) = *one_hour;
  of(bill.counts, TokenKind::output) = *output;
  return Unpriced::no;
}

// What is not there and not needed costs nothing.
Unpriced apply(const Rates& rates, Bill& bill, bool& is_assumed) noexcept {
  for (std::size_t i = 0; i < rates.size(); ++i) {
    if (bill.counts[i] == 0) continue;
    const bool is_cached = i == static_cast<std::size_t>(TokenKind::cached_input);
    if (!rates[i] && !is_cached) return Unpriced::no_rate;
    is_assumed |= !rates[i];
    const auto& rate = rates[i] ? rates[i] : rate_of(rates, TokenKind::input);
    if (!rate) return Unpriced::no_rate;
    bill.rates[i] = *rate;
  }
  return Unpriced::no;
}

// All but the sum.
Cost draw_up(const Prices& prices, const Spent& spent, Bill& bill) noexcept {
  Cost cost;
  const auto without = [&cost](Unpriced why) {
    cost.unpriced = why;
    return cost;
  };
  cost.price = price_of(prices, spent);
  if (!spent.tokens.prompt) return without(Unpriced::no_tokens);
  if (cost.price == nullptr) return without(Unpriced::no_entry);
  const Rates* const rates = rates_of(*cost.price, spent, bill);
  if (rates == nullptr) return without(Unpriced::no_tier);
  cost.unpriced = count(spent.tokens, *rates, bill);
  if (cost.unpriced == Unpriced::no) cost.unpriced = apply(*rates, bill, cost.is_assumed);
  bill.discount = prices.discount(spent.tenant, spent.provider, spent.day);
  return cost;
}

}  // namespace

Cost cost_of(const Prices& prices, const Spent& spent) noexcept {
  Bill bill;
  Cost cost = draw_up(prices, spent, bill);
  if (cost.unpriced != Unpriced::no) return cost;
  cost.nano_usd = rounded(sum_of(bill), bill);
  if (!cost.nano_usd) cost.unpriced = Unpriced::out_of_range;
  return cost;
}

std::optional<std::array<Nano, token_kind_count>> cost_parts_of(const Prices& prices,
                                                                const Spent& spent) noexcept {
  Bill bill;
  if (draw_up(prices, spent, bill).unpriced != Unpriced::no) return std::nullopt;
  std::array<Nano, token_kind_count> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto part = rounded(Wide{bill.counts[i]} * bill.rates[i], bill);
    if (!part) return std::nullopt;
    parts[i] = *part;
  }
  return parts;
}

std::optional<Nano> expected_cost(const Prices& prices, const Expected& expected) noexcept {
  const TokenCounts tokens{.prompt = expected.prompt_tokens,
                           .completion = expected.output_tokens,
                           .total = std::nullopt,
                           .cached = std::nullopt,
                           .reasoning = std::nullopt};
  return cost_of(prices, {.tenant = expected.tenant,
                          .provider = expected.provider,
                          .model = expected.model,
                          .request_model = expected.model,
                          .tokens = tokens,
                          .service_tier = expected.service_tier,
                          .day = expected.day})
      .nano_usd;
}

}  // namespace llmgw::pricing
