// SPDX-License-Identifier: MIT
// Runs one cell from its first connection to its last answer.
#pragma once

#include <functional>

#include "bench/load/cell.hpp"
#include "bench/load/upstream.hpp"

namespace llmgw::bench {

/// `held` is called once all streams of a cell with `hold` are open, and returns when they may end.
Outcome run_cell(const Cell& cell, Reactor& reactor, Upstream& upstream,
                 const std::function<void()>& held);

}  // namespace llmgw::bench
