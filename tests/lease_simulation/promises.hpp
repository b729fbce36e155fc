// SPDX-License-Identifier: MIT
// The scenarios: one or more for each promise of docs/limits-cluster.md.
#pragma once

#include <vector>

#include "tests/lease_simulation/scenario.hpp"

namespace llmgw::simulation {

/// Those of tools/check simulation; `is_long`: with more proxies and more time.
std::vector<Scenario> promises(bool is_long);

/// Faults of all kinds at random, at random sizes.
Scenario anything(std::uint64_t seed);

}  // namespace llmgw::simulation
