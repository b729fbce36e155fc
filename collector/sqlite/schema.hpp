// SPDX-License-Identifier: MIT
// The tables of a SQLite store, and the steps that lead to them; forward only.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "collector/sqlite/database.hpp"
#include "collector/store/migrations.hpp"

namespace llmgw::collector {

/// Of a SQLite store.
std::span<const Migration> migrations() noexcept;

/// Which steps the tables still need; none for those that this program knows.
/// StoreFault::newer_schema, foreign_file, migration_changed, or SQLite's errors.
Result<std::vector<const Migration*>> pending_migrations(Database& database);

/// Takes those steps, each in a transaction of its own, at `now` (milliseconds since 1970).
Result<void> migrate(Database& database, std::int64_t now);

}  // namespace llmgw::collector
