// SPDX-License-Identifier: MIT
// The series of what tokens cost by tenant and model, out of the tables of all workers.
#pragma once

#include <vector>

#include "proxy/api/cost_counts.hpp"
#include "proxy/metrics_pairs.hpp"

namespace llmgw::proxy {

/// Belongs to the thread that answers scrapes.
class CostSeries {
 public:
  /// Adds llmgw_cost_nano_usd_total and llmgw_unpriced_requests_total.
  void append_to(std::vector<Metric>& all, const std::vector<const CostCounts*>& counts);

 private:
  PairSeries<1> series_;
};

}  // namespace llmgw::proxy
