// SPDX-License-Identifier: MIT
// Means over all that was noted.
#include "proxy/estimate/error_table.hpp"

#include <algorithm>
#include <cmath>

namespace llmgw::proxy {
namespace {

constexpr std::string_view other = "other";

}  // namespace

void ErrorTable::note(std::string_view model, EstimateMethod method, std::uint64_t estimated,
                      std::uint64_t reported) {
  if (reported == 0) return;
  const auto actual = static_cast<double>(reported);
  const double error = std::abs(static_cast<double>(estimated) - actual) / actual;
  const Hold hold(held_);
  auto found = models_.find(model);
  if (found == models_.end()) {
    const std::string_view name = models_.size() < most_models ? model : other;
    found = models_.try_emplace(std::string(name)).first;
  }
  Mean& mean = found->second[static_cast<std::size_t>(method)];
  mean.sum += error;
  ++mean.samples;
}

std::vector<ErrorTable::Row> ErrorTable::rows() const {
  std::vector<Row> rows;
  rows.reserve((most_models + 1) * estimate_methods.size());
  const Hold hold(held_);
  for (const auto& [model, means] : models_) {
    for (std::size_t i = 0; i < means.size(); ++i) {
      if (means[i].samples == 0) continue;
      rows.push_back({model, static_cast<EstimateMethod>(i),
                      means[i].sum / static_cast<double>(means[i].samples), means[i].samples});
    }
  }
  return rows;
}

}  // namespace llmgw::proxy
