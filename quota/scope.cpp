// SPDX-License-Identifier: MIT
// PURE: which balances a scope has, and what becomes of them with other rules.
#include "quota/scope.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace llmgw::quota {

RefillTerms refill_terms(const LimitRule& rule) noexcept {
  return {.limit = rule.limit, .period = rule.period.length, .burst = rule.burst};
}

Scope::Scope(std::string name, Generation generation, std::span<const LimitRule* const> rules,
             const Scope* before, bool is_lent)
    : name_(std::move(name)), generation_(generation) {
  if (before != nullptr) lines_ = before->lines_;
  std::shared_ptr<BalanceLine> line;
  std::size_t made = 0;
  for (const LimitRule* rule : rules.first(std::min(rules.size(), most_rules))) {
    Place& place = places_[count_++];
    if (before != nullptr) place = before->place(rule->id);
    if (place.balance != nullptr && place.cell->unit == rule->unit) {
      if (is_lent) place.cell->lent->state.set(Stance::ask);  // by the new settings it may be
      continue;
    }
    if (line == nullptr) line = std::make_shared<BalanceLine>();
    place = {&line->balances[made], &line->cells[made]};
    ++made;
    place.cell->id = rule->id;
    place.cell->unit = rule->unit;
    place.cell->terms = refill_terms(*rule);
    if (is_lent) {
      place.cell->lent =
          std::make_unique<Lent>(name_ + rule->id, rule->unit, *place.balance, rule->burst);
    } else {
      place.balance->give(rule->burst);
    }
  }
  if (line != nullptr) lines_.push_back(std::move(line));
  std::erase_if(lines_, [this](const auto& each) { return !lies_in(*each); });
}

bool Scope::lies_in(const BalanceLine& line) const noexcept {
  return std::any_of(places().begin(), places().end(), [&line](const Place& each) {
    return !std::less<>()(each.balance, line.balances.data()) &&
           std::less<>()(each.balance, line.balances.data() + line.balances.size());
  });
}

Scope::Place Scope::place(std::string_view id) const noexcept {
  for (const Place& each : places())
    if (each.cell->id == id) return each;
  return {};
}

bool Scope::use() noexcept {
  std::int32_t users = users_.load(std::memory_order_relaxed);
  while (users >= 0)
    if (users_.compare_exchange_weak(users, users + 1, std::memory_order_acquire)) return true;
  return false;
}

bool Scope::look_after(Clock::time_point now) noexcept {
  for (const Place& each : places())
    if (each.cell->lent == nullptr)
      each.cell->refill.give_due(*each.balance, each.cell->terms, now);
  return is_as_new();
}

void Scope::adjust(std::span<const LimitRule* const> rules) noexcept {
  for (const LimitRule* rule : rules) {
    const Place place = this->place(rule->id);
    if (place.balance == nullptr || place.cell->unit != rule->unit) continue;
    const RefillTerms terms = refill_terms(*rule);
    const Units more = terms.burst - std::exchange(place.cell->terms, terms).burst;
    if (place.cell->lent != nullptr) continue;
    if (rule->unit == Unit::concurrency) {
      place.balance->give(more);
    } else {
      place.balance->cut(terms.burst);
    }
  }
}

// Whoever woke it just before has put it among those that are visited, where it has to stay then.
bool Scope::end() noexcept {
  std::int32_t nobody = 0;
  if (!users_.compare_exchange_strong(nobody, forgotten, std::memory_order_acq_rel)) return false;
  if (!is_awake()) return true;
  users_.store(0, std::memory_order_release);
  return false;
}

// One of which something was taken in between is not forgotten; whoever took it for gone meanwhile
// has made another one, with the same balances.
bool Scope::forget() noexcept {
  if (!is_as_new() || !end()) return false;
  if (is_as_new()) return true;
  users_.store(0, std::memory_order_release);
  return false;
}

bool Scope::is_as_new() const noexcept {
  return std::all_of(places().begin(), places().end(), [](const Place& each) {
    const Units units = each.balance->units();
    return each.cell->lent != nullptr ? units == 0 : units >= each.cell->terms.burst;
  });
}

}  // namespace llmgw::quota
