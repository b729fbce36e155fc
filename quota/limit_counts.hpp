// SPDX-License-Identifier: MIT
// PURE: what one thread counts of its limits, summed when it is scraped.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/metrics/counter.hpp"
#include "quota/limit_rule.hpp"

namespace llmgw::quota {

/// What came of asking one rule.
enum class Decision : std::uint8_t {
  admitted,
  refused,
  observed,  ///< it would have been refused, if the rule were enforced
};
inline constexpr std::array<std::string_view, 3> decision_words{"admitted", "refused", "observed"};

/// By the numbers of the decisions.
using DecisionAmounts = std::array<std::uint64_t, decision_words.size()>;

/// How often each was taken, for one tenant and rule, since that was told last.
struct DecisionCount {
  std::string tenant;
  std::string rule;
  DecisionAmounts amounts{};
  bool is_named = false;  ///< the file names the tenant, or its key
};

/// Gathers them until somebody takes them; what is too many is told of tenant and rule `other`.
class DecisionCounts {
 public:
  /// Of those that are named, and as many of the others: these cannot crowd those out.
  static constexpr std::size_t most = 4'096;

  void add(DecisionCount count);
  std::vector<DecisionCount> take();

 private:
  std::vector<DecisionCount> counts_;
  std::array<std::size_t, 2> sizes_{};  // by is_named
  DecisionAmounts others_{};
};

/// How far reservations were off: |reserved - used| / used.
inline constexpr std::array<double, 8> error_bounds{0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10};

struct LimitCounts {
  std::array<Counter, unit_words.size()> reserved;  ///< units of exchanges under way; a gauge
  std::array<Counter, unit_words.size()> debt;      ///< units used that there was no balance for
  std::array<Counter, error_bounds.size() + 1> errors;
  Counter error_millionths;  ///< the sum of all errors
  Counter shared;            ///< times that a tenant had no balance of its own

  void note_error(Units reserved, Units used) noexcept;
};

}  // namespace llmgw::quota
