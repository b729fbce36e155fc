// SPDX-License-Identifier: MIT
// PURE: how far off.
#include "quota/limit_counts.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace llmgw::quota {

void DecisionCounts::add(DecisionCount count) {
  if (count.amounts == DecisionAmounts{}) return;
  std::size_t& size = sizes_[count.is_named ? 1 : 0];
  if (size < most) {
    ++size;
    counts_.push_back(std::move(count));
  } else {
    for (std::size_t i = 0; i < others_.size(); ++i) others_[i] += count.amounts[i];
  }
}

std::vector<DecisionCount> DecisionCounts::take() {
  std::vector<DecisionCount> counts = std::exchange(counts_, {});
  sizes_ = {};
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
