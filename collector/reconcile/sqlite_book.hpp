// SPDX-License-Identifier: MIT
// SqliteBook: comparisons in a table of a SQLite store, beside the collector that writes to it.
#pragma once

#include "collector/reconcile/book.hpp"
#include "collector/sqlite/database.hpp"

namespace llmgw::collector {

class SqliteBook final : public ReconciliationBook {
 public:
  /// A store that is there and has the tables of this program.
  static Result<std::unique_ptr<ReconciliationBook>> open(const std::string& path,
                                                          const Config& config);

  Result<void> keep(const KeptDay& day) override;

 private:
  explicit SqliteBook(Database database) : database_(std::move(database)) {}

  Database database_;
};

}  // namespace llmgw::collector
