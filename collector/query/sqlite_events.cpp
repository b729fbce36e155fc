// SPDX-License-Identifier: MIT
// SqliteReader's single events: found by ranges of places, written as they came.
#include <algorithm>

#include "collector/query/format.hpp"
#include "collector/query/row_filter.hpp"
#include "collector/query/sqlite_moment.hpp"
#include "collector/query/sqlite_reader.hpp"
#include "collector/sinks/sqlite/place.hpp"
#include "common/event/ids.hpp"
#include "common/json/reader.hpp"

namespace llmgw::collector {
namespace {

// Rows that one question looks at; the answer then says where to go on, whether it is full or not.
constexpr std::size_t most_looked_at = 250'000;

// The columns of event_of(), in the order of stored_fields, and behind them flags and rest.
std::string columns_sql() {
  std::string sql;
  for (const StoredField& each : stored_fields)
    if (!each.column.empty()) sql.append(each.column).append(", ");
  return sql + "flags, rest";
}

// In front of them each question has a column of its own.
constexpr int own_columns = 1;

// Where a column stands among them.
constexpr int index_of(Column column) noexcept {
  int index = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(column); ++i)
    index += stored_fields[i].column.empty() ? 0 : 1;
  return index;
}

// Numbers are written in milliseconds with as many digits as there are.
std::string milliseconds_text(std::int64_t microseconds) {
  std::string text = std::to_string(microseconds / 1'000);
  const std::int64_t fraction = microseconds % 1'000;
  if (fraction == 0) return text;
  std::string digits = std::to_string(1'000 + fraction).substr(1);
  while (digits.ends_with('0')) digits.pop_back();
  return text + "." + digits;
}

// The members that were kept beside the columns; they stand in the place of what a column says.
std::vector<EventField> members_of(std::string_view rest) {
  std::vector<EventField> members;
  const std::string object = "{" + std::string(rest) + "}";
  const JsonReader<JsonForm::any> reader(object);
  const char* at = reader.begin() + 1;
  while (at != nullptr && reader.peek(at) == '"') {
    JsonMember member;
    at = reader.member(at, member);
    if (at == nullptr) break;
    EventField field{{}, std::string(member.value)};
    append_unescaped(member.key, field.name);
    members.push_back(std::move(field));
    at = reader.blanks(at);
    if (reader.peek(at) == ',') at = reader.blanks(at + 1);
  }
  return members;
}

// Fields that the proxy writes only where a setting asks for them are not made up.
bool is_left_out_where_null(Column column) noexcept {
  return column == Column::route || column == Column::target || column == Column::cost_nano_usd ||
         column == Column::price_id;
}

}  // namespace

Result<EventsAnswer> SqliteReader::events(const EventsQuery& query) {
  const Moment moment(database_);
  const RowFilter filter(query.filter, words_);
  // What the row has to be is computed, not asked for: so each row that is looked at is counted.
  auto select = database_.prepare(
      "SELECT ts >= ? AND ts < ? AND latency_us >= ? AND (? = '' OR "
      "request_id = ?4)" +
      filter.events_sql() + ", " + columns_sql() +
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
  const RowFilter rows(filter, words_);
  auto select = database_.prepare(
      "SELECT 1, " + columns_sql() +
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

std::string SqliteReader::id_of(std::string_view place) {
  placed_.bind_blob(1, place);
  const Result<int> row = placed_.step();
  std::string id(row && *row != 0 ? placed_.text(0) : std::string_view());
  placed_.reset();
  if (!id.empty()) return id;
  Uuid uuid;
  for (std::size_t i = 0; i < uuid.bytes.size() && i < place.size(); ++i)
    uuid.bytes[i] = static_cast<std::uint8_t>(place[i]);
  return std::string(uuid_text(uuid).view());
}

StoredEvent SqliteReader::event_of(const Statement& row) {
  StoredEvent event;
  int column = own_columns;
  int flags = own_columns;
  for (const StoredField& each : stored_fields) flags += each.column.empty() ? 0 : 1;
  std::vector<EventField> rest;
  if (!row.is_null(flags + 1)) rest = members_of(row.text(flags + 1));
  const auto is_in_rest = [&rest](std::string_view field) {
    return std::any_of(rest.begin(), rest.end(),
                       [field](const EventField& each) { return each.name == field; });
  };
  std::int64_t bit = 1;
  for (std::size_t i = 0; i < column_count; ++i) {
    const StoredField& facts = stored_fields[i];
    EventField field{std::string(facts.field), {}};
    if (facts.shape == Shape::flag) {
      const bool is_set = (row.integer(flags) & bit) != 0;
      bit <<= 1;
      const bool is_version = static_cast<Column>(i) == Column::schema_version;
      if (is_version && !is_set) continue;
      field.value = is_version ? "1" : is_set ? "true" : "false";
      event.fields.push_back(std::move(field));
      continue;
    }
    const int at = column++;
    if (facts.shape == Shape::id) event.place = row.blob(at);
    if (is_in_rest(facts.field)) continue;
    if (row.is_null(at)) {
      if (is_left_out_where_null(static_cast<Column>(i))) continue;
      field.kind = EventField::Kind::null;
      event.fields.push_back(std::move(field));
      continue;
    }
    field.kind = EventField::Kind::text;
    switch (facts.shape) {
      case Shape::word: field.value = words_.text(row.integer(at)); break;
      case Shape::text: field.value = row.text(at); break;
      case Shape::time: field.value = time_text(row.integer(at)); break;
      case Shape::id: field.value = id_of(row.blob(at)); break;
      case Shape::milliseconds:
        field.kind = EventField::Kind::json;
        field.value = milliseconds_text(row.integer(at));
        break;
      default:
        field.kind = EventField::Kind::json;
        field.value = std::to_string(row.integer(at));
        break;
    }
    event.fields.push_back(std::move(field));
  }
  for (EventField& each : rest) event.fields.push_back(std::move(each));
  return event;
}

}  // namespace llmgw::collector
