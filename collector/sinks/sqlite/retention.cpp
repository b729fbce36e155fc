// SPDX-License-Identifier: MIT
// Ranges of keys from the old end, each in a transaction with the floor that it makes.
#include "collector/sinks/sqlite/retention.hpp"

#include <algorithm>
#include <string>

#include "collector/store/rollup.hpp"

namespace llmgw::collector {

Result<Retention> Retention::open(Database& database, const RetentionTimes& times) {
  Retention retention;
  retention.database_ = &database;
  retention.times_ = times;
  auto select = database.prepare("SELECT value FROM meta WHERE key = 'floor'");
  if (select.has_error()) return select.error();
  const Result<int> row = select->step();
  if (row.has_error()) return row.error();
  if (*row) retention.floor_ = first_place(select->integer(0));
  return retention;
}

Result<std::int64_t> Retention::step(std::int64_t now) {
  new_floor_ = floor_;
  if (const auto begun = database_->execute("BEGIN IMMEDIATE"); begun.has_error())
    return begun.error();
  Result<std::int64_t> removed = remove(now);
  if (removed) {
    if (const auto done = database_->execute("COMMIT"); done.has_error()) removed = done.error();
  }
  if (removed.has_error() && !database_->is_committed()) (void)database_->execute("ROLLBACK");
  if (removed) floor_ = new_floor_;
  return removed;
}

Result<std::int64_t> Retention::remove(std::int64_t now) {
  std::int64_t rows = 0;
  if (times_.events) {
    const auto events = remove_events(first_place(now - times_.events->count()));
    if (events.has_error()) return events;
    rows += *events;
  }
  if (!times_.usage) return rows;
  const std::int64_t end = hour_of(now - times_.usage->count());
  for (const std::string_view table : {"usage_hour", "latency_hour"}) {
    const auto hour = remove_hour(table, end);
    if (hour.has_error()) return hour;
    rows += *hour;
  }
  return rows;
}

// The place that stands so many behind the first one below `end`; nothing where there are not as
// many.
Result<std::optional<Place>> Retention::place_at(const Place& end, std::int64_t offset) {
  auto select = database_->prepare(
      "SELECT event_id FROM event WHERE event_id < ? ORDER BY event_id LIMIT 1 OFFSET ?");
  if (select.has_error()) return select.error();
  select->bind_blob(1, end.view());
  select->bind(2, offset);
  const Result<int> row = select->step();
  if (row.has_error()) return row.error();
  if (!*row) return std::optional<Place>();
  Place place;
  select->blob(0).copy(place.bytes.data(), place.bytes.size());
  return std::optional<Place>(place);
}

// The floor is a whole millisecond. The one that a step would cut through stays for the next, but
// for one that has more events than a step.
Result<std::int64_t> Retention::remove_events(const Place& end) {
  const auto first = place_at(end, 0);
  if (first.has_error()) return first.error();
  if (!*first) return 0;
  const auto next = place_at(end, events_a_step);
  if (next.has_error()) return next.error();
  const std::int64_t least = (*first)->time() + 1;
  new_floor_ = *next ? first_place(std::max((*next)->time(), least)) : end;
  std::int64_t rows = 0;
  for (const std::string_view sql :
       {"DELETE FROM event WHERE event_id < ?", "DELETE FROM placed WHERE event_id < ?"}) {
    auto remove = database_->prepare(sql);
    if (remove.has_error()) return remove.error();
    remove->bind_blob(1, new_floor_.view());
    if (const auto done = remove->run(); done.has_error()) return done.error();
    rows += database_->changes();
  }
  if (const auto kept = keep_floor(); kept.has_error()) return kept.error();
  return rows;
}

Result<std::int64_t> Retention::remove_hour(std::string_view table, std::int64_t end) {
  const std::string name(table);
  auto remove = database_->prepare("DELETE FROM " + name + " WHERE hour = (SELECT min(hour) FROM " +
                                   name + " WHERE hour < ?)");
  if (remove.has_error()) return remove.error();
  remove->bind(1, end);
  if (const auto done = remove->run(); done.has_error()) return done.error();
  return database_->changes();
}

Result<void> Retention::keep_floor() {
  auto keep = database_->prepare(
      "INSERT INTO meta(key, value) VALUES('floor', ?) ON CONFLICT(key) DO UPDATE SET value = "
      "excluded.value");
  if (keep.has_error()) return keep.error();
  const std::string text = std::to_string(new_floor_.time());
  keep->bind_text(1, text);
  return keep->run();
}

}  // namespace llmgw::collector
