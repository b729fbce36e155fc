// SPDX-License-Identifier: MIT
// RollupWriter: the deltas of a transaction into the sums of a SQLite store.
#pragma once

#include "collector/sqlite/database.hpp"
#include "collector/store/rollup.hpp"

namespace llmgw::collector {

/// Works within the transaction under way. Belongs to the thread that writes.
class RollupWriter {
 public:
  /// The database outlives it.
  static Result<RollupWriter> open(Database& database);

  Result<void> add(const Rollup& rollup);
  /// The series that the store has for a day.
  Result<std::vector<Series>> series_of(std::int64_t day);

 private:
  static Result<void> add_sums(Statement& statement, const std::map<Rollup::Key, Sums>& sums);

  Statement hour_, day_, latency_, series_;
};

}  // namespace llmgw::collector
