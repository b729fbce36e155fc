// SPDX-License-Identifier: MIT
// Values that several workers have parts of.
#pragma once

#include <vector>

#include "common/metrics/prometheus_text.hpp"
#include "proxy/worker.hpp"

namespace llmgw::proxy {

using Workers = std::vector<const Worker*>;

/// The sum of one histogram of each part; `get` finds it.
template <class Part, class Get>
HistogramValue sum_of(const std::vector<const Part*>& parts, Get get) {
  const auto& bounds = get(*parts.front()).bounds;
  HistogramValue value({bounds.begin(), bounds.end()});
  for (const Part* part : parts) {
    const auto& from = get(*part);
    for (std::size_t i = 0; i < value.counts.size(); ++i) value.counts[i] += from.bucket(i);
    value.sum += from.sum_seconds();
  }
  return value;
}

}  // namespace llmgw::proxy
