// SPDX-License-Identifier: MIT
// The floor is looked at by a writer once it has its lock on the table of events; so no event that
// was removed can come in again while it moves.
#include "collector/sinks/postgres/postgres_retention.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "collector/postgres/partition.hpp"
#include "collector/store/rollup.hpp"

namespace llmgw::collector {
namespace {

constexpr std::int64_t day_length = 86'400'000;

Result<int> is_locked(Connection& connection, const PostgresServer& server) {
  const auto rows =
      connection.execute(begin_sql(server) +
                         "; SET LOCAL lock_timeout = 1000; SELECT "
                         "pg_try_advisory_xact_lock(hashtextextended('llm-gateway retention " +
                         server.url.schema + "', 0))::int");
  if (rows.has_error()) return rows.error();
  if (rows->integer(0, 0) == 0) return 0;
  const auto locked = connection.execute("LOCK TABLE ONLY event IN SHARE ROW EXCLUSIVE MODE");
  if (locked.has_error()) return locked.error();
  return 1;
}

Result<std::optional<Place>> default_place(Connection& connection, const Place& end,
                                           std::int64_t offset) {
  SqlValues parameters;
  parameters.add_uuid(end.view()).add(offset);
  const auto rows = connection.run("SELECT event_id FROM " + std::string(default_partition) +
                                       " WHERE event_id < $1 ORDER BY event_id LIMIT 1 OFFSET $2",
                                   parameters);
  if (rows.has_error()) return rows.error();
  if (rows->size() == 0) return std::optional<Place>();
  Place place;
  rows->text(0, 0).copy(place.bytes.data(), place.bytes.size());
  return std::optional<Place>(place);
}

// The floor that is reached; nothing where no row is too old. It is a whole millisecond.
Result<std::optional<Place>> remove_rows(Connection& connection, const Place& end) {
  const auto first = default_place(connection, end, 0);
  if (first.has_error() || !*first) return first;
  const auto next = default_place(connection, end, rows_a_step);
  if (next.has_error()) return next;
  const std::int64_t least = (*first)->time() + 1;
  const Place floor = *next ? first_place(std::max((*next)->time(), least)) : end;
  SqlValues parameters;
  parameters.add_uuid(floor.view());
  const auto done = connection.run(
      "DELETE FROM " + std::string(default_partition) + " WHERE event_id < $1", parameters);
  if (done.has_error()) return done.error();
  return std::optional<Place>(floor);
}

Result<std::optional<Place>> drop_partition(Connection& connection, std::int64_t end_day) {
  const auto days = partition_days(connection);
  if (days.has_error()) return days.error();
  if (days->empty() || days->front() >= end_day) return std::optional<Place>();
  const auto done =
      connection.execute("LOCK TABLE ONLY event IN ACCESS EXCLUSIVE MODE; DROP TABLE " +
                         partition_name(days->front()));
  if (done.has_error()) return done.error();
  return std::optional<Place>(first_place((days->front() + 1) * day_length));
}

Result<void> keep_floor(Connection& connection, const Place& floor) {
  SqlValues place;
  place.add_uuid(floor.view());
  auto done = connection.run("DELETE FROM placed WHERE event_id < $1", place);
  if (done.has_error()) return done.error();
  SqlValues time;
  time.add(floor.time());
  done = connection.run(
      "INSERT INTO meta AS stored(key, value) VALUES('floor', $1::text) ON CONFLICT (key) "
      "DO UPDATE SET value = greatest(stored.value::bigint, excluded.value::bigint)::text",
      time);
  if (done.has_error()) return done.error();
  return {};
}

Result<int> remove_events(Connection& connection, std::int64_t time) {
  const std::int64_t end_day = day_of(time);
  auto floor = remove_rows(connection, first_place(end_day * day_length));
  if (floor && !*floor) floor = drop_partition(connection, end_day);
  if (floor.has_error()) return floor.error();
  if (!*floor) return 0;
  if (const auto kept = keep_floor(connection, **floor); kept.has_error()) return kept.error();
  return 1;
}

Result<int> remove_hours(Connection& connection, std::int64_t end) {
  int is_any = 0;
  for (const std::string table : {"usage_hour", "latency_hour"}) {
    SqlValues parameters;
    parameters.add(end);
    const auto done =
        connection.run("DELETE FROM " + table + " WHERE hour = (SELECT min(hour) FROM " + table +
                           " WHERE hour < $1::int)",
                       parameters);
    if (done.has_error()) return done.error();
    is_any |= done->changed() > 0 ? 1 : 0;
  }
  return is_any;
}

Result<int> remove_locked(Connection& connection, const RetentionTimes& times, std::int64_t now) {
  Result<int> events = 0;
  Result<int> hours = 0;
  if (times.events) events = remove_events(connection, now - times.events->count());
  if (events.has_error()) return events;
  if (times.usage) hours = remove_hours(connection, hour_of(now - times.usage->count()));
  if (hours.has_error()) return hours;
  if (const auto done = connection.commit(); done.has_error()) return done.error();
  return *events + *hours;
}

}  // namespace

Result<int> remove_old(Connection& connection, const PostgresServer& server,
                       const RetentionTimes& times, std::int64_t now) {
  if (!times.events && !times.usage) return 0;
  Result<int> done = is_locked(connection, server);
  if (done && *done != 0) done = remove_locked(connection, times, now);
  connection.roll_back();
  return done;
}

}  // namespace llmgw::collector
