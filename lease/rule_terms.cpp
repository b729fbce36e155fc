// SPDX-License-Identifier: MIT
// Three kinds out of units and periods.
#include "lease/rule_terms.hpp"

namespace llmgw::lease {
namespace {

// Sums over all proxies stay within 64 bits.
constexpr Units largest = Units{1} << 50;

Units bounded(Units units) noexcept { return std::clamp<Units>(units, 1, largest); }

quota::Calendar::Kind kind_of(quota::Period::Kind kind) noexcept {
  switch (kind) {
    case quota::Period::Kind::week: return quota::Calendar::Kind::week;
    case quota::Period::Kind::month: return quota::Calendar::Kind::month;
    default: return quota::Calendar::Kind::day;
  }
}

}  // namespace

std::optional<RuleTerms> rule_terms(const quota::LimitRule& rule) {
  RuleTerms made;
  made.goes_on = rule.on_outage != quota::OnOutage::closed;
  if (rule.period.kind == quota::Period::Kind::none) {
    made.kind = SlotTerms{bounded(rule.limit)};
  } else if (!rule.period.is_calendar()) {
    made.kind = Rate{bounded(rule.limit), std::max<Duration>(Duration{1}, rule.period.length),
                     bounded(rule.burst)};
  } else {
    const auto zone =
        quota::Zone::find(rule.period.timezone.empty() ? "UTC" : rule.period.timezone);
    if (!zone) return std::nullopt;
    const quota::Calendar calendar{kind_of(rule.period.kind), *zone};
    made.kind = BudgetTerms{
        std::clamp<Units>(rule.limit, 1, most_units / 4),
        [calendar](std::chrono::sys_seconds at) { return quota::window_at(calendar, at); }};
  }
  return made;
}

HolderTerms holder_terms(const quota::LimitRule& rule, const quota::LimitDefaults& defaults) {
  HolderTerms made;
  made.limit = bounded(rule.limit);
  made.on_outage = rule.on_outage;
  if (rule.period.kind == quota::Period::Kind::none) {
    made.kind = HolderTerms::Kind::slots;
  } else if (!rule.period.is_calendar()) {
    made.burst = bounded(rule.burst);
    made.period = std::max<Duration>(Duration{1}, rule.period.length);
  } else {
    made.kind = HolderTerms::Kind::budget;
    made.limit = std::clamp<Units>(rule.limit, 1, most_units / 4);
    made.allowance = defaults.outage_allowance.of(made.limit);
  }
  return made;
}

}  // namespace llmgw::lease
