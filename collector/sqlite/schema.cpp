// SPDX-License-Identifier: MIT
// The steps as SQL, and the book that is kept of them.
#include "collector/sqlite/schema.hpp"

#include <array>

namespace llmgw::collector {
namespace {

constexpr std::int64_t application_id = 0x4c4c4757;  // LLGW

// `event` has its key in the order of time, so that all is written at its end, and is read and
// removed by ranges of it. `word` keeps texts of which there are few as numbers. `placed` has the
// events whose id says nothing of their time. Sums are kept by hour and by day, times by hour.
constexpr std::string_view first = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE word(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE(kind, text)) STRICT;
CREATE TABLE event(
  event_id BLOB PRIMARY KEY, ts INTEGER NOT NULL, tenant INTEGER NOT NULL, app_key INTEGER NOT NULL,
  provider INTEGER NOT NULL, model INTEGER NOT NULL, request_model INTEGER NOT NULL, endpoint INTEGER NOT NULL,
  outcome INTEGER NOT NULL, usage_source INTEGER NOT NULL, status_code INTEGER NOT NULL, flags INTEGER NOT NULL,
  prompt_tokens INTEGER, completion_tokens INTEGER, total_tokens INTEGER, cached_tokens INTEGER,
  cache_write_tokens INTEGER, reasoning_tokens INTEGER, latency_us INTEGER NOT NULL, ttft_us INTEGER,
  request_bytes INTEGER NOT NULL, response_bytes INTEGER NOT NULL, captured_bytes INTEGER NOT NULL,
  stream_chunks INTEGER, output_bytes INTEGER, finish_reason INTEGER, native_finish_reason INTEGER,
  service_tier INTEGER, route INTEGER, target INTEGER, request_id TEXT NOT NULL, upstream_request_id TEXT NOT NULL,
  cost_nano_usd INTEGER, price_id INTEGER, rest TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE placed(id TEXT PRIMARY KEY, event_id BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX placed_event_id ON placed(event_id);
CREATE TABLE usage_hour(
  hour INTEGER NOT NULL, tenant INTEGER NOT NULL, app_key INTEGER NOT NULL, provider INTEGER NOT NULL,
  model INTEGER NOT NULL, class INTEGER NOT NULL, requests INTEGER NOT NULL, prompt_tokens INTEGER NOT NULL,
  completion_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL, no_usage INTEGER NOT NULL, cost_nano_usd INTEGER NOT NULL,
  unpriced INTEGER NOT NULL, latency_us INTEGER NOT NULL, ttft_us INTEGER NOT NULL, ttft_n INTEGER NOT NULL,
  request_bytes INTEGER NOT NULL, response_bytes INTEGER NOT NULL,
  PRIMARY KEY(hour, tenant, app_key, provider, model, class)) STRICT, WITHOUT ROWID;
CREATE TABLE usage_day(
  day INTEGER NOT NULL, tenant INTEGER NOT NULL, app_key INTEGER NOT NULL, provider INTEGER NOT NULL,
  model INTEGER NOT NULL, class INTEGER NOT NULL, requests INTEGER NOT NULL, prompt_tokens INTEGER NOT NULL,
  completion_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL, no_usage INTEGER NOT NULL, cost_nano_usd INTEGER NOT NULL,
  unpriced INTEGER NOT NULL, latency_us INTEGER NOT NULL, ttft_us INTEGER NOT NULL, ttft_n INTEGER NOT NULL,
  request_bytes INTEGER NOT NULL, response_bytes INTEGER NOT NULL,
  PRIMARY KEY(day, tenant, app_key, provider, model, class)) STRICT, WITHOUT ROWID;
CREATE TABLE latency_hour(
  hour INTEGER NOT NULL, provider INTEGER NOT NULL, model INTEGER NOT NULL, kind INTEGER NOT NULL,
  bucket INTEGER NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY(hour, provider, model, kind, bucket)) STRICT, WITHOUT ROWID;
)sql";

// `price` has each table that costs were computed anew by, as text; `reconciliation` what a
// provider's own reports say of a day, with what this store had then.
constexpr std::string_view costs = R"sql(
CREATE TABLE price(digest TEXT PRIMARY KEY, text TEXT NOT NULL, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE reconciliation(
  provider TEXT NOT NULL, day INTEGER NOT NULL, scope TEXT NOT NULL, at INTEGER NOT NULL, report TEXT NOT NULL,
  PRIMARY KEY(provider, day, scope)) STRICT, WITHOUT ROWID;
)sql";

constexpr std::array<Migration, 2> steps{{{1, "first", first}, {2, "costs", costs}}};

constexpr std::string_view book = R"sql(
CREATE TABLE migration(number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
)sql";

Result<void> check_owner(Database& database) {
  const auto id = database.integer("PRAGMA application_id");
  if (id.has_error()) return id.error();
  const auto tables = database.integer("SELECT count(*) FROM sqlite_schema");
  if (tables.has_error()) return tables.error();
  if (*id == application_id || (*id == 0 && *tables == 0)) return {};
  return StoreFault::foreign_file;
}

Result<std::vector<TakenStep>> taken_steps(Database& database) {
  const auto is_there =
      database.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'migration'");
  if (is_there.has_error()) return is_there.error();
  std::vector<TakenStep> found;
  if (*is_there == 0) return found;
  auto taken = database.prepare("SELECT number, sha256 FROM migration ORDER BY number");
  if (taken.has_error()) return taken.error();
  for (;;) {
    const Result<int> row = taken->step();
    if (row.has_error()) return row.error();
    if (!*row) return found;
    found.push_back({taken->integer(0), std::string(taken->text(1))});
  }
}

Result<void> note(Database& database, const Migration& step, std::int64_t now) {
  auto insert =
      database.prepare("INSERT INTO migration(number, name, sha256, at) VALUES(?, ?, ?, ?)");
  if (insert.has_error()) return insert.error();
  const std::string digest = digest_of(step);
  insert->bind(1, step.number);
  insert->bind_text(2, step.name);
  insert->bind_text(3, digest);
  insert->bind(4, now);
  return insert->run();
}

Result<void> take(Database& database, const Migration& step, std::int64_t now) {
  if (const auto begun = database.execute("BEGIN IMMEDIATE"); begun.has_error()) return begun;
  Result<void> done;
  if (step.number == 1) {
    done = database.execute("PRAGMA application_id = " + std::to_string(application_id));
    if (done) done = database.execute(book);
  }
  if (done) done = database.execute(step.sql);
  if (done) done = note(database, step, now);
  if (done) done = database.execute("COMMIT");
  if (done.has_error() && !database.is_committed()) (void)database.execute("ROLLBACK");
  return done;
}

}  // namespace

std::span<const Migration> migrations() noexcept { return steps; }

Result<std::vector<const Migration*>> pending_migrations(Database& database) {
  if (const auto ours = check_owner(database); ours.has_error()) return ours.error();
  const auto taken = taken_steps(database);
  if (taken.has_error()) return taken.error();
  return steps_left(steps, *taken);
}

Result<void> migrate(Database& database, std::int64_t now) {
  const auto pending = pending_migrations(database);
  if (pending.has_error()) return pending.error();
  for (const Migration* each : *pending) {
    if (const auto done = take(database, *each, now); done.has_error()) return done;
  }
  return {};
}

}  // namespace llmgw::collector
