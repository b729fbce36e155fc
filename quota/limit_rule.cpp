// SPDX-License-Identifier: MIT
// PURE: which models, how long, and what it means.
#include "quota/limit_rule.hpp"

#include <algorithm>

#include "common/text/quantity.hpp"
#include "quota/proportion.hpp"

namespace llmgw::quota {
namespace {

constexpr int nano_places = 9;

bool matches(std::string_view pattern, std::string_view text) noexcept {
  if (!pattern.ends_with('*')) return pattern == text;
  return text.starts_with(pattern.substr(0, pattern.size() - 1));
}

std::string_view noun(Unit unit) noexcept {
  switch (unit) {
    case Unit::concurrency: return "exchanges at a time";
    case Unit::requests: return "requests";
    case Unit::tokens: return "tokens";
    case Unit::input_tokens: return "input tokens";
    case Unit::output_tokens: return "output tokens";
    case Unit::usd: break;
  }
  return "USD";
}

std::string amount(const LimitRule& rule, Units units) {
  return to_text(rule.unit, units).append(" ").append(noun(rule.unit));
}

}  // namespace

bool LimitRule::is_about(std::string_view asked) const noexcept {
  return models.empty() || std::any_of(models.begin(), models.end(), [asked](const auto& pattern) {
           return matches(pattern, asked);
         });
}

std::chrono::nanoseconds LimitRule::time_for(Units units) const noexcept {
  if (units <= 0 || limit <= 0) return {};
  return std::chrono::nanoseconds(proportion_up(units, period.length.count(), limit));
}

std::string to_text(const Period& period) {
  switch (period.kind) {
    case Period::Kind::none: return {};
    case Period::Kind::rolling: return format_duration(period.length);
    case Period::Kind::day: return "day";
    case Period::Kind::week: return "week";
    case Period::Kind::month: break;
  }
  return "month";
}

std::string to_text(Unit unit, Units units) {
  if (unit != Unit::usd) return std::to_string(units);
  const bool is_debt = units < 0;
  const std::uint64_t size = is_debt ? std::uint64_t{0} - static_cast<std::uint64_t>(units)
                                     : static_cast<std::uint64_t>(units);
  return (is_debt ? "-" : "") + format_decimal(size, nano_places);
}

std::string bound_in_words(const LimitRule& rule) {
  std::string text = "at most ";
  switch (rule.period.kind) {
    case Period::Kind::none: text += amount(rule, rule.limit); break;
    case Period::Kind::rolling:
      text += amount(rule, rule.burst) + " at once, and " + to_text(rule.unit, rule.limit) +
              " per " + to_text(rule.period) + " refilled steadily";
      break;
    default:
      text += amount(rule, rule.limit) + " a " + to_text(rule.period) + " (" +
              rule.period.timezone + ")";
  }
  if (!rule.models.empty()) {
    text += ", for the models ";
    for (std::size_t i = 0; i < rule.models.size(); ++i)
      text.append(i == 0 ? "" : ", ").append(rule.models[i]);
  }
  if (rule.floor > Share())
    text += ", of which " + to_text(rule.unit, rule.floor.of(rule.burst)) + " stay behind";
  return text;
}

}  // namespace llmgw::quota
