// SPDX-License-Identifier: MIT
// Says which steps are due, and takes them.
#include "collector/command/migrate.hpp"

#include <array>
#include <chrono>

#include "collector/clickhouse/schema.hpp"
#include "collector/command/report.hpp"
#include "collector/postgres/schema.hpp"
#include "collector/sinks/clickhouse/clickhouse_sink.hpp"
#include "collector/sinks/sqlite/sqlite_file.hpp"
#include "collector/sinks/store_counts.hpp"
#include "collector/store/clickhouse_url.hpp"
#include "collector/store/rollup.hpp"
#include "collector/store/store_url.hpp"
#include "collector/store/wall_clock.hpp"

namespace llmgw::collector {
namespace {

using Steps = std::vector<const Migration*>;

void tell_steps(const std::string& store, const Steps& steps, bool is_dry) {
  if (steps.empty()) tell(store + ": nothing to do");
  for (const Migration* each : steps)
    tell(store + ": step " + std::to_string(each->number) + ", " + std::string(each->name) +
         (is_dry ? ", is due" : ""));
}

Result<void> migrate_sqlite(const std::string& path, bool is_dry, const Config& config) {
  const auto lock = lock_store(path);
  if (lock.has_error()) return lock.error();
  auto database = open_for_writing(path, config.store_sync, config.store_max);
  if (database.has_error()) return database.error();
  const auto pending = pending_migrations(*database);
  if (pending.has_error()) return pending.error();
  tell_steps(path, *pending, is_dry);
  return is_dry ? Result<void>() : migrate(*database, milliseconds_now());
}

// Partitions are made ahead too: a collector that may not change tables needs somebody to do it.
Result<void> migrate_postgres(const std::string& place, bool is_dry, const Config& config) {
  const PostgresServer server = postgres_server(place, config);
  Connection connection;
  connection.set_deadline(std::chrono::steady_clock::now() + server.timeout);
  if (const auto opened = connection.open(server, !is_dry); opened.has_error()) {
    complain(connection.message());
    return opened;
  }
  const auto pending = pending_migrations(connection, server);
  if (pending.has_error()) return pending.error();
  tell_steps("postgres:" + place, *pending, is_dry);
  if (is_dry) return {};
  connection.set_deadline(Connection::Deadline::max());
  if (const auto taken = migrate(connection, server); taken.has_error()) return taken.error();
  std::vector<std::string> left_out;
  const auto made = make_partitions(connection, server, day_of(milliseconds_now()), left_out);
  for (const std::string& each : left_out)
    tell("postgres:" + place + ": no partition " + each + ": its events are in the default one");
  return made;
}

// Steps of large tables take a while.
constexpr std::chrono::hours patience{1};

Result<void> migrate_clickhouse(const std::string& place, bool is_dry, const Config& config) {
  auto server = clickhouse_server(config.store_url, config);
  if (server.has_error()) return server.error();
  const ClickHouseServer::Limits limits{ClickHouseServer::Clock::now() + patience};
  const auto pending = pending_steps(**server, limits);
  if (pending.has_error()) return pending.error();
  const std::string store = "clickhouse:" + place;
  if (pending->empty()) tell(store + ": nothing to do");
  for (const SchemaStep* each : *pending)
    tell(store + ": step " + std::to_string(each->number) + ", " + std::string(each->name) +
         (is_dry ? ", is due" : ""));
  if (is_dry || pending->empty()) return {};
  return take_steps(**server, *pending, limits);
}

struct Kind {
  std::string_view scheme;
  Result<void> (*run)(const std::string& place, bool is_dry, const Config& config);
};
constexpr std::array kinds{
    Kind{sqlite_scheme, migrate_sqlite},          Kind{postgres_scheme, migrate_postgres},
    Kind{postgresql_scheme, migrate_postgres},    Kind{clickhouse_scheme, migrate_clickhouse},
    Kind{clickhouses_scheme, migrate_clickhouse},
};

}  // namespace

int run_migrate(std::span<const char* const> rest, const Config& config) {
  const bool is_dry = rest.size() == 1 && std::string_view(rest.front()) == "--dry-run";
  if (!rest.empty() && !is_dry) {
    complain("migrate: takes nothing, or --dry-run");
    return bad_usage_status;
  }
  const auto store = *split_store_url(config.store_url);
  const std::string place(store.place);
  for (const Kind& each : kinds) {
    if (each.scheme != store.scheme) continue;
    const auto done = each.run(place, is_dry, config);
    if (done) return 0;
    complain(place + ": " + done.error().message());
    return failure_status;
  }
  complain("migrate: is not for such a store");
  return bad_usage_status;
}

}  // namespace llmgw::collector
