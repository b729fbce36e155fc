// SPDX-License-Identifier: MIT
// PURE: taking all or nothing, and settling.
#include "quota/reservation.hpp"

#include <algorithm>

namespace llmgw::quota {
namespace {

bool is_of_head(const LimitRule& rule) noexcept {
  return rule.unit < Unit::tokens && rule.models.empty();
}

// A balance that is given back to may be full by now; slots are there or in use, and never more.
void give_back(const Caller::Entry& entry, Units units) noexcept {
  if (entry.rule->unit == Unit::concurrency) {
    entry.balance->give(units);
  } else {
    entry.balance->fill(units, entry.terms.burst);
  }
}

RefusalKind kind_of(const LimitRule& rule) noexcept {
  if (rule.unit == Unit::concurrency) return RefusalKind::concurrency;
  return rule.period.is_calendar() ? RefusalKind::budget : RefusalKind::rate;
}

}  // namespace

std::optional<Refusal> Reservation::admit_head() { return admit(Stage::head, {}, {}); }

std::optional<Refusal> Reservation::admit_body(std::string_view model, const Demand& demand) {
  return admit(Stage::body, model, demand);
}

std::optional<Refusal> Reservation::admit(Stage stage, std::string_view model,
                                          const Demand& demand) {
  const auto entries = caller_->entries();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Caller::Entry& entry = entries[i];
    const LimitRule& rule = *entry.rule;
    if (is_of_head(rule) != (stage == Stage::head)) continue;
    if (!rule.models.empty() && (model.empty() || !rule.is_about(model))) continue;
    asked_ = static_cast<std::uint8_t>(asked_ | 1U << i);
    const auto cost = reserved_units(rule, demand);
    // Of what nothing is reserved, something has to be there.
    const bool is_free = cost == 0 && rule.unit >= Unit::tokens;
    const Units keep = is_free ? std::max<Units>(entry.keep, 1) : entry.keep;
    const auto refusal = cost ? take(entry, *cost, keep)
                              : std::optional<Refusal>({&entry, RefusalKind::unpriced, {}});
    const bool is_enforced = terms_.refuses && rule.mode == RuleMode::enforce;
    const auto decision = !refusal      ? Decision::admitted
                          : is_enforced ? Decision::refused
                                        : Decision::observed;
    ++entry.decisions[static_cast<std::size_t>(decision)];
    if (!refusal) {
      note_taken(i, *cost);
    } else if (is_enforced) {
      release();
      return refusal;
    } else if (limited_by_.empty()) {
      limited_by_ = entry.label;
    }
  }
  caller_->wake_scopes();
  return std::nullopt;
}

// What is due is given before anybody is refused, so that to wait as long as is said is enough.
std::optional<Refusal> Reservation::take(Caller::Entry& entry, Units cost, Units keep) const {
  Balance& balance = *entry.balance;
  if (balance.take(cost, keep)) return std::nullopt;
  if (cost > entry.terms.burst - keep) return Refusal{&entry, RefusalKind::too_large, {}};
  if (entry.rule->period.kind != Period::Kind::rolling)
    return Refusal{&entry, kind_of(*entry.rule), {}};
  const Clock::time_point now = terms_.now();
  entry.cell->refill.give_due(balance, entry.terms, now);
  if (balance.take(cost, keep)) return std::nullopt;
  return Refusal{&entry, RefusalKind::rate,
                 entry.cell->refill.wait_for(cost + keep, balance, entry.terms, now)};
}

void Reservation::note_taken(std::size_t number, Units units) noexcept {
  taken_ = static_cast<std::uint8_t>(taken_ | 1U << number);
  units_[number] = units;
  const Unit unit = caller_->entries()[number].rule->unit;
  caller_->counts().reserved[static_cast<std::size_t>(unit)].add(static_cast<std::uint64_t>(units));
}

void Reservation::settle(const Actual& actual) noexcept {
  if (taken_ == 0) return;
  LimitCounts& counts = caller_->counts();
  const auto entries = caller_->entries();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if ((taken_ >> i & 1) == 0) continue;
    const Caller::Entry& entry = entries[i];
    const LimitRule& rule = *entry.rule;
    const auto unit = static_cast<std::size_t>(rule.unit);
    const Units reserved = units_[i];
    const Units used = actual_units(rule, actual, reserved);
    counts.reserved[unit].subtract(static_cast<std::uint64_t>(reserved));
    if (used <= reserved) {
      if (used < reserved) give_back(entry, reserved - used);
    } else {
      const Units left = entry.balance->give(reserved - used);
      const Units debt = std::min(used - reserved, -left);
      if (debt > 0) counts.debt[unit].add(static_cast<std::uint64_t>(debt));
    }
    if (rule.unit >= Unit::tokens && actual.is_sent && rule.reserve != Reserve::none)
      counts.note_error(reserved, used);
  }
  taken_ = 0;
}

}  // namespace llmgw::quota
