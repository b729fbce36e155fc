// SPDX-License-Identifier: MIT
// PURE: Scope: the balances of one tenant or one key, by the ids of its rules.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quota/limit_settings.hpp"
#include "quota/refill.hpp"

namespace llmgw::quota {

/// Numbers the settings one after another, as they are taken into use.
using Generation = std::uint32_t;

RefillTerms refill_terms(const LimitRule& rule) noexcept;

/// What belongs to a balance and is seldom looked at.
struct Cell {
  std::string id = {};  ///< of the rule
  Unit unit = Unit::requests;
  RefillTerms terms = {};  ///< of the thread that looks after all, once others know of the cell
  Refill refill = {};
  std::atomic<std::int64_t> told_at{0};  ///< when the log was last told of a refusal; nanoseconds
};

/// Balances that lie side by side, in one line of the cache.
struct BalanceLine {
  alignas(64) std::array<Balance, most_rules> balances;
  std::array<Cell, most_rules> cells;
};

/// Never changes but for its balances. Scopes of one name and different generations share the
/// balances of the rules that they have in common: what is taken by one is missing in the other.
class Scope {
 public:
  struct Place {
    Balance* balance = nullptr;
    Cell* cell = nullptr;
  };

  /// Full balances, but for the rules that `before` has too; null: none are there. At most
  /// most_rules.
  Scope(std::string name, Generation generation, std::span<const LimitRule* const> rules,
        const Scope* before);
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  const std::string& name() const noexcept { return name_; }
  Generation generation() const noexcept { return generation_; }
  std::span<const Place> places() const noexcept { return {places_.data(), count_}; }
  /// Of this rule; nothing in it where there is none.
  Place place(std::string_view id) const noexcept;

  // Who works with it. Any thread.

  /// False where it was forgotten meanwhile.
  bool use() noexcept;
  void leave() noexcept { users_.fetch_sub(1, std::memory_order_release); }
  /// Whether it is among those that the thread which looks after all visits at each of its turns.
  bool is_awake() const noexcept { return is_awake_.load(std::memory_order_relaxed); }

  // Of the thread that looks after all.

  /// Refills; whether all balances are full.
  bool look_after(Clock::time_point now) noexcept;
  /// Goes by these rules from now on: what a limit has become more or less, slots have at once; of
  /// what is refilled no more is left than the new burst.
  void adjust(std::span<const LimitRule* const> rules) noexcept;
  /// Whether nobody works with it; from then on nobody can.
  bool end() noexcept;
  /// The same, but only of one whose balances are full: one that is made anew begins so too.
  bool forget() noexcept;

 private:
  friend class Scopes;

  static constexpr std::int32_t forgotten = INT32_MIN / 2;

  bool is_full() const noexcept;
  bool lies_in(const BalanceLine& line) const noexcept;

  const std::string name_;
  const Generation generation_;
  std::uint8_t count_ = 0;
  std::array<Place, most_rules> places_{};
  std::vector<std::shared_ptr<BalanceLine>> lines_;  // in which they lie
  std::atomic<std::int32_t> users_{0};
  std::atomic<bool> is_awake_{false};
  bool is_counted_ = false;            // among those that are bounded
  std::atomic<Scope*> next_{nullptr};  // of the same bucket
  Scope* next_awake_ = nullptr;        // of those that were woken
};

}  // namespace llmgw::quota
