// SPDX-License-Identifier: MIT
// Rules: made when they are asked for, changed with the file, forgotten when they are as new.
#include "lease/authority.hpp"

#include <algorithm>

#include "lease/overloaded.hpp"

namespace llmgw::lease {
namespace {

constexpr std::chrono::hours proxy_memory{2};  // longer than any lot's
constexpr std::chrono::seconds between_sweeps{1};

}  // namespace

void Authority::set_rules(Rules rules, Duration ttl, Instant now) {
  rules_ = std::move(rules);
  options_.ttl = ttl;
  for (auto& [id, rule] : by_id_) {
    auto terms = rules_(id);
    rule.is_known = terms.has_value();
    if (terms) change(rule, std::move(*terms), now);
  }
}

std::variant<Bucket, Slots, Budget> Authority::make(const RuleTerms& terms) const {
  return std::visit(
      Overloaded{[this](const Rate& rate) -> std::variant<Bucket, Slots, Budget> {
                   return Bucket(rate, filled_from_);
                 },
                 [](const SlotTerms& slots) -> std::variant<Bucket, Slots, Budget> {
                   return Slots(slots.capacity);
                 },
                 [](const BudgetTerms& budget) -> std::variant<Bucket, Slots, Budget> {
                   return Budget(budget.limit);
                 }},
      terms.kind);
}

void Authority::change(Rule& rule, RuleTerms terms, Instant now) {
  const bool is_same_kind = rule.terms.kind.index() == terms.kind.index();
  rule.terms = std::move(terms);
  if (!is_same_kind) {
    rule.state = make(rule.terms);
    rule.unsaved.clear();
    rule.forgotten.clear();
    return;
  }
  std::visit(
      Overloaded{
          [&](const Rate& rate) {
            auto& bucket = std::get<Bucket>(rule.state);
            if (bucket.rate() != rate) bucket.set_rate(rate, now);
          },
          [&](const SlotTerms& slots) { std::get<Slots>(rule.state).set_capacity(slots.capacity); },
          [&](const BudgetTerms& budget) { std::get<Budget>(rule.state).set_limit(budget.limit); }},
      rule.terms.kind);
}

// Made when it is first asked for, as it would be if it had been there from the start.
Authority::Rule* Authority::rule_of(std::string_view id, Instant now) {
  if (const auto found = by_id_.find(id); found != by_id_.end()) return &found->second;
  auto terms = rules_(id);
  if (!terms) return nullptr;
  if (by_id_.size() >= most_rules && now - swept_at_ >= between_sweeps) sweep(now, swept_wall_);
  if (by_id_.size() >= most_rules) return nullptr;
  const auto place =
      by_id_.try_emplace(std::string(id), Rule{{}, make(*terms), std::move(*terms)}).first;
  Rule& rule = place->second;
  rule.id = place->first;
  const auto earlier = dormant_.find(id);
  auto* const budget = std::get_if<Budget>(&rule.state);
  if (earlier != dormant_.end() && budget != nullptr) {
    restore_budget(*budget, earlier->second, now);
    dormant_.erase(earlier);
  }
  return &rule;
}

bool Authority::is_idle(const Rule& rule) const {
  return std::visit(Overloaded{[](const Bucket& bucket) { return bucket.is_idle(); },
                               [](const Slots& slots) { return slots.is_idle(); },
                               [](const Budget& budget) { return budget.is_idle(); }},
                    rule.state);
}

void Authority::sweep(Instant now, WallTime wall) {
  swept_at_ = now;
  swept_wall_ = wall;
  for (auto each = by_id_.begin(); each != by_id_.end();) {
    Rule& rule = each->second;
    std::visit(Overloaded{[now](auto& state) { state.advance(now); },
                          [&](Budget& budget) {
                            roll(rule, budget, wall);
                            advance_budget(rule, budget, now);
                          }},
               rule.state);
    const bool is_needed = rule.is_unsaved || !is_idle(rule);
    each = is_needed ? std::next(each) : by_id_.erase(each);
  }
  std::erase_if(proxies_, [&](const auto& each) {
    const bool is_gone = now - each.second->heard_at > proxy_memory;
    if (is_gone) by_number_.erase(each.second->number);
    return is_gone;
  });
}

Authority::Counts Authority::counts(Instant now) const {
  Counts counts{.proxies = alive(now), .rules = by_id_.size()};
  for (const auto& [id, rule] : by_id_) {
    if (const auto* bucket = std::get_if<Bucket>(&rule.state)) counts.lent_units += bucket->lent();
    if (const auto* slots = std::get_if<Slots>(&rule.state)) counts.lent_slots += slots->lent();
  }
  return counts;
}

std::optional<Authority::RuleState> Authority::state(std::string_view id) const {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return std::nullopt;
  return std::visit(
      Overloaded{[](const Bucket& bucket) -> RuleState {
                   return {bucket.free(), bucket.lent(), bucket.rate().burst};
                 },
                 [](const Slots& slots) -> RuleState {
                   return {slots.free(), slots.lent(), slots.capacity()};
                 },
                 [](const Budget& budget) -> RuleState {
                   return {budget.limit() - budget.taken(), budget.taken(), budget.limit()};
                 }},
      found->second.state);
}

std::vector<Authority::BudgetState> Authority::budgets() const {
  std::vector<BudgetState> all;
  for (const auto& [id, rule] : by_id_)
    if (const auto* budget = std::get_if<Budget>(&rule.state))
      all.push_back({id, budget->limit(), budget->taken()});
  return all;
}

}  // namespace llmgw::lease
