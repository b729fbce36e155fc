// SPDX-License-Identifier: MIT
// SqliteReader's single events: found by ranges of places, written as they came.
#include <algorithm>

#include "collector/query/sqlite_moment.hpp"
#include "collector/query/sqlite_reader.hpp"
#include "collector/query/stored_event.hpp"
#include "collector/sinks/place.hpp"

namespace llmgw::collector {
namespace {

// Rows that one question looks at; the answer then says where to go on, whether it is full or not.
constexpr std::size_t most_looked_at = 250'000;

// In front of them each question has a column of its own.
constexpr int own_columns = 1;

// Where a column stands among them.
constexpr int index_of(Column column) noexcept {
  int index = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(column); ++i)
    index += stored_fields[i].column.empty() ? 0 : 1;
  return index;
}

}  // namespace

Result<EventsAnswer> SqliteReader::events(const EventsQuery& query) {
  const Moment moment(database_);
  const RowFilter filter(query.filter, find_numbers());
  // What the row has to be is computed, not asked for: so each row that is looked at is counted.
  auto select = database_.prepare(
      "SELECT ts >= ? AND ts < ? AND latency_us >= ? AND (? = '' OR "
      "request_id = ?4)" +
      filter.events_sql() + ", " + event_columns_sql() +
      " FROM event WHERE event_id >= ? AND event_id < ? "
      "ORDER BY event_id DESC");
  if (select.has_error()) return select.error();
  const Place first = first_place(query.span.from - most_skew);
  const Place last = first_place(query.span.to + most_skew);
  std::string_view end = last.view();
  if (!query.before.empty()) end = std::min<std::string_view>(end, query.before);
  select->bind(1, query.span.from);
  select->bind(2, query.span.to);
  select->bind(3, query.least_latency_us);
  select->bind_text(4, query.request_id);
  select->bind_blob(5, first.view());
  select->bind_blob(6, end);
  EventsAnswer answer;
  std::string looked_at;
  for (std::size_t count = 0;; ++count) {
    const Result<int> row = select->step();
    if (row.has_error()) return row.error();
    if (*row == 0) return answer;
    if (count == most_looked_at) {
      answer.next = looked_at;
      return answer;
    }
    const bool is_wanted = select->integer(0) != 0;
    if (is_wanted && answer.events.size() == query.limit) {
      answer.next = answer.events.back().place;
      return answer;
    }
    if (is_wanted) answer.events.push_back(event_of(*select));
    looked_at = select->blob(own_columns + index_of(Column::event_id));
  }
}

Result<std::optional<StoredEvent>> SqliteReader::event(std::string_view id, const Filter& filter) {
  const Moment moment(database_);
  const RowFilter rows(filter, find_numbers());
  auto select = database_.prepare(
      "SELECT 1, " + event_columns_sql() +
      " FROM event WHERE (event_id = ? OR event_id = (SELECT event_id FROM placed WHERE id = ?))" +
      rows.events_sql());
  if (select.has_error()) return select.error();
  const EventKey key = event_key(id);
  std::string place;
  for (const std::uint64_t half : {key.high, key.low})
    for (int shift = 56; shift >= 0; shift -= 8) place += static_cast<char>(half >> shift);
  select->bind_blob(1, place);
  select->bind_text(2, id);
  const Result<int> row = select->step();
  if (row.has_error()) return row.error();
  if (*row == 0) return std::optional<StoredEvent>();
  return std::optional<StoredEvent>(event_of(*select));
}

// Empty where it is the place itself.
std::string SqliteReader::id_of(std::string_view place) {
  placed_.bind_blob(1, place);
  const Result<int> row = placed_.step();
  std::string id(row && *row != 0 ? placed_.text(0) : std::string_view());
  placed_.reset();
  return id;
}

StoredEvent SqliteReader::event_of(const Statement& row) {
  EventCells cells;
  int at = own_columns;
  for (std::size_t i = 0; i < column_count; ++i) {
    if (stored_fields[i].column.empty()) continue;
    const int column = at++;
    Cell& cell = cells.cells[i];
    cell.is_there = !row.is_null(column);
    if (!cell.is_there) continue;
    switch (stored_fields[i].shape) {
      case Shape::text: cell.text = row.text(column); break;
      case Shape::id: cells.place = row.blob(column); break;
      default: cell.number = row.integer(column); break;
    }
  }
  cells.flags = row.integer(at);
  if (!row.is_null(at + 1)) cells.rest = row.text(at + 1);
  cells.id = id_of(cells.place);
  return stored_event(cells, [this](std::int64_t number) { return words_.text(number); });
}

}  // namespace llmgw::collector
