// SPDX-License-Identifier: MIT
// ClickHouseReader's single events: looked for in spans of time that grow, the newest first.
#include <algorithm>
#include <array>
#include <utility>

#include "collector/query/clickhouse_reader.hpp"
#include "collector/query/stored_event.hpp"
#include "collector/sinks/clickhouse/place_range.hpp"

namespace llmgw::collector {
namespace {

constexpr std::int64_t first_window = 3'600'000;
constexpr std::int64_t growth = 16;

// The columns of event_of_row(), in the order of stored_fields, and three behind them.
const std::string& columns_sql() {
  static const std::string sql = [] {
    std::string names;
    for (const StoredField& each : stored_fields) {
      if (is_flag(each.shape)) continue;
      if (each.shape == Shape::id)
        names += "toString(event_id), ";
      else
        names.append(each.column).append(", ");
    }
    return names + "flags, rest, id";
  }();
  return sql;
}

// Words are texts here: their numbers are those of their columns.
StoredEvent event_of_row(const ServerRows& rows) {
  EventCells cells;
  std::array<std::string, column_count> texts;
  std::string place;
  std::size_t column = 0;
  for (std::size_t i = 0; i < column_count; ++i) {
    const Shape shape = stored_fields[i].shape;
    if (is_flag(shape)) continue;
    const std::size_t at = column++;
    Cell& cell = cells.cells[i];
    cell.is_there = !rows.is_null(at);
    if (!cell.is_there) continue;
    switch (shape) {
      case Shape::word:
        texts[i] = rows.text(at);
        cell.number = static_cast<std::int64_t>(i);
        break;
      case Shape::text:
        texts[i] = rows.text(at);
        cell.text = texts[i];
        break;
      case Shape::id: place = place_bytes(rows.text(at)); break;
      default: cell.number = rows.integer(at); break;
    }
  }
  const std::string rest = rows.text(column + 1);
  cells.flags = rows.integer(column);
  cells.rest = rest;
  cells.place = place;
  cells.id = rows.text(column + 2);
  return stored_event(cells, [&texts](std::int64_t number) {
    return std::move(texts[static_cast<std::size_t>(number)]);
  });
}

std::int64_t time_of(const std::string& text) {
  Place place;
  place_bytes(text).copy(place.bytes.data(), place.bytes.size());
  return place.time();
}

}  // namespace

Result<ClickHouseReader::Bounds> ClickHouseReader::bounds(const EventsQuery& query) {
  const auto lowest = floor();
  if (lowest.has_error()) return lowest.error();
  Bounds bounds;
  bounds.first = place_text(first_place(std::max(query.span.from - most_skew, *lowest)).view());
  std::string end = place_text(first_place(query.span.to + most_skew).view());
  if (!query.before.empty()) end = std::min(end, place_text(query.before));
  ServerQuery select(
      "SELECT toString(event_id) FROM event WHERE toUInt128(event_id) >= toUInt128({first:UUID}) "
      "AND toUInt128(event_id) < toUInt128({last:UUID}) ORDER BY toUInt128(event_id) DESC LIMIT 1");
  select.with("first", bounds.first).with("last", end);
  auto rows = ask(select);
  if (rows.has_error()) return rows.error();
  if (rows->next()) bounds.newest = rows->text(0);
  return bounds;
}

// Each window ends where the one before it began. Where half of the time is over, the answer says
// where to go on.
Result<EventsAnswer> ClickHouseReader::events(const EventsQuery& query) {
  const auto half =
      ClickHouseServer::Clock::now() + (limits_.deadline - ClickHouseServer::Clock::now()) / 2;
  const auto found = bounds(query);
  if (found.has_error()) return found.error();
  EventsAnswer answer;
  if (found->newest.empty()) return answer;
  const std::int64_t newest = time_of(found->newest);
  std::string end = place_text(first_place(newest + 1).view());
  if (!query.before.empty()) end = std::min(end, place_text(query.before));
  for (std::int64_t window = first_window; end > found->first; window *= growth) {
    const bool is_last = window > newest;
    const std::string first =
        is_last ? found->first
                : std::max(found->first, place_text(first_place(newest - window).view()));
    const std::size_t most = query.limit + 1 - answer.events.size();
    if (const auto done = read_events(query, first, end, most, answer.events); done.has_error())
      return done.error();
    if (answer.events.size() > query.limit) {
      answer.events.pop_back();
      answer.next = answer.events.back().place;
      return answer;
    }
    end = first;
    if (end > found->first && ClickHouseServer::Clock::now() > half) {
      answer.next = place_bytes(end);
      return answer;
    }
  }
  return answer;
}

Result<void> ClickHouseReader::read_events(const EventsQuery& query, const std::string& first,
                                           const std::string& end, std::size_t most,
                                           std::vector<StoredEvent>& events) {
  const ClickHouseFilter filter(query.filter);
  std::string sql = "SELECT " + columns_sql() +
                    " FROM event FINAL WHERE toUInt128(event_id) >= toUInt128({first:UUID}) AND "
                    "toUInt128(event_id) < toUInt128({last:UUID}) AND ts >= {from:Int64} AND "
                    "ts < {to:Int64} AND latency_us >= {least:Int64}";
  if (!query.request_id.empty()) sql += " AND request_id = {request_id:String}";
  sql += filter.events_sql() + " ORDER BY toUInt128(event_id) DESC LIMIT {most:UInt64}";
  ServerQuery select(sql);
  filter.bind(select);
  select.with("first", first).with("last", end);
  select.with("from", query.span.from).with("to", query.span.to);
  select.with("least", query.least_latency_us).with("most", static_cast<std::int64_t>(most));
  if (!query.request_id.empty()) select.with("request_id", query.request_id);
  auto rows = ask(select);
  if (rows.has_error()) return rows.error();
  while (rows->next()) events.push_back(event_of_row(*rows));
  return {};
}

// Its place where the id is one, else the text, which is looked for in all events: nearly all of
// them have none.
Result<std::optional<StoredEvent>> ClickHouseReader::event(std::string_view id,
                                                           const Filter& filter) {
  const auto lowest = floor();
  if (lowest.has_error()) return lowest.error();
  const ClickHouseFilter rows(filter);
  const std::string begin = "SELECT " + columns_sql() + " FROM event FINAL WHERE ";
  const std::string end =
      " AND toUInt128(event_id) >= toUInt128({first:UUID})" + rows.events_sql() + " LIMIT 1";
  const std::string by_place = begin + "toUInt128(event_id) = toUInt128({place:UUID})" + end;
  const std::string by_text = begin + "id = {id:String}" + end;
  const std::string first = place_text(first_place(*lowest).view());
  ServerQuery select(by_place);
  select.with("place", place_text(place_bytes(id))).with("first", first);
  rows.bind(select);
  auto found = find(select);
  if (found.has_error() || found->has_value()) return found;
  ServerQuery again(by_text);
  again.with("id", id).with("first", first);
  rows.bind(again);
  return find(again);
}

Result<std::optional<StoredEvent>> ClickHouseReader::find(const ServerQuery& query) {
  auto rows = ask(query);
  if (rows.has_error()) return rows.error();
  if (!rows->next()) return std::optional<StoredEvent>();
  return std::optional<StoredEvent>(event_of_row(*rows));
}

}  // namespace llmgw::collector
