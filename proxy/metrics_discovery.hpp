// SPDX-License-Identifier: MIT
// The metrics of discovery: which providers have told their models, and how asking went.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/metrics/prometheus_text.hpp"
#include "proxy/discovery/watch.hpp"

namespace llmgw::proxy {

/// Appends them, of all that were ever asked; none are there where nobody was.
void add_discovery(std::vector<Metric>& all, const std::map<std::string, DiscoveryCounts>& counts);

}  // namespace llmgw::proxy
