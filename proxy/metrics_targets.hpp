// SPDX-License-Identifier: MIT
// What is counted of targets, and which of them cool.
#pragma once

#include <vector>

#include "proxy/metrics_parts.hpp"
#include "proxy/route/cooling.hpp"

namespace llmgw::proxy {

/// Nothing where there is no configuration file.
void add_targets(std::vector<Metric>& all, const Workers& workers,
                 const std::vector<CoolingBook::Entry>& targets);

}  // namespace llmgw::proxy
