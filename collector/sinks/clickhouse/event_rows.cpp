// SPDX-License-Identifier: MIT
// Column by column, as the list of fields has them.
#include "collector/sinks/clickhouse/event_rows.hpp"

#include "collector/clickhouse/row_binary.hpp"
#include "collector/store/latency_bucket.hpp"
#include "collector/store/rollup.hpp"

namespace llmgw::collector {
namespace {

void add_cell(const StoredField& field, const Cell& cell, const Place& place, RowBinary& out) {
  if (field.shape == Shape::id) return out.uuid(place.view());
  if (field.shape != Shape::time && !field.is_never_null) {
    out.null(!cell.is_there);
    if (!cell.is_there) return;
  }
  const bool is_text = field.shape == Shape::word || field.shape == Shape::text;
  is_text ? out.text(cell.text) : out.integer(cell.number);
}

std::int16_t bucket_of(const Cell& cell) noexcept {
  return static_cast<std::int16_t>(latency_bucket(cell.number));
}

}  // namespace

const std::string& insert_events_sql() {
  static const std::string sql = [] {
    std::string names;
    for (const StoredField& each : stored_fields)
      if (!each.column.empty()) names.append(each.column).append(", ");
    return "INSERT INTO event (" + names +
           "flags, hour, latency_bucket, ttft_bucket, id, rest, stored) FORMAT RowBinary";
  }();
  return sql;
}

void EventRows::add(const EventRow& row, const Place& place, std::uint64_t stored) {
  RowBinary out(rows_);
  for (std::size_t i = 0; i < column_count; ++i)
    if (!is_flag(stored_fields[i].shape)) add_cell(stored_fields[i], row.cells[i], place, out);
  out.integer(static_cast<std::uint8_t>(flags_of(row)));
  out.integer(hour_of(row.number(Column::ts)));
  out.integer(bucket_of(row[Column::latency]));
  const Cell& ttft = row[Column::ttft];
  out.null(!ttft.is_there);
  if (ttft.is_there) out.integer(bucket_of(ttft));
  out.text(place.is_id ? std::string_view() : row[Column::event_id].text);
  out.text(row.rest);
  out.integer(stored);
}

}  // namespace llmgw::collector
