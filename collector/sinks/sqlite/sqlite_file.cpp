// SPDX-License-Identifier: MIT
// Settings of the connection that writes.
#include "collector/sinks/sqlite/sqlite_file.hpp"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>

#include "collector/sinks/ndjson/file_calls.hpp"

namespace llmgw::collector {
namespace {

constexpr mode_t mode = 0640;

// What SQLite would make has the mode of the process's mask.
Result<void> make_file(const std::string& path) {
  const Descriptor made(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, mode));
  if (!made.is_open()) return system_error(errno);
  if (!regular_file(made.number())) return system_error(EINVAL);
  return {};
}

std::uint64_t size_of(const std::string& path) {
  std::error_code code;
  const auto size = std::filesystem::file_size(path, code);
  return code ? 0 : size;
}

}  // namespace

Result<Descriptor> lock_store(const std::string& path) {
  Descriptor lock(::open((path + ".lock").c_str(),
                         O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, mode));
  if (!lock.is_open()) return system_error(errno);
  if (lock_file(lock.number()).has_error()) return StoreFault::in_use;
  return lock;
}

Result<Database> open_for_writing(const std::string& path, LogSync sync, std::uint64_t most) {
  if (const auto made = make_file(path); made.has_error()) return made.error();
  auto database = Database::open(path, Database::Mode::read_write);
  if (database.has_error()) return database.error();
  // Before anything else: it holds for a file that has no page yet.
  Result<void> done = database->execute("PRAGMA auto_vacuum = INCREMENTAL");
  if (done) done = database->execute("PRAGMA journal_mode = WAL");
  if (done)
    done = database->execute(sync == LogSync::batch ? "PRAGMA synchronous = FULL"
                                                    : "PRAGMA synchronous = NORMAL");
  if (done)
    done = database->execute(
        "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 4000;"
        "PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY");
  if (done && most > 0) {
    const auto page = database->integer("PRAGMA page_size");
    if (page.has_error()) return page.error();
    const auto pages = std::max<std::uint64_t>(most / static_cast<std::uint64_t>(*page), 1);
    done = database->execute("PRAGMA max_page_count = " + std::to_string(pages));
  }
  if (done.has_error()) return done.error();
  return database;
}

Result<Database> open_existing(const std::string& path, const Config& config) {
  if (!std::filesystem::exists(path))
    return make_error_code(boost::system::errc::no_such_file_or_directory);
  auto database = open_for_writing(path, config.store_sync, config.store_max);
  if (database.has_error()) return database.error();
  const auto pending = pending_migrations(*database);
  if (pending.has_error()) return pending.error();
  if (!pending->empty()) return StoreFault::migration_needed;
  return database;
}

std::uint64_t bytes_of_store(const std::string& path) {
  return size_of(path) + size_of(path + "-wal");
}

}  // namespace llmgw::collector
