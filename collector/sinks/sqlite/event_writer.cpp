// SPDX-License-Identifier: MIT
// One statement for each table, made from the list of columns.
#include "collector/sinks/sqlite/event_writer.hpp"

#include <string>

namespace llmgw::collector {
namespace {

std::string insert_sql() {
  std::string names;
  std::string values;
  for (const StoredField& each : stored_fields) {
    if (each.column.empty()) continue;
    names.append(each.column).append(", ");
    values += "?, ";
  }
  return "INSERT INTO event(" + names + "flags, rest) VALUES(" + values +
         "?, ?) ON CONFLICT DO NOTHING";
}

}  // namespace

Result<EventWriter> EventWriter::open(Database& database, Words& words) {
  EventWriter writer;
  writer.database_ = &database;
  writer.words_ = &words;
  auto event = database.prepare(insert_sql());
  if (event.has_error()) return event.error();
  auto placed =
      database.prepare("INSERT INTO placed(id, event_id) VALUES(?, ?) ON CONFLICT DO NOTHING");
  if (placed.has_error()) return placed.error();
  writer.event_ = std::move(*event);
  writer.placed_ = std::move(*placed);
  return writer;
}

Result<std::int64_t> EventWriter::insert(const EventRow& row, const Place& place,
                                         std::string_view id) {
  if (!place.is_id && !id.empty()) {
    const auto inserted = insert_id(place, id);
    if (inserted.has_error() || *inserted == 0) return inserted;
  }
  if (const auto found = find_numbers(row); found.has_error()) return found.error();
  bind(row, place);
  if (const auto done = event_.run(); done.has_error()) return done.error();
  return database_->changes();
}

Result<std::int64_t> EventWriter::insert_id(const Place& place, std::string_view id) {
  placed_.bind_text(1, id);
  placed_.bind_blob(2, place.view());
  if (const auto done = placed_.run(); done.has_error()) return done.error();
  return database_->changes();
}

Result<void> EventWriter::find_numbers(const EventRow& row) {
  for (std::size_t i = 0; i < column_count; ++i) {
    if (stored_fields[i].shape != Shape::word || !row.cells[i].is_there) continue;
    const auto number = words_->number(static_cast<Column>(i), row.cells[i].text);
    if (number.has_error()) return number.error();
    numbers_[i] = *number;
  }
  return {};
}

void EventWriter::bind(const EventRow& row, const Place& place) {
  int parameter = 0;
  for (std::size_t i = 0; i < column_count; ++i) {
    const Cell& cell = row.cells[i];
    switch (stored_fields[i].shape) {
      case Shape::flag:
      case Shape::known_flag: continue;
      case Shape::id: event_.bind_blob(++parameter, place.view()); continue;
      default: break;
    }
    ++parameter;
    if (!cell.is_there) {
      event_.bind_null(parameter);
    } else if (stored_fields[i].shape == Shape::word) {
      event_.bind(parameter, numbers_[i]);
    } else if (stored_fields[i].shape == Shape::text) {
      event_.bind_text(parameter, cell.text);
    } else {
      event_.bind(parameter, cell.number);
    }
  }
  event_.bind(++parameter, flags_of(row));
  ++parameter;
  row.rest.empty() ? event_.bind_null(parameter) : event_.bind_text(parameter, row.rest);
}

}  // namespace llmgw::collector
