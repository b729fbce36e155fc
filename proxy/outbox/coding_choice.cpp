// SPDX-License-Identifier: MIT
// The shortest times of late.
#include "proxy/outbox/coding_choice.hpp"

#include <algorithm>

namespace llmgw::proxy {

bool CodingChoice::compress(std::size_t bytes) noexcept {
  if (bytes < worth_it || cost_[0] <= good_link) return false;
  if (cost_[1] == 0) return true;
  const bool better = cost_[1] < cost_[0] * clearly;
  if (++since_probe_ < probe_interval) return better;
  since_probe_ = 0;
  return !better;
}

void CodingChoice::note(std::size_t bytes, bool compressed,
                        std::chrono::nanoseconds spent) noexcept {
  if (bytes < worth_it) return;
  const double cost = static_cast<double>(spent.count()) / static_cast<double>(bytes);
  double& best = cost_[compressed ? 1 : 0];
  // A busy machine or disk delays some batches, and says nothing of the link. One that has become
  // slower shows within some dozens of batches.
  constexpr double growth = 1.03;
  best = best == 0 ? cost : std::min(cost, best * growth);
}

}  // namespace llmgw::proxy
