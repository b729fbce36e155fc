// SPDX-License-Identifier: MIT
// Budgets, and what of them is not on disk yet.
#include "lease/authority.hpp"

#include <algorithm>

namespace llmgw::lease {

// A rule is made when it is asked for, or the file has it again; what was written down waits.
void Authority::restore(const std::vector<LedgerEntry>& entries, Instant now) {
  for (const LedgerEntry& entry : entries) {
    dormant_.insert_or_assign(entry.rule, entry);
    for (const LotRow& lot : entry.lots) {
      Proxy* const known = proxy_of(lot.proxy);
      Proxy& proxy = known != nullptr ? *known : add_proxy(lot.proxy, now - life);
      proxy.seq = std::max(proxy.seq, lot.seq);
    }
  }
  for (const LedgerEntry& entry : entries) rule_of(entry.rule, now);
}

void Authority::restore_budget(Budget& budget, const LedgerEntry& entry, Instant now) {
  budget.restore(entry.budget);
  for (const LotRow& lot : entry.lots) {
    Proxy* const known = proxy_of(lot.proxy);
    Proxy& proxy = known != nullptr ? *known : add_proxy(lot.proxy, now - life);
    budget.restore(proxy.number, lot, now);
  }
}

// Whether something was lent.
bool Authority::lend_of_budget(Rule& rule, Budget& budget, const Proxy& proxy,
                               const SyncRequest& request, const RuleAsk& ask, Instant now,
                               WallTime wall, RuleAnswer& made) {
  if (!options_.has_ledger) {
    made.is_refused = true;
    return false;
  }
  roll(rule, budget, wall);
  advance_budget(rule, budget, now);
  const Grant grant = budget.sync(proxy.number, request.seq, ask, now, options_.ttl);
  if (request.is_leaving || ask.is_gone) {
    budget.leave(proxy.number);
    rule.unsaved.erase(proxy.number);
    rule.forgotten.insert(proxy.name);
  } else {
    rule.unsaved.insert(proxy.number);
  }
  mark(rule);
  made.grant = grant.units;
  made.remaining = grant.remaining;
  made.retry = grant.retry.count();
  made.period = budget.window().begin.time_since_epoch().count();
  const auto left = std::chrono::milliseconds(budget.window().end - wall).count();
  made.reset = std::clamp<std::int64_t>(left, 1, most_wait);
  const auto ttl = std::chrono::duration_cast<std::chrono::milliseconds>(options_.ttl).count();
  if (made.reset < ttl) made.ttl = made.reset;
  return grant.units > 0;
}

void Authority::roll(const Rule& rule, Budget& budget, WallTime wall) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(wall);
  if (seconds >= budget.window().end)
    budget.roll(std::get<BudgetTerms>(rule.terms.kind).window_at(seconds));
}

void Authority::advance_budget(Rule& rule, Budget& budget, Instant now) {
  for (const ProxyNumber each : budget.advance(now)) {
    rule.unsaved.erase(each);
    mark(rule);
    if (const auto found = by_number_.find(each); found != by_number_.end())
      rule.forgotten.insert(found->second->name);
  }
}

void Authority::mark(Rule& rule) {
  if (!std::exchange(rule.is_unsaved, true)) unsaved_.push_back(&rule);
}

std::vector<LedgerChange> Authority::take_changes() {
  std::vector<LedgerChange> changes;
  for (Rule* const rule : std::exchange(unsaved_, {})) {
    rule->is_unsaved = false;
    auto* const budget = std::get_if<Budget>(&rule->state);
    if (budget == nullptr) continue;  // it became a rule of another kind
    LedgerChange& change = changes.emplace_back();
    change.rule = rule->id;
    change.budget = budget->row();
    for (const ProxyNumber each : std::exchange(rule->unsaved, {})) {
      const auto proxy = by_number_.find(each);
      if (proxy == by_number_.end()) continue;
      change.lots.push_back(budget->lot(each));
      change.lots.back().proxy = proxy->second->name;
      rule->forgotten.erase(proxy->second->name);
    }
    const auto forgotten = std::exchange(rule->forgotten, {});
    change.forgotten.assign(forgotten.begin(), forgotten.end());
  }
  return changes;
}

void Authority::put_back(const std::vector<LedgerChange>& changes) {
  for (const LedgerChange& change : changes) {
    const auto found = by_id_.find(change.rule);
    if (found == by_id_.end()) continue;
    Rule& rule = found->second;
    mark(rule);
    for (const LotRow& lot : change.lots)
      if (const Proxy* const known = proxy_of(lot.proxy)) rule.unsaved.insert(known->number);
    rule.forgotten.insert(change.forgotten.begin(), change.forgotten.end());
  }
}

void Authority::take_lots_out(SyncAnswer& answer) {
  for (RuleAnswer& each : answer.rules) {
    if (each.period == 0) continue;
    each.is_refused = true;
    each.grant = 0;
  }
}

}  // namespace llmgw::lease
