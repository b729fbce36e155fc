// SPDX-License-Identifier: MIT
// Three parts in one statement: days, hours, events. Each hour is in one of them.
#include "collector/query/clickhouse_sums.hpp"

#include <algorithm>

#include "collector/clickhouse/sums_sql.hpp"
#include "collector/query/parse.hpp"
#include "collector/query/reader.hpp"
#include "collector/sinks/clickhouse/place_range.hpp"

namespace llmgw::collector {
namespace {

constexpr std::int64_t hour_length = 3'600'000;
constexpr std::int64_t hours_a_day = 24;

constexpr std::string_view keys =
    "tenant AS k0, app_key AS k1, provider AS k2, model AS k3, outcome AS k4, ";

// What tells buckets apart, of the hour `p`.
std::string bucket_sql(Bucket bucket) {
  switch (bucket) {
    case Bucket::none: return "toInt64(0)";  // a number alone would be that of a column
    case Bucket::hour: return "p";
    case Bucket::day: return "floor(p / 24)";
    case Bucket::month: return "toYYYYMM(toDate32(toInt32(floor(p / 24))))";
  }
  return "0";
}

std::string_view column_of_key(Dimension dimension) {
  switch (dimension) {
    case Dimension::tenant: return "k0";
    case Dimension::model: return "k3";
    case Dimension::provider: return "k2";
    case Dimension::app_key: return "k1";
    case Dimension::outcome: return "k4";
    case Dimension::status_class: return "k5";
  }
  return "k0";
}

std::string wide_columns() {
  std::string sql;
  for (std::size_t i = 0; i < sum_count; ++i)
    sql += ", toInt128(" + std::string(sum_columns[i]) + ") AS s" + std::to_string(i);
  return sql;
}

// Days without a touched hour, between the first whole day and the last.
std::string days_part(const ClickHouseFilter& filter) {
  return "SELECT day * 24 AS p, " + std::string(keys) + "status_class AS k5" + wide_columns() +
         " FROM usage_day WHERE day >= {first_day:Int64} AND day < {last_day:Int64} AND "
         "NOT has({days:Array(Int64)}, day) AND " +
         published_sql(1, "day") + filter.sums_sql();
}

constexpr std::string_view hours_condition =
    "hour >= {from:Int64} AND hour < {to:Int64} AND NOT has({hours:Array(Int64)}, hour) AND "
    "(hour < {first_day:Int64} * 24 OR hour >= {last_day:Int64} * 24 OR "
    "has({days:Array(Int64)}, toInt64(floor(hour / 24)))) AND ";

std::string hours_part(const ClickHouseFilter& filter) {
  return "SELECT hour AS p, " + std::string(keys) + "status_class AS k5" + wide_columns() +
         " FROM usage_hour WHERE " + std::string(hours_condition) + published_sql(0, "hour") +
         filter.sums_sql();
}

std::string touched_condition(const TouchedList& touched) {
  return std::string(in_range_sql) + " AND hour >= {from:Int64} AND hour < {to:Int64}" +
         (touched.is_all ? "" : " AND has({hours:Array(Int64)}, hour)");
}

std::string events_part(const TouchedList& touched, const ClickHouseFilter& filter) {
  return "SELECT hour AS p, " + std::string(keys) +
         "toUInt8(least(intDiv(status_code, 100), 9)) AS k5, " + sums_of_events_sql() +
         " FROM event FINAL WHERE " + touched_condition(touched) + filter.events_sql() +
         " GROUP BY p, k0, k1, k2, k3, k4, k5";
}

std::string times_of_events(const LatencyQuery& query, const std::string& condition,
                            const std::string& filter) {
  const std::string column = query.is_ttft ? "ttft_bucket" : "latency_bucket";
  return "SELECT hour AS p, provider AS k2, model AS k3, assumeNotNull(" + column +
         ") AS class, toInt128(count()) AS c FROM event FINAL WHERE " + condition + " AND " +
         column + " IS NOT NULL" + filter + " GROUP BY p, k2, k3, class";
}

}  // namespace

std::string usage_sql(const UsageQuery& query, const TouchedList& touched,
                      const ClickHouseFilter& filter) {
  std::string groups;
  for (const Dimension each : query.group_by) groups.append(", ").append(column_of_key(each));
  std::string sums;
  for (std::size_t i = 0; i < sum_count; ++i) sums += ", sum(s" + std::to_string(i) + ")";
  std::string rows;
  if (!touched.is_all) {
    rows = hours_part(filter);
    if (query.bucket != Bucket::hour) rows += " UNION ALL " + days_part(filter);
  }
  if (touched.is_all || !touched.hours.empty())
    rows.append(rows.empty() ? "" : " UNION ALL ").append(events_part(touched, filter));
  return "SELECT min(p)" + groups + sums + ", sumIf(s0, k4 != 'completed' OR k5 >= 4) FROM (" +
         rows + ") GROUP BY " + bucket_sql(query.bucket) + groups + " LIMIT " +
         std::to_string(Reader::most_groups + 1);
}

std::string latency_sql(const LatencyQuery& query, const TouchedList& touched,
                        const ClickHouseFilter& filter) {
  std::string rows;
  if (touched.is_all) {
    rows = times_of_events(query, touched_condition(touched), filter.events_sql());
  } else {
    rows =
        "SELECT hour AS p, provider AS k2, model AS k3, bucket AS class, toInt128(n) AS c "
        "FROM latency_hour WHERE hour >= {from:Int64} AND hour < {to:Int64} AND "
        "NOT has({hours:Array(Int64)}, hour) AND kind = " +
        std::string(query.is_ttft ? "1" : "0") + " AND " + published_sql(0, "hour") +
        filter.times_sql();
    if (!touched.hours.empty())
      rows +=
          " UNION ALL " + times_of_events(query, touched_condition(touched), filter.times_sql());
  }
  std::string groups;
  for (const Dimension each : query.group_by) groups.append(", ").append(column_of_key(each));
  return "SELECT min(p), class, sum(c)" + groups + " FROM (" + rows + ") GROUP BY " +
         bucket_sql(query.bucket) + ", class" + groups;
}

void bind_span(const Span& span, const TouchedList& touched, bool may_take_days,
               ServerQuery& query) {
  const std::int64_t from = span.from / hour_length;
  const std::int64_t to = span.to / hour_length;
  const std::int64_t first_day = (from + hours_a_day - 1) / hours_a_day;
  const std::int64_t last_day = may_take_days ? std::max(to / hours_a_day, first_day) : first_day;
  std::vector<std::int64_t> days;
  for (const std::int64_t each : touched.hours) {
    const std::int64_t day = each / hours_a_day;
    if (days.empty() || days.back() != day) days.push_back(day);
  }
  query.with("from", from).with("to", to);
  query.with("first_day", first_day).with("last_day", last_day);
  query.with("hours", std::span<const std::int64_t>(touched.hours));
  query.with("days", std::span<const std::int64_t>(days));
  const bool is_part = !touched.is_all && !touched.hours.empty();
  const PlaceRange range = is_part
                               ? places_of_hours(touched.hours.front(), touched.hours.back() + 1)
                               : places_of_hours(from, to);
  query.with("first", range.first).with("last", range.last);
}

}  // namespace llmgw::collector
