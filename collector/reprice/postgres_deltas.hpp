// SPDX-License-Identifier: MIT
// The sums of a PostgreSQL store, as costs that were computed anew change them.
#pragma once

#include "collector/postgres/connection.hpp"
#include "collector/reprice/reprice_step.hpp"

namespace llmgw::collector {

/// Within the transaction under way, after its events. Rows are locked as writers lock them
/// (add_to_sums): hours, then days, in each in the order of its key. A row that is not there is not
/// made.
Result<void> add_deltas(Connection& connection, const StoredDeltas& deltas);

/// FindDays of such a store.
Result<std::vector<bool>> find_days(Connection& connection, const std::vector<SumsCell>& cells);

/// What stands for words that were left out of the sums; nothing where none ever was.
Result<std::optional<Series>> other_series(Connection& connection);

}  // namespace llmgw::collector
