// SPDX-License-Identifier: MIT
// One upsert a day.
#include "collector/reconcile/sqlite_book.hpp"

#include <filesystem>

#include "collector/sinks/sqlite/sqlite_file.hpp"

namespace llmgw::collector {

Result<std::unique_ptr<ReconciliationBook>> SqliteBook::open(const std::string& path,
                                                             const Config& config) {
  if (!std::filesystem::exists(path))
    return make_error_code(boost::system::errc::no_such_file_or_directory);
  auto database = open_for_writing(path, config.store_sync, config.store_max);
  if (database.has_error()) return database.error();
  const auto pending = pending_migrations(*database);
  if (pending.has_error()) return pending.error();
  if (!pending->empty()) return StoreFault::migration_needed;
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
