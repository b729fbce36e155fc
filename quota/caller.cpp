// SPDX-License-Identifier: MIT
// PURE: from rules to balances.
#include "quota/caller.hpp"

#include <algorithm>
#include <utility>

namespace llmgw::quota {
namespace {

// Of newcomers without room: no tenant's name is empty.
constexpr std::string_view newcomers;

bool is_of_body(const LimitRule& rule) noexcept {
  return rule.unit >= Unit::tokens || !rule.models.empty();
}

// `t:TENANT/RULE` is RULE, and of keys `k:KEY/RULE` is KEY/RULE.
std::string label_of(const ScopedRule& rule, std::string_view tenant) {
  constexpr std::size_t kind = 2;
  const std::size_t rest = rule.balance.front() == 'k' ? kind : kind + tenant.size() + 1;
  return rule.balance.substr(rest);
}

}  // namespace

Caller::Caller(const CallerTerms& terms, std::shared_ptr<const RuleSet> set, Generation generation,
               std::string_view tenant, const KeyLimits* key)
    : terms_(terms), set_(std::move(set)), generation_(generation), tenant_(tenant), key_(key) {
  for (const ScopedRule& each : set_->rules_of(tenant, key)) {
    Scope* const scope = scope_of(each);
    const Scope::Place place = scope == nullptr ? Scope::Place() : scope->place(each.rule->id);
    // More of them than the readers of the file admit there cannot be.
    if (place.balance == nullptr || entries_.size() == most_rules) continue;
    const Share floor = std::max(each.rule->floor, key == nullptr ? Share() : key->floor);
    entries_.push_back({.rule = each.rule,
                        .balance = place.balance,
                        .cell = place.cell,
                        .terms = refill_terms(*each.rule),
                        .lent = place.cell->lent.get(),
                        .keep = floor.of(each.rule->burst),
                        .label = label_of(each, tenant)});
    has_rules_of_body_ |= is_of_body(*each.rule);
    has_rules_of_models_ |= !each.rule->models.empty();
    has_rules_of_money_ |= each.rule->unit == Unit::usd;
  }
  is_named_ = key != nullptr || set_->is_named("t:" + tenant_ + "/");
  if (is_shared_) terms_.counts.shared.add();
}

Caller::~Caller() {
  tell_decisions();
  for (Scope* each : scopes_)
    if (each != nullptr) each->leave();
}

Scope* Caller::scope_of(const ScopedRule& rule) {
  std::string name(rule.scope());
  if (is_shared_ && name.starts_with("t:")) name.replace(2, tenant_.size(), newcomers);
  for (Scope*& each : scopes_) {
    if (each != nullptr && each->name() == name) return each;
    if (each != nullptr) continue;
    each = terms_.scopes.use(name, *set_, generation_, !is_shared_ && !set_->is_named(name));
    if (each != nullptr || is_shared_) return each;
    is_shared_ = true;
    return scope_of(rule);
  }
  return nullptr;
}

void Caller::tell_decisions() {
  for (Entry& each : entries_)
    terms_.decisions.add({.tenant = is_shared_ ? "other" : tenant_,
                          .rule = each.label,
                          .amounts = std::exchange(each.decisions, {}),
                          .is_named = is_named_});
}

}  // namespace llmgw::quota
