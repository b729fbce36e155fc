// SPDX-License-Identifier: MIT
// The deltas of a transaction into the sums of a PostgreSQL store.
#pragma once

#include <vector>

#include "collector/postgres/connection.hpp"
#include "collector/store/rollup.hpp"

namespace llmgw::collector {

/// Within the transaction under way. Rows are locked table by table, in each in the order of its
/// key, by every writer alike: so two of them never wait for each other.
Result<void> add_to_sums(Connection& connection, const Rollup& rollup);

/// The series that the store has for a day.
Result<std::vector<Series>> series_of(Connection& connection, std::int64_t day);

}  // namespace llmgw::collector
