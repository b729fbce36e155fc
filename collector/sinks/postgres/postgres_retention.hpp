// SPDX-License-Identifier: MIT
// What is older than it is to be kept leaves a PostgreSQL store, a day or a few thousand rows at a
// time.
#pragma once

#include "collector/postgres/schema.hpp"
#include "collector/sinks/place.hpp"
#include "collector/sinks/retention_times.hpp"

namespace llmgw::collector {

/// Rows that leave the default partition in one step.
inline constexpr std::int64_t rows_a_step = 5'000;

/// Removes the oldest partition all of whose day is too old at `now` (milliseconds since 1970), or
/// some rows of the default one, and an hour of sums, in one transaction with the floor that it
/// makes. Writers wait for it, one second at most. 1: there was something, and maybe is more;
/// nothing is done while another collector does it.
Result<int> remove_old(Connection& connection, const PostgresServer& server,
                       const RetentionTimes& times, std::int64_t now);

}  // namespace llmgw::collector
