// SPDX-License-Identifier: MIT
// Says which steps are due, and takes them.
#include "collector/command/migrate.hpp"

#include <chrono>

#include "collector/command/report.hpp"
#include "collector/sinks/sqlite/sqlite_file.hpp"
#include "collector/store/store_url.hpp"

namespace llmgw::collector {
namespace {

Result<void> run(const std::string& path, bool is_dry, const Config& config) {
  const auto lock = lock_store(path);
  if (lock.has_error()) return lock.error();
  auto database = open_for_writing(path, config.store_sync, config.store_max);
  if (database.has_error()) return database.error();
  const auto pending = pending_migrations(*database);
  if (pending.has_error()) return pending.error();
  if (pending->empty()) tell(path + ": nothing to do");
  for (const Migration* each : *pending)
    tell(path + ": step " + std::to_string(each->number) + ", " + std::string(each->name) +
         (is_dry ? ", is due" : ""));
  if (is_dry) return {};
  namespace chrono = std::chrono;
  const auto now = chrono::system_clock::now().time_since_epoch();
  return migrate(*database, chrono::duration_cast<chrono::milliseconds>(now).count());
}

}  // namespace

int run_migrate(std::span<const char* const> rest, const Config& config) {
  const bool is_dry = rest.size() == 1 && std::string_view(rest.front()) == "--dry-run";
  if (!rest.empty() && !is_dry) {
    complain("migrate: takes nothing, or --dry-run");
    return bad_usage_status;
  }
  const std::string path(split_store_url(config.store_url)->place);
  const auto done = run(path, is_dry, config);
  if (done.has_error()) {
    complain(path + ": " + done.error().message());
    return failure_status;
  }
  return 0;
}

}  // namespace llmgw::collector
