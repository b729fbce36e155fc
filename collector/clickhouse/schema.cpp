// SPDX-License-Identifier: MIT
// What was done is noted once it is done.
#include "collector/clickhouse/schema.hpp"

#include "collector/store/store_fault.hpp"

namespace llmgw::collector {
namespace {

using Limits = ClickHouseServer::Limits;

constexpr TableForm book{"migration",
                         "",
                         "number Int64, name String, sha256 String, at Int64",
                         "at",
                         "tuple()",
                         "number",
                         "cityHash64(number)"};

constexpr std::string_view is_there_sql =
    "SELECT countIf(name = 'migration'), countIf(name = 'event') FROM system.tables "
    "WHERE database = currentDatabase()";
constexpr std::string_view taken_sql = "SELECT number, sha256 FROM migration FINAL ORDER BY number";
constexpr std::string_view note_sql =
    "INSERT INTO migration (number, name, sha256, at) SELECT {number:Int64}, {name:String}, "
    "{sha256:String}, toUnixTimestamp64Milli(now64(3))";

Result<std::int64_t> last_step(ClickHouseServer& server, const Limits& limits) {
  auto there = server.select(ServerQuery(is_there_sql), limits);
  if (there.has_error()) return there.error();
  there->next();
  if (there->integer(0) == 0)
    return there->integer(1) == 0 ? Result<std::int64_t>(0) : StoreFault::foreign_file;
  auto taken = server.select(ServerQuery(taken_sql), limits);
  if (taken.has_error()) return taken.error();
  std::int64_t last = 0;
  const auto steps = schema_steps();
  while (taken->next()) {
    last = taken->integer(0);
    if (last > static_cast<std::int64_t>(steps.size())) return StoreFault::newer_schema;
    if (last < 1 || taken->text(1) != digest_of(steps[static_cast<std::size_t>(last - 1)]))
      return StoreFault::migration_changed;
  }
  return last;
}

Result<void> make(ClickHouseServer& server, const TableForm& table, const Limits& limits) {
  for (const std::string& sql : create_sql(table, server.url())) {
    if (const auto done = server.run(ServerQuery(sql), limits); done.has_error()) return done;
  }
  return {};
}

}  // namespace

Result<std::vector<const SchemaStep*>> pending_steps(ClickHouseServer& server,
                                                     const Limits& limits) {
  const auto last = last_step(server, limits);
  if (last.has_error()) return last.error();
  std::vector<const SchemaStep*> pending;
  for (const SchemaStep& each : schema_steps())
    if (each.number > *last) pending.push_back(&each);
  return pending;
}

Result<void> take_steps(ClickHouseServer& server, std::span<const SchemaStep* const> steps,
                        const Limits& limits) {
  if (const auto made = make(server, book, limits); made.has_error()) return made;
  for (const SchemaStep* step : steps) {
    for (const TableForm& each : step->tables) {
      if (const auto made = make(server, each, limits); made.has_error()) return made;
    }
    ServerQuery note(note_sql);
    const std::string digest = digest_of(*step);
    note.with("number", step->number).with("name", step->name).with("sha256", digest);
    if (const auto noted = server.run(note, limits); noted.has_error()) return noted;
  }
  return {};
}

}  // namespace llmgw::collector
