// SPDX-License-Identifier: MIT
// PURE: how far off.
#include "quota/limit_counts.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace llmgw::quota {

void DecisionCounts::add(std::string_view tenant, std::string_view rule,
                         const DecisionAmounts& amounts) {
  if (amounts == DecisionAmounts{}) return;
  if (counts_.size() < most) {
    counts_.push_back({std::string(tenant), std::string(rule), amounts});
  } else {
    for (std::size_t i = 0; i < amounts.size(); ++i) others_[i] += amounts[i];
  }
}

std::vector<DecisionCount> DecisionCounts::take() {
  std::vector<DecisionCount> counts = std::exchange(counts_, {});
  if (others_ != DecisionAmounts{})
    counts.push_back({"other", "other", std::exchange(others_, {})});
  return counts;
}

// Without any use there is nothing to compare with.
void LimitCounts::note_error(Units reserved_units, Units used) noexcept {
  if (used <= 0) return;
  const double error =
      std::abs(static_cast<double>(reserved_units - used)) / static_cast<double>(used);
  std::size_t bucket = 0;
  while (bucket < error_bounds.size() && error > error_bounds[bucket]) ++bucket;
  errors[bucket].add();
  constexpr double most = 1e12;
  error_millionths.add(static_cast<std::uint64_t>(std::min(error * 1e6, most)));
}

}  // namespace llmgw::quota
