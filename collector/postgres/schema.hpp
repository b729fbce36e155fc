// SPDX-License-Identifier: MIT
// The tables of a PostgreSQL store, the steps that lead to them, and its transactions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "collector/postgres/connection.hpp"
#include "collector/store/migrations.hpp"

namespace llmgw::collector {

/// Of a PostgreSQL store.
std::span<const Migration> postgres_migrations() noexcept;

/// `BEGIN` and what holds until its end: names are those of the store's schema, and nothing takes
/// longer than the server's timeout, waiting for locks included. `SET LOCAL` alone, so that behind
/// a pool that gives each transaction another session nothing is left for others.
std::string begin_sql(const PostgresServer& server, std::string_view mode = "");
/// The same with another time than the server's.
std::string begin_sql(const PostgresServer& server, std::string_view mode,
                      std::chrono::milliseconds most);

/// Which steps the tables still need; none for those that this program knows.
/// StoreFault::newer_schema, foreign_file, migration_changed, old_server, other_encoding, or the
/// server's errors.
Result<std::vector<const Migration*>> pending_migrations(Connection& connection,
                                                         const PostgresServer& server);

/// Opens a connection to tables that are those of this program. StoreFault::migration_needed for
/// older ones, and for none; else as open() and pending_migrations().
Result<void> open_tables(Connection& connection, const PostgresServer& server, bool needs_writable);

/// Takes those steps, each in a transaction of its own; whoever else does so meanwhile is waited
/// for. How many were left to take.
Result<std::size_t> migrate(Connection& connection, const PostgresServer& server);

/// Makes the partitions that lack around `today` (days since 1970). A day whose events are in the
/// default partition already is left out, and its name appended to `left_out`.
Result<void> make_partitions(Connection& connection, const PostgresServer& server,
                             std::int64_t today, std::vector<std::string>& left_out);

/// Days that have a partition, rising; within a transaction.
Result<std::vector<std::int64_t>> partition_days(Connection& connection);

}  // namespace llmgw::collector
