// SPDX-License-Identifier: MIT
// Two running averages.
#include "proxy/outbox/coding_choice.hpp"

namespace llmgw::proxy {

bool CodingChoice::compress(std::size_t bytes) noexcept {
  if (bytes < worth_it) return false;
  const bool is_known = cost_[1] != 0;
  const bool better = is_known && cost_[1] < cost_[0] * clearly;
  if (!better && cost_[0] <= good_link) return false;
  if (!is_known) return true;
  if (++since_probe_ < probe_interval) return better;
  since_probe_ = 0;
  return !better;
}

void CodingChoice::note(std::size_t bytes, bool compressed,
                        std::chrono::nanoseconds spent) noexcept {
  if (bytes < worth_it) return;
  const double cost = static_cast<double>(spent.count()) / static_cast<double>(bytes);
  double& average = cost_[compressed ? 1 : 0];
  constexpr double weight = 0.25;  // of the newest: four batches tell of a change
  average = average == 0 ? cost : average + weight * (cost - average);
}

}  // namespace llmgw::proxy
