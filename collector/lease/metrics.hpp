// SPDX-License-Identifier: MIT
// What /metrics tells of leases.
#pragma once

#include <vector>

#include "collector/lease/endpoint.hpp"

namespace llmgw::collector {

/// Budgets are told of at most this many; those of which most is spent.
inline constexpr std::size_t most_budgets_told = 1'000;

void append_lease_metrics(const Lender& lender, const LeaseEndpoint& endpoint,
                          std::vector<Metric>& metrics);

}  // namespace llmgw::collector
