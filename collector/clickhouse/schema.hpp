// SPDX-License-Identifier: MIT
// The steps that lead to the tables of a ClickHouse store, and the book that is kept of them.
#pragma once

#include <vector>

#include "collector/clickhouse/server.hpp"
#include "collector/clickhouse/tables.hpp"

namespace llmgw::collector {

/// Which steps the tables still need; none for those that this program knows.
/// StoreFault::newer_schema, foreign_file, migration_changed, or the server's errors.
Result<std::vector<const SchemaStep*>> pending_steps(ClickHouseServer& server,
                                                     const ClickHouseServer::Limits& limits);

/// Takes them. There is no transaction: a step that was cut short is taken again, and two that take
/// the same at once do no harm.
Result<void> take_steps(ClickHouseServer& server, std::span<const SchemaStep* const> steps,
                        const ClickHouseServer::Limits& limits);

}  // namespace llmgw::collector
