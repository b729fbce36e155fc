// SPDX-License-Identifier: MIT
// One transaction a write.
#include "collector/sinks/sqlite/sqlite_sink.hpp"

#include <utility>

#include "collector/sinks/sqlite/sqlite_file.hpp"
#include "collector/store/wall_clock.hpp"
#include "common/log/log.hpp"

namespace llmgw::collector {
Result<Store> open_sqlite(std::string_view path, const Config& config) {
  auto sink = SqliteSink::open(std::string(path), config);
  if (sink.has_error()) return sink.error();
  SqliteSink* const opened = sink->get();
  return Store{
      .sink = std::move(*sink),
      .maintain = [opened] { return opened->maintain(); },
      .add_metrics = [opened](std::vector<Metric>& metrics) { opened->add_metrics(metrics); },
  };
}

Result<std::unique_ptr<SqliteSink>> SqliteSink::open(const std::string& path,
                                                     const Config& config) {
  auto lock = lock_store(path);
  if (lock.has_error()) return lock.error();
  auto database = open_for_writing(path, config.store_sync, config.store_max);
  if (database.has_error()) return database.error();
  const auto patience =
      std::chrono::duration_cast<std::chrono::milliseconds>(config.store_timeout).count();
  const auto set = database->execute("PRAGMA busy_timeout = " + std::to_string(patience));
  if (set.has_error()) return set.error();
  const auto pending = pending_migrations(*database);
  if (pending.has_error()) return pending.error();
  if (!pending->empty()) {
    const bool is_new = pending->size() == migrations().size();
    if (config.store_migrate == StoreMigrate::check && !is_new) return StoreFault::migration_needed;
    if (const auto done = migrate(*database, milliseconds_now()); done.has_error())
      return done.error();
    log::info("tables of the store changed",
              {{"path", path}, {"schema", migrations().back().number}});
  }
  using Made = std::unique_ptr<SqliteSink>;
  Made sink(new SqliteSink(path, std::move(*database), std::move(*lock), config));
  if (const auto ready = sink->prepare(retention_times(config)); ready.has_error())
    return ready.error();
  return sink;
}

SqliteSink::SqliteSink(std::string path, Database database, Descriptor lock, const Config& config)
    : path_(std::move(path)),
      lock_(std::move(lock)),
      database_(std::move(database)),
      series_(config.store_max_series, [this](std::int64_t day) { return sums_.series_of(day); }) {}

Result<void> SqliteSink::prepare(const RetentionTimes& times) {
  auto words = Words::open(database_);
  if (words.has_error()) return words.error();
  words_ = std::move(*words);
  auto events = EventWriter::open(database_, words_);
  if (events.has_error()) return events.error();
  events_ = std::move(*events);
  auto sums = RollupWriter::open(database_);
  if (sums.has_error()) return sums.error();
  sums_ = std::move(*sums);
  auto retention = Retention::open(database_, times);
  if (retention.has_error()) return retention.error();
  retention_ = std::move(*retention);
  note_oldest();
  return {};
}

Result<Stored> SqliteSink::write(std::span<const Batch* const> batches) {
  now_ = milliseconds_now();
  ahead_ = 0;
  Stored stored;
  Result<void> outcome = database_.execute("BEGIN IMMEDIATE");
  if (outcome) outcome = write_all(batches, stored);
  if (outcome) outcome = commit();
  if (outcome.has_error()) {
    roll_back();
    return outcome.error();
  }
  note(stored);
  return stored;
}

Result<void> SqliteSink::write_all(std::span<const Batch* const> batches, Stored& stored) {
  rollup_.clear();
  for (const Batch* each : batches) {
    if (const auto done = write_batch(*each, stored); done.has_error()) return done;
  }
  return sums_.add(rollup_);
}

Result<void> SqliteSink::write_batch(const Batch& batch, Stored& stored) {
  const std::string_view text = batch.text;
  std::size_t begin = 0;
  for (const Batch::Line& each : batch.lines) {
    const std::string_view line = text.substr(begin, each.end - begin);
    begin = each.end;
    if (const auto done = write_line(line, each.key, stored); done.has_error()) return done;
  }
  return {};
}

Result<void> SqliteSink::write_line(std::string_view line, const EventKey& key, Stored& stored) {
  if (!reader_.read(line, row_)) return errc::malformed_message;
  const std::string_view id = row_[Column::event_id].text;
  const Place place = place_of(key, id, row_.number(Column::ts), line);
  if (place.view() < retention_.floor().view()) {
    ++stored.too_old;
    return {};
  }
  const auto inserted = events_.insert(row_, place, id);
  if (inserted.has_error()) return inserted.error();
  if (*inserted == 0) {
    ++stored.duplicates;
    return {};
  }
  ++stored.fresh;
  stored.bytes += line.size();
  if (place.time() > now_ + most_skew) ++ahead_;
  if (tap() != nullptr) tap()->show(row_, line);
  return add_to_sums();
}

Result<void> SqliteSink::add_to_sums() {
  const auto number = [this](Column kind) {
    return events_.numbers()[static_cast<std::size_t>(kind)];
  };
  Series series{number(Column::tenant), number(Column::app_key), number(Column::provider),
                number(Column::model),
                outcome_class(number(Column::outcome), row_.number(Column::status_code))};
  const std::int64_t day = day_of(row_.number(Column::ts));
  if (const auto met = series_.meet(day); met.has_error()) return met;
  if (!series_.admits(day, series)) {
    const auto stand_in = others();
    if (stand_in.has_error()) return stand_in.error();
    series = series_.reduce(day, series, *stand_in);
  }
  rollup_.add(row_, series);
  return {};
}

// What stands for the words of events that are summed up together.
Result<Series> SqliteSink::others() {
  std::array<std::int64_t, 5> numbers{};
  constexpr std::array kinds{Column::tenant, Column::app_key, Column::provider, Column::model,
                             Column::outcome};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const auto number = words_.number(kinds[i], "other");
    if (number.has_error()) return number.error();
    numbers[i] = *number;
  }
  return Series{numbers[0], numbers[1], numbers[2], numbers[3], outcome_class(numbers[4], 0)};
}

Result<void> SqliteSink::commit() {
  if (const auto done = database_.execute("COMMIT"); done.has_error()) return done;
  words_.commit();
  series_.commit();
  return {};
}

void SqliteSink::roll_back() {
  if (!database_.is_committed()) (void)database_.execute("ROLLBACK");
  words_.roll_back();
  series_.roll_back();
}

void SqliteSink::note(const Stored& stored) {
  counts_.note(stored, ahead_);
  counts_.note_series(series_.size(), series_.reduced());
  if (!counts_.has_oldest() && stored.fresh > 0) note_oldest();
}

// A small transaction, which needs room as every other.
Result<void> SqliteSink::check() {
  return database_.execute(
      "INSERT INTO meta(key, value) VALUES('checked', hex(randomblob(1024))) "
      "ON CONFLICT(key) DO UPDATE SET value = excluded.value");
}

bool SqliteSink::maintain() {
  const auto removed = retention_.step(milliseconds_now());
  if (removed.has_error()) {
    if (!std::exchange(is_removal_failing_, true))
      log::error("old events cannot be removed; tried again later",
                 {{"reason", removed.error().message()}});
    return false;
  }
  is_removal_failing_ = false;
  note_oldest();
  return *removed > 0;
}

void SqliteSink::note_oldest() {
  auto select = database_.prepare("SELECT event_id FROM event ORDER BY event_id LIMIT 1");
  if (select.has_error()) return;
  const Result<int> row = select->step();
  Place oldest;
  if (row && *row) select->blob(0).copy(oldest.bytes.data(), oldest.bytes.size());
  counts_.note_oldest(oldest.time());
}

void SqliteSink::add_metrics(std::vector<Metric>& metrics) const {
  counts_.add_metrics(metrics, bytes_of_store(path_));
  counts_.add_series_metrics(metrics);
}

}  // namespace llmgw::collector
