// SPDX-License-Identifier: MIT
// One array a column. Rows are locked by a statement of their own, for an update takes them in any
// order.
#include "collector/reprice/postgres_deltas.hpp"

#include <array>

namespace llmgw::collector {
namespace {

constexpr std::array<std::string_view, 5> series_columns{"tenant", "app_key", "provider", "model",
                                                         "class"};

// $1 is the periods, then come the columns of the series.
class CellColumns {
 public:
  void add(const SumsCell& cell) {
    const auto& [period, series] = cell;
    const std::array row{period,          series.tenant, series.app_key,
                         series.provider, series.model,  series.outcome_class};
    for (std::size_t i = 0; i < row.size(); ++i) columns_[i].push_back(row[i]);
  }
  SqlValues values() const {
    SqlValues values;
    for (const auto& each : columns_) values.add_array(each);
    return values;
  }

 private:
  std::array<std::vector<std::int64_t>, 1 + series_columns.size()> columns_;
};

std::string key_of(std::string_view prefix, std::string_view period) {
  std::string text = std::string(prefix) + std::string(period);
  for (const std::string_view each : series_columns) text.append(", ").append(prefix).append(each);
  return text;
}

// Columns of the tables are int.
std::string is_same_key(std::string_view period) {
  std::string text = "stored." + std::string(period) + " = wanted.period::int";
  for (const std::string_view each : series_columns)
    text.append(" AND stored.").append(each).append(" = wanted.").append(each).append("::int");
  return text;
}

std::string lock_sql(const std::string& table, std::string_view period) {
  return "SELECT 1 FROM " + table + " AS stored JOIN unnest($1, $2, $3, $4, $5, $6) AS wanted(" +
         key_of("", "period") + ") ON " + is_same_key(period) + " ORDER BY " +
         key_of("stored.", period) + " FOR NO KEY UPDATE OF stored";
}

// A sum that would not fit stays at the largest integer.
std::string update_sql(const std::string& table, std::string_view period) {
  return "UPDATE " + table +
         " AS stored SET cost_nano_usd = least(stored.cost_nano_usd::numeric + wanted.nano_usd, "
         "9223372036854775807)::bigint, unpriced = stored.unpriced + wanted.unpriced FROM "
         "unnest($1, $2, $3, $4, $5, $6, $7, $8) AS wanted(" +
         key_of("", "period") + ", nano_usd, unpriced) WHERE " + is_same_key(period);
}

Result<void> add_to(Connection& connection, std::string_view period, const SumsDeltas& deltas) {
  if (deltas.empty()) return {};
  const std::string table = "usage_" + std::string(period);
  CellColumns cells;
  std::vector<std::int64_t> nano_usd, unpriced;
  for (const auto& [cell, delta] : deltas) {
    cells.add(cell);
    nano_usd.push_back(delta.nano_usd);
    unpriced.push_back(delta.unpriced);
  }
  SqlValues values = cells.values();
  const auto locked = connection.run(lock_sql(table, period), values);
  if (locked.has_error()) return locked.error();
  values.add_array(nano_usd).add_array(unpriced);
  const auto done = connection.run(update_sql(table, period), values);
  if (done.has_error()) return done.error();
  return {};
}

}  // namespace

Result<void> add_deltas(Connection& connection, const StoredDeltas& deltas) {
  if (const auto done = add_to(connection, "hour", deltas.hours); done.has_error()) return done;
  return add_to(connection, "day", deltas.days);
}

Result<std::vector<bool>> find_days(Connection& connection, const std::vector<SumsCell>& cells) {
  CellColumns wanted;
  for (const SumsCell& each : cells) wanted.add(each);
  const auto rows = connection.run(
      "SELECT place FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY AS wanted(" +
          key_of("", "period") + ", place) JOIN usage_day AS stored ON " + is_same_key("day"),
      wanted.values());
  if (rows.has_error()) return rows.error();
  std::vector<bool> are_there(cells.size(), false);
  for (int i = 0; i < rows->size(); ++i)
    are_there[static_cast<std::size_t>(rows->integer(i, 0) - 1)] = true;
  return are_there;
}

Result<std::optional<Series>> other_series(Connection& connection) {
  std::vector<std::int64_t> kinds;
  for (const Column each :
       {Column::tenant, Column::app_key, Column::provider, Column::model, Column::outcome})
    kinds.push_back(static_cast<std::int64_t>(each));
  SqlValues values;
  values.add_array(kinds);
  const auto rows = connection.run(
      "SELECT kind, id FROM word WHERE kind = ANY($1::int[]) AND text = 'other'", values);
  if (rows.has_error()) return rows.error();
  std::array<std::int64_t, column_count> numbers{};
  for (int i = 0; i < rows->size(); ++i)
    numbers[static_cast<std::size_t>(rows->integer(i, 0))] = rows->integer(i, 1);
  const auto of = [&numbers](Column kind) { return numbers[static_cast<std::size_t>(kind)]; };
  if (of(Column::app_key) == 0) return std::optional<Series>();
  return std::optional(Series{of(Column::tenant), of(Column::app_key), of(Column::provider),
                              of(Column::model), outcome_class(of(Column::outcome), 0)});
}

}  // namespace llmgw::collector
