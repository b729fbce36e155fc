// SPDX-License-Identifier: MIT
// Names of one letter and a number, for a column may not be called as what it is made of.
#include "collector/clickhouse/sums_sql.hpp"

#include "collector/store/rollup.hpp"

namespace llmgw::collector {
namespace {

constexpr std::size_t key_count = 6;  // tenant, key, provider, model, outcome, class of status

std::string number(char letter, std::size_t i) { return letter + std::to_string(i); }

std::string numbers(char letter, std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) list += ", ";
    list += number(letter, i);
  }
  return list;
}

std::string as(std::string expression, std::size_t i) {
  return expression + " AS s" + std::to_string(i);
}

// What of an event is summed up; those that are counted have expressions of their own.
std::string sum_of_event(std::size_t i) {
  switch (static_cast<Sum>(i)) {
    case Sum::requests: return "toInt128(count())";
    case Sum::no_usage:
      return "toInt128(countIf(prompt_tokens IS NULL AND completion_tokens IS NULL AND "
             "total_tokens IS NULL))";
    case Sum::unpriced: return "toInt128(countIf(cost_nano_usd IS NULL))";
    case Sum::ttft_n: return "toInt128(countIf(ttft_us IS NOT NULL))";
    default: return "sum(toInt128(ifNull(" + std::string(sum_columns[i]) + ", 0)))";
  }
}

std::string sum_names() {
  std::string names;
  for (const std::string_view each : sum_columns) names.append(each).append(", ");
  return names;
}

// Keys and sums of a period, `p`, from some rows; beyond `most` series of a period keys of
// applications become one, beyond twice as many everything else does. The largest stay.
std::string folded(const std::string& rows) {
  std::string thinned;
  std::string summed;
  std::string fitting;
  for (std::size_t i = 0; i < sum_count; ++i) {
    thinned += ", sum(" + number('s', i) + ") AS " + number('t', i);
    summed += ", toInt64(least(sum(" + number('t', i) + "), toInt128(9223372036854775807)))";
  }
  for (std::size_t i = 0; i + 1 < key_count; ++i)
    fitting += ", if(m <= 2 * {most:UInt64}, " + number(i == 1 ? 'j' : 'k', i) + ", 'other') AS " +
               number('i', i);
  const std::string ranked = "SELECT *, row_number() OVER (PARTITION BY p ORDER BY s0 DESC, " +
                             numbers('k', key_count) + ") AS n FROM (" + rows + ")";
  const std::string thin =
      "SELECT p, k0, if(n <= {most:UInt64}, k1, 'other') AS j1, k2, k3, k4, k5" + thinned +
      " FROM (" + ranked + ") GROUP BY p, k0, j1, k2, k3, k4, k5";
  const std::string ranked_again =
      "SELECT *, row_number() OVER (PARTITION BY p ORDER BY t0 DESC, k0, j1, k2, k3, k4, k5) AS m "
      "FROM (" +
      thin + ")";
  return "SELECT p" + fitting + ", k5" + summed + ", {version:UInt64} FROM (" + ranked_again +
         ") GROUP BY p, " + numbers('i', key_count - 1) + ", k5";
}

std::string insert_sql(const std::string& table, const std::string& period) {
  return "INSERT INTO " + table + " (" + period +
         ", tenant, app_key, provider, model, outcome, status_class, " + sum_names() + "version) ";
}

}  // namespace

std::string sums_of_events_sql() {
  std::string sql;
  for (std::size_t i = 0; i < sum_count; ++i) sql += (i > 0 ? ", " : "") + as(sum_of_event(i), i);
  return sql;
}

std::string sums_of_sums_sql() {
  std::string sql;
  for (std::size_t i = 0; i < sum_count; ++i)
    sql += (i > 0 ? ", " : "") + as("sum(toInt128(" + std::string(sum_columns[i]) + "))", i);
  return sql;
}

std::string published_sql(int span, const std::string& period) {
  return "(" + period + ", version) IN (SELECT period, version FROM summed FINAL WHERE span = " +
         std::to_string(span) + ")";
}

const std::string& sum_hours_sql() {
  static const std::string sql =
      insert_sql("usage_hour", "hour") +
      folded(
          "SELECT hour AS p, tenant AS k0, app_key AS k1, provider AS k2, model AS k3, "
          "outcome AS k4, toUInt8(least(intDiv(status_code, 100), 9)) AS k5, " +
          sums_of_events_sql() + " FROM event FINAL WHERE " + in_range_sql +
          " AND hour IN {hours:Array(Int64)} GROUP BY p, k0, k1, k2, k3, k4, k5");
  return sql;
}

const std::string& sum_days_sql() {
  static const std::string sql =
      insert_sql("usage_day", "day") +
      folded(
          "SELECT toInt64(floor(hour / 24)) AS p, tenant AS k0, app_key AS k1, provider AS k2, "
          "model AS k3, outcome AS k4, status_class AS k5, " +
          sums_of_sums_sql() +
          " FROM usage_hour WHERE hour >= {from:Int64} AND hour < {to:Int64} AND " +
          published_sql(0, "hour") +
          " AND p IN {days:Array(Int64)} GROUP BY p, k0, k1, k2, k3, k4, k5");
  return sql;
}

const std::string& sum_times_sql() {
  static const std::string sql =
      std::string(
          "INSERT INTO latency_hour (hour, provider, model, kind, bucket, n, version) "
          "SELECT p, if(m <= {most:UInt64}, k0, 'other') AS i0, "
          "if(m <= {most:UInt64}, k1, 'other') AS i1, kind, class, toInt64(sum(c)), "
          "{version:UInt64} "
          "FROM (SELECT *, dense_rank() OVER (PARTITION BY p ORDER BY k0, k1) AS m "
          "FROM (SELECT hour AS p, provider AS k0, model AS k1, timed.1 AS kind, "
          "assumeNotNull(timed.2) AS class, count() AS c "
          "FROM (SELECT hour, provider, model, arrayJoin([(toUInt8(0), "
          "toNullable(latency_bucket)), "
          "(toUInt8(1), ttft_bucket)]) AS timed FROM event FINAL WHERE ") +
      in_range_sql +
      " AND hour IN {hours:Array(Int64)}) WHERE timed.2 IS NOT NULL GROUP BY p, k0, k1, kind, "
      "class)) GROUP BY p, i0, i1, kind, class";
  return sql;
}

}  // namespace llmgw::collector
