// SPDX-License-Identifier: MIT
// One upsert a day, in a transaction of its own.
#include "collector/reconcile/postgres_book.hpp"

#include "collector/postgres/schema.hpp"

namespace llmgw::collector {

Result<std::unique_ptr<ReconciliationBook>> PostgresBook::open(const std::string& place,
                                                               const Config& config) {
  std::unique_ptr<PostgresBook> made(new PostgresBook(postgres_server(place, config)));
  made->begin_call();
  if (const auto opened = open_tables(made->connection_, made->server_, true); opened.has_error())
    return opened.error();
  return std::unique_ptr<ReconciliationBook>(std::move(made));
}

Result<void> PostgresBook::keep(const KeptDay& day) {
  begin_call();
  auto done = store(day);
  connection_.roll_back();
  return done;
}

Result<void> PostgresBook::store(const KeptDay& day) {
  if (const auto begun = connection_.execute(begin_sql(server_)); begun.has_error())
    return begun.error();
  SqlValues values;
  values.add_text(day.provider).add(day.day).add_text(storable(day.scope));
  values.add_time(day.at).add_text(storable(day.report));
  const auto kept = connection_.run(
      "INSERT INTO reconciliation(provider, day, scope, at, report) VALUES($1, $2::int, $3, $4, "
      "$5) ON CONFLICT (provider, day, scope) DO UPDATE SET at = excluded.at, report = "
      "excluded.report",
      values);
  if (kept.has_error()) return kept.error();
  return connection_.commit();
}

}  // namespace llmgw::collector
