// SPDX-License-Identifier: MIT
// One upsert a day.
#include "collector/reconcile/sqlite_book.hpp"

#include "collector/sinks/sqlite/sqlite_file.hpp"

namespace llmgw::collector {

Result<std::unique_ptr<ReconciliationBook>> SqliteBook::open(const std::string& path,
                                                             const Config& config) {
  auto database = open_existing(path, config);
  if (database.has_error()) return database.error();
  std::unique_ptr<ReconciliationBook> made(new SqliteBook(std::move(*database)));
  return made;
}

Result<void> SqliteBook::keep(const KeptDay& day) {
  auto insert = database_.prepare(
      "INSERT INTO reconciliation(provider, day, scope, at, report) VALUES(?, ?, ?, ?, ?) "
      "ON CONFLICT(provider, day, scope) DO UPDATE SET at = excluded.at, report = excluded.report");
  if (insert.has_error()) return insert.error();
  insert->bind_text(1, day.provider);
  insert->bind(2, day.day);
  insert->bind_text(3, day.scope);
  insert->bind(4, day.at);
  insert->bind_text(5, day.report);
  return insert->run();
}

}  // namespace llmgw::collector
