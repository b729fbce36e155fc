// SPDX-License-Identifier: MIT
// SQLite writes the copy beside its place; once it is on disk it gets its name.
#include "collector/command/backup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "collector/command/report.hpp"
#include "collector/sinks/ndjson/file_calls.hpp"
#include "collector/sqlite/schema.hpp"
#include "collector/store/store_url.hpp"

namespace llmgw::collector {
namespace {

// An empty file of our mode, which SQLite then fills.
Result<void> make_empty(const std::string& path) {
  ::unlink(path.c_str());
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const Descriptor made(::open(path.c_str(), flags, 0640));
  return made.is_open() ? Result<void>() : Result<void>(system_error(errno));
}

Result<void> copy_to(const std::string& store, const std::string& path) {
  auto database = Database::open(store, Database::Mode::read_only);
  if (database.has_error()) return database.error();
  if (const auto known = pending_migrations(*database); known.has_error()) return known.error();
  auto copy = database->prepare("VACUUM INTO ?");
  if (copy.has_error()) return copy.error();
  copy->bind_text(1, path);
  return copy->run();
}

Result<void> make_durable(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open() || fsync(file.number()) != 0) return system_error(errno);
  return {};
}

// link(2) and not rename(2), which would replace what has come there meanwhile.
Result<void> publish(const std::string& part, const std::string& path) {
  if (::link(part.c_str(), path.c_str()) != 0) return system_error(errno);
  sync_folder(path);
  return {};
}

}  // namespace

int run_backup(std::span<const char* const> rest, const Config& config) {
  if (rest.size() != 1 || std::string_view(rest.front()).starts_with('-')) {
    complain("backup: needs the name of one new file");
    return bad_usage_status;
  }
  if (store_is_remote(config.store_url)) {
    complain(
        "backup: copies a SQLite file; a server has its own, such as pg_dump or BACKUP DATABASE");
    return bad_usage_status;
  }
  std::signal(SIGXFSZ, SIG_IGN);
  const std::string store(split_store_url(config.store_url)->place);
  const std::string path = rest.front();
  const std::string part = path + ".part";
  if (::access(path.c_str(), F_OK) == 0) {
    complain(path + ": exists already; a backup never replaces a file");
    return failure_status;
  }
  Result<void> done = make_empty(part);
  if (done) done = copy_to(store, part);
  if (done) done = make_durable(part);
  if (done) done = publish(part, path);
  ::unlink(part.c_str());
  if (done.has_error()) {
    complain("backup of " + store + " to " + path + ": " + done.error().message());
    return failure_status;
  }
  tell("backup of " + store + " written to " + path);
  return 0;
}

}  // namespace llmgw::collector
