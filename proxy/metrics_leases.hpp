// SPDX-License-Identifier: MIT
// The metrics of borrowing: how the collector answers, how long exchanges wait for that.
#pragma once

#include <vector>

#include "proxy/lease/lease_counts.hpp"
#include "proxy/metrics_parts.hpp"

namespace llmgw::proxy {

/// Of a process that borrows nothing (null) none.
void add_leases(std::vector<Metric>& all, const Workers& workers, const LeaseCounts* leases);

}  // namespace llmgw::proxy
