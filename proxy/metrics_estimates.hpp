// SPDX-License-Identifier: MIT
// What was estimated, how, and what that is worth.
#pragma once

#include "proxy/estimate/estimator.hpp"
#include "proxy/metrics_parts.hpp"

namespace llmgw::proxy {

/// llmgw_estimate* and llmgw_drains_total. Nothing where nothing is estimated (null).
void add_estimates(std::vector<Metric>& all, const Workers& workers, const Estimator* estimator);

}  // namespace llmgw::proxy
