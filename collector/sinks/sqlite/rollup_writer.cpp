// SPDX-License-Identifier: MIT
// One upsert a key. A sum that would not fit stays at the largest integer: SQLite goes on in
// floating point there, and the smaller of the two is the integer.
#include "collector/sinks/sqlite/rollup_writer.hpp"

#include <string>

namespace llmgw::collector {
namespace {

std::string upsert_sql(std::string_view table, std::string_view period) {
  std::string names;
  std::string values;
  std::string sums;
  for (const std::string_view each : sum_columns) {
    names.append(", ").append(each);
    values += ", ?";
    if (!sums.empty()) sums += ", ";
    sums.append(each).append(" = min(").append(each).append(" + excluded.").append(each);
    sums += ", 9223372036854775807)";
  }
  const std::string key = std::string(period) + ", tenant, app_key, provider, model, class";
  return "INSERT INTO " + std::string(table) + "(" + key + names + ") VALUES(?, ?, ?, ?, ?, ?" +
         values + ") ON CONFLICT(" + key + ") DO UPDATE SET " + sums;
}

constexpr std::string_view latency_sql =
    "INSERT INTO latency_hour(hour, provider, model, kind, bucket, n) VALUES(?, ?, ?, ?, ?, ?) "
    "ON CONFLICT(hour, provider, model, kind, bucket) "
    "DO UPDATE SET n = min(n + excluded.n, 9223372036854775807)";
constexpr std::string_view series_sql =
    "SELECT tenant, app_key, provider, model, class FROM usage_day WHERE day = ?";

}  // namespace

Result<RollupWriter> RollupWriter::open(Database& database) {
  RollupWriter writer;
  const std::pair<Statement*, std::string> wanted[] = {
      {&writer.hour_, upsert_sql("usage_hour", "hour")},
      {&writer.day_, upsert_sql("usage_day", "day")},
      {&writer.latency_, std::string(latency_sql)},
      {&writer.series_, std::string(series_sql)}};
  for (const auto& [statement, sql] : wanted) {
    auto prepared = database.prepare(sql);
    if (prepared.has_error()) return prepared.error();
    *statement = std::move(*prepared);
  }
  return writer;
}

Result<void> RollupWriter::add(const Rollup& rollup) {
  if (const auto done = add_sums(hour_, rollup.hours()); done.has_error()) return done;
  if (const auto done = add_sums(day_, rollup.days()); done.has_error()) return done;
  for (const auto& [key, count] : rollup.latencies()) {
    int parameter = 0;
    for (const std::int64_t each : {key.hour, key.provider, key.model, key.kind, key.bucket, count})
      latency_.bind(++parameter, each);
    if (const auto done = latency_.run(); done.has_error()) return done;
  }
  return {};
}

Result<void> RollupWriter::add_sums(Statement& statement, const std::map<Rollup::Key, Sums>& sums) {
  for (const auto& [key, values] : sums) {
    const auto& [period, series] = key;
    int parameter = 0;
    for (const std::int64_t each : {period, series.tenant, series.app_key, series.provider,
                                    series.model, series.outcome_class})
      statement.bind(++parameter, each);
    for (const std::int64_t each : values) statement.bind(++parameter, each);
    if (const auto done = statement.run(); done.has_error()) return done;
  }
  return {};
}

Result<std::vector<Series>> RollupWriter::series_of(std::int64_t day) {
  std::vector<Series> found;
  series_.bind(1, day);
  Result<int> row = series_.step();
  for (; row && *row; row = series_.step())
    found.push_back({series_.integer(0), series_.integer(1), series_.integer(2), series_.integer(3),
                     series_.integer(4)});
  series_.reset();
  if (row.has_error()) return row.error();
  return found;
}

}  // namespace llmgw::collector
