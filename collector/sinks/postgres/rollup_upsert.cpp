// SPDX-License-Identifier: MIT
// One statement a table, its rows as one array a column. A sum that would not fit stays at the
// largest integer.
#include "collector/sinks/postgres/rollup_upsert.hpp"

#include <array>
#include <span>
#include <string>

namespace llmgw::collector {
namespace {

constexpr std::string_view series_columns = "tenant, app_key, provider, model, class";
constexpr std::size_t series_size = 5;

std::string sum_of(std::string_view column) {
  const std::string name(column);
  return name + " = CASE WHEN stored." + name + " > 9223372036854775807 - excluded." + name +
         " THEN 9223372036854775807 ELSE stored." + name + " + excluded." + name + " END";
}

std::string upsert_sql(std::string_view table, const std::string& key,
                       std::span<const std::string_view> sums, std::size_t columns) {
  std::string names = key;
  std::string changes;
  for (const std::string_view each : sums) {
    names.append(", ").append(each);
    changes.append(changes.empty() ? "" : ", ").append(sum_of(each));
  }
  std::string arrays;
  for (std::size_t i = 1; i <= columns; ++i)
    arrays.append(i == 1 ? "$" : ", $").append(std::to_string(i));
  return "INSERT INTO " + std::string(table) + " AS stored(" + names + ") SELECT * FROM unnest(" +
         arrays + ") ON CONFLICT (" + key + ") DO UPDATE SET " + changes;
}

Result<void> run(Connection& connection, const std::string& sql,
                 const std::vector<std::vector<std::int64_t>>& columns) {
  if (columns.front().empty()) return {};
  SqlValues parameters;
  for (const auto& each : columns) parameters.add_array(each);
  const auto done = connection.run(sql, parameters);
  if (done.has_error()) return done.error();
  return {};
}

Result<void> add_sums(Connection& connection, std::string_view table, std::string_view period,
                      const std::map<Rollup::Key, Sums>& sums) {
  constexpr std::size_t size = 1 + series_size + sum_count;
  std::vector<std::vector<std::int64_t>> columns(size);
  for (auto& each : columns) each.reserve(sums.size());
  for (const auto& [key, values] : sums) {
    const auto& [time, series] = key;
    const std::array head{time,         series.tenant,       series.app_key, series.provider,
                          series.model, series.outcome_class};
    for (std::size_t i = 0; i < head.size(); ++i) columns[i].push_back(head[i]);
    for (std::size_t i = 0; i < sum_count; ++i) columns[head.size() + i].push_back(values[i]);
  }
  const std::string key = std::string(period) + ", " + std::string(series_columns);
  return run(connection, upsert_sql(table, key, sum_columns, size), columns);
}

Result<void> add_times(Connection& connection,
                       const std::map<LatencyKey, std::int64_t>& latencies) {
  constexpr std::array<std::string_view, 1> sums{"n"};
  std::vector<std::vector<std::int64_t>> columns(6);
  for (const auto& [key, count] : latencies) {
    const std::array row{key.hour, key.provider, key.model, key.kind, key.bucket, count};
    for (std::size_t i = 0; i < row.size(); ++i) columns[i].push_back(row[i]);
  }
  return run(
      connection,
      upsert_sql("latency_hour", "hour, provider, model, kind, bucket", sums, columns.size()),
      columns);
}

}  // namespace

Result<void> add_to_sums(Connection& connection, const Rollup& rollup) {
  Result<void> done = add_sums(connection, "usage_hour", "hour", rollup.hours());
  if (done) done = add_sums(connection, "usage_day", "day", rollup.days());
  if (done) done = add_times(connection, rollup.latencies());
  return done;
}

Result<std::vector<Series>> series_of(Connection& connection, std::int64_t day) {
  SqlValues parameters;
  parameters.add(day);
  const auto rows = connection.run(
      "SELECT " + std::string(series_columns) + " FROM usage_day WHERE day = $1::int", parameters);
  if (rows.has_error()) return rows.error();
  std::vector<Series> found;
  for (int i = 0; i < rows->size(); ++i)
    found.push_back({rows->integer(i, 0), rows->integer(i, 1), rows->integer(i, 2),
                     rows->integer(i, 3), rows->integer(i, 4)});
  return found;
}

}  // namespace llmgw::collector
