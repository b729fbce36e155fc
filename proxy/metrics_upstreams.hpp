// SPDX-License-Identifier: MIT
// The metrics of upstreams: one series each.
#pragma once

#include <vector>

#include "proxy/metrics_parts.hpp"

namespace llmgw::proxy {

/// Adds what all workers together have counted of each upstream.
void add_upstreams(std::vector<Metric>& all, const Workers& workers);

}  // namespace llmgw::proxy
