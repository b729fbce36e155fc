// SPDX-License-Identifier: MIT
// PURE: Callers: those that one thread has met lately.
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "quota/caller.hpp"

namespace llmgw::quota {

/// Finds a caller that is known without touching anything that is shared. Bounded: of those whose
/// names share a place the one not met for longest makes way. Belongs to its thread.
class Callers {
 public:
  /// What `terms` refer to outlives all callers.
  Callers(const CallerTerms& terms, std::shared_ptr<const RuleSet> set, Generation generation)
      : terms_(terms), set_(std::move(set)), generation_(generation), sets_(set_count) {}

  const RuleSet& rules() const noexcept { return *set_; }

  /// `key_id`: of the key that it showed; empty: none. Null where there is no rule for it.
  Caller::Pointer find(std::string_view tenant, std::string_view key_id = {});

  /// Has all of them tell what was decided.
  void tell_decisions();

 private:
  static constexpr std::size_t set_count = 256;
  static constexpr std::size_t ways = 4;
  using Set = std::array<Caller::Pointer, ways>;  // the one met last comes first

  const CallerTerms terms_;
  const std::shared_ptr<const RuleSet> set_;
  const Generation generation_;
  std::vector<Set> sets_;
};

}  // namespace llmgw::quota
