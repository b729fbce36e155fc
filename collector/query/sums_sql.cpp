// SPDX-License-Identifier: MIT
// Names of our own and numbers, nothing of a caller's text.
#include "collector/query/sums_sql.hpp"

#include "collector/query/reader.hpp"
#include "collector/query/usage_count.hpp"

namespace llmgw::collector {
namespace {

constexpr std::int64_t hour_length = 3'600'000;
constexpr std::int64_t hours_a_day = 24;

std::string range_sql(std::string_view period, std::int64_t begin, std::int64_t end) {
  const std::string name(period);
  return name + " >= " + std::to_string(begin) + " AND " + name + " < " + std::to_string(end);
}

}  // namespace

std::vector<SumsPart> parts_of(const UsageQuery& query) {
  const std::int64_t from = query.span.from / hour_length;
  const std::int64_t to = query.span.to / hour_length;
  const std::int64_t first_day = (from + hours_a_day - 1) / hours_a_day;
  const std::int64_t last_day = to / hours_a_day;
  std::vector<SumsPart> parts;
  const auto add_hours = [&parts](std::int64_t begin, std::int64_t end) {
    if (begin < end) parts.push_back({"usage_hour", "hour", 1, begin, end});
  };
  if (query.bucket == Bucket::hour || first_day >= last_day) {
    add_hours(from, to);
    return parts;
  }
  add_hours(from, first_day * hours_a_day);
  parts.push_back({"usage_day", "day", hours_a_day, first_day, last_day});
  add_hours(last_day * hours_a_day, to);
  return parts;
}

std::string sums_sql(const SumsPart& part, const RowFilter& filter) {
  std::string sql =
      "SELECT " + std::string(part.period) + ", tenant, app_key, provider, model, class";
  for (const std::string_view each : sum_columns) sql.append(", ").append(each);
  return sql + " FROM " + std::string(part.table) + " WHERE " +
         range_sql(part.period, part.begin, part.end) + filter.sums_sql();
}

std::string times_sql(const LatencyQuery& query, const RowFilter& filter) {
  return "SELECT hour, provider, model, bucket, n FROM latency_hour WHERE " +
         range_sql("hour", query.span.from / hour_length, query.span.to / hour_length) +
         " AND kind = " + std::to_string(query.is_ttft ? ttft_kind : latency_kind) +
         filter.times_sql();
}

std::string visible_words_sql(Column field, const RowFilter& visible) {
  std::string_view column = facts_of(field).column;
  if (field == Column::outcome) column = "class / 8";
  return "SELECT " + std::string(column) + " FROM usage_day WHERE 1 = 1" + visible.sums_sql();
}

bool LatencyCount::add(std::int64_t hour, std::int64_t provider, std::int64_t model, int bucket,
                       std::int64_t count) {
  Key key{bucket_begin(query_.bucket, hour)};
  for (std::size_t i = 0; i < query_.group_by.size(); ++i)
    key[i + 1] = query_.group_by[i] == Dimension::provider ? provider : model;
  counts_[key][bucket] += count;
  return counts_.size() <= Reader::most_rows;
}

std::vector<LatencyRow> LatencyCount::finish(
    const std::function<std::string(std::int64_t)>& text) const {
  std::vector<LatencyRow> rows;
  for (const auto& [key, classes] : counts_) {
    LatencyRow row{bucket_text(query_.bucket, key[0]), {}, {classes.begin(), classes.end()}};
    for (std::size_t i = 0; i < query_.group_by.size(); ++i) row.groups.push_back(text(key[i + 1]));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace llmgw::collector
