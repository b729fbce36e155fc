// SPDX-License-Identifier: MIT
// PostgresReader's single events: found by ranges of places, written as they came.
#include <algorithm>

#include "collector/query/postgres_reader.hpp"
#include "collector/query/postgres_texts.hpp"
#include "collector/query/stored_event.hpp"

namespace llmgw::collector {
namespace {

// Rows that one question looks at; the answer then says where to go on, whether it is full or not.
constexpr std::int64_t most_looked_at = 250'000;

const std::string& columns_sql() {
  static const std::string sql =
      "SELECT " + event_columns_sql() +
      ", (SELECT id FROM placed WHERE placed.event_id = event.event_id LIMIT 1)";
  return sql;
}

// Keys of the rows that are looked at.
constexpr const char* range_sql =
    " FROM event WHERE event_id >= $1 AND event_id < $2 ORDER BY event_id DESC";

std::string place_of_key(const EventKey& key) {
  std::string place;
  append_integer<8>(static_cast<std::int64_t>(key.high), place);
  append_integer<8>(static_cast<std::int64_t>(key.low), place);
  return place;
}

}  // namespace

Result<EventsAnswer> PostgresReader::events(const EventsQuery& query) {
  if (const auto begun = begin(); begun.has_error()) return begun.error();
  const RowFilter filter(query.filter, find_numbers());
  const Place first = first_place(query.span.from - most_skew);
  const Place last = first_place(query.span.to + most_skew);
  std::string_view end = last.view();
  if (!query.before.empty()) end = std::min<std::string_view>(end, query.before);
  SqlValues parameters;
  parameters.add_uuid(first.view())
      .add_uuid(end)
      .add_time(query.span.from)
      .add_time(query.span.to)
      .add(query.least_latency_us)
      .add_text(storable(query.request_id))
      .add(static_cast<std::int64_t>(query.limit) + 1);
  const auto rows = ask(
      columns_sql() + " FROM (SELECT *" + range_sql + " LIMIT " + std::to_string(most_looked_at) +
          ") AS event WHERE ts >= $3 AND ts < $4 AND latency_us >= $5 AND ($6 = '' "
          "OR request_id = $6)" +
          filter.events_sql() + " ORDER BY event_id DESC LIMIT $7",
      parameters);
  if (rows.has_error()) return rows.error();
  const int found = std::min(rows->size(), static_cast<int>(query.limit));
  auto answer = with_texts([&](const Text& text) {
    EventsAnswer made;
    for (int i = 0; i < found; ++i) made.events.push_back(event_of(*rows, i, text));
    return made;
  });
  if (answer.has_error()) return answer;
  if (found < rows->size()) {
    if (found > 0) answer->next = answer->events.back().place;
    return answer;
  }
  auto behind = place_behind(first, end);
  if (behind.has_error()) return behind.error();
  answer->next = std::move(*behind);
  return answer;
}

// Where a question goes on that has looked at as many rows as it may; empty: there are no more.
Result<std::string> PostgresReader::place_behind(const Place& first, std::string_view end) {
  SqlValues parameters;
  parameters.add_uuid(first.view()).add_uuid(end);
  const auto rows = ask(std::string("SELECT event_id") + range_sql + " LIMIT 2 OFFSET " +
                            std::to_string(most_looked_at - 1),
                        parameters);
  if (rows.has_error()) return rows.error();
  return rows->size() < 2 ? std::string() : std::string(rows->text(0, 0));
}

Result<std::optional<StoredEvent>> PostgresReader::event(std::string_view id,
                                                         const Filter& filter) {
  if (const auto begun = begin(); begun.has_error()) return begun.error();
  const RowFilter rows_wanted(filter, find_numbers());
  SqlValues given;
  given.add_text(storable(id));
  const auto placed = ask("SELECT event_id FROM placed WHERE id = $1", given);
  if (placed.has_error()) return placed.error();
  SqlValues place;
  place.add_uuid(placed->size() > 0 ? placed->text(0, 0)
                                    : std::string_view(place_of_key(event_key(id))));
  const auto rows =
      ask(columns_sql() + " FROM event WHERE event_id = $1" + rows_wanted.events_sql(), place);
  if (rows.has_error()) return rows.error();
  if (rows->size() == 0) return std::optional<StoredEvent>();
  auto event = with_texts([&](const Text& text) { return event_of(*rows, 0, text); });
  if (event.has_error()) return event.error();
  return std::optional<StoredEvent>(std::move(*event));
}

StoredEvent PostgresReader::event_of(const Rows& rows, int row, const Text& text) const {
  EventCells cells;
  int column = 0;
  for (std::size_t i = 0; i < column_count; ++i) {
    if (stored_fields[i].column.empty()) continue;
    const int at = column++;
    Cell& cell = cells.cells[i];
    cell.is_there = !rows.is_null(row, at);
    if (!cell.is_there) continue;
    switch (stored_fields[i].shape) {
      case Shape::text: cell.text = rows.text(row, at); break;
      case Shape::id: cells.place = rows.text(row, at); break;
      default: cell.number = rows.integer(row, at); break;
    }
  }
  cells.flags = rows.integer(row, column);
  cells.rest = rows.text(row, column + 1);
  cells.id = rows.text(row, column + 2);
  return stored_event(cells, text);
}

}  // namespace llmgw::collector
