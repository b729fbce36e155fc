// SPDX-License-Identifier: MIT
// PURE: from tokens to units of a rule.
#include "quota/demand.hpp"

#include <algorithm>

namespace llmgw::quota {
namespace {

// What a request or an answer may claim to have, so that no sum overflows.
constexpr std::uint64_t most_tokens = 1'000'000'000'000;

// No answer of the past may shut a tenant out: of what is learned no more is reserved.
constexpr Units learned_part = 4;

std::uint64_t bounded(std::uint64_t tokens) noexcept { return std::min(tokens, most_tokens); }

std::uint64_t times(std::uint64_t tokens, std::uint64_t answers) noexcept {
  return bounded(bounded(tokens) * std::clamp<std::uint64_t>(answers, 1, 1'000));
}

Units units_of(const LimitRule& rule, std::uint64_t input, std::uint64_t output) noexcept {
  switch (rule.unit) {
    case Unit::tokens: return static_cast<Units>(bounded(input) + bounded(output));
    case Unit::input_tokens: return static_cast<Units>(bounded(input));
    default: return static_cast<Units>(bounded(output));
  }
}

std::uint64_t output_of(const LimitRule& rule, const Demand& demand) noexcept {
  if (rule.reserve == Reserve::max_tokens && demand.max_tokens)
    return times(*demand.max_tokens, demand.answers);
  const std::uint64_t one = std::min(demand.output_tokens, demand.max_tokens.value_or(most_tokens));
  const std::uint64_t all = times(one, demand.answers);
  // Of money a quarter is taken below, where it is known what they cost.
  if (rule.unit == Unit::usd) return all;
  return std::min(all, static_cast<std::uint64_t>(std::max<Units>(rule.burst / learned_part, 1)));
}

std::optional<Units> reserved_money(const LimitRule& rule, const Demand& demand) {
  if (demand.prices == nullptr) return std::nullopt;
  const auto input = demand.prices->cost(bounded(demand.input_tokens), 0);
  const auto all =
      demand.prices->cost(bounded(demand.input_tokens), bounded(output_of(rule, demand)));
  if (!input || !all || rule.reserve == Reserve::max_tokens) return all;
  return *input + std::min(*all - *input, std::max<Units>(rule.burst / learned_part, 1));
}

}  // namespace

// What has no price could not be settled either, whatever is reserved of it.
std::optional<Units> reserved_units(const LimitRule& rule, const Demand& demand) {
  if (rule.unit < Unit::tokens) return 1;
  const auto all =
      rule.unit == Unit::usd
          ? reserved_money(rule, demand)
          : std::optional(units_of(rule, demand.input_tokens, output_of(rule, demand)));
  return all && rule.reserve == Reserve::none ? 0 : all;
}

Units actual_units(const LimitRule& rule, const Actual& actual, Units reserved) noexcept {
  switch (rule.unit) {
    case Unit::concurrency: return 0;
    case Unit::requests: return actual.is_sent ? reserved : 0;
    case Unit::usd: return actual.is_sent ? actual.cost.value_or(reserved) : 0;
    default: break;
  }
  return actual.is_sent ? units_of(rule, actual.input_tokens, actual.output_tokens) : 0;
}

}  // namespace llmgw::quota
