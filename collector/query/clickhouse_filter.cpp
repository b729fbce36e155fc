// SPDX-License-Identifier: MIT
// A condition for each dimension that has values; the conditions are constants.
#include "collector/query/clickhouse_filter.hpp"

#include "common/json/escape.hpp"

namespace llmgw::collector {
namespace {

std::string condition(Dimension dimension) {
  const std::string column(name(dimension));
  return " AND has({f_" + column + ":Array(String)}, " + column + ")";
}

// As they are stored.
std::vector<std::string> bounded_words(const std::vector<std::string>& values) {
  std::vector<std::string> words;
  for (const std::string& each : values) words.emplace_back(bounded(each, longest_word));
  return words;
}

std::string class_condition(std::string_view expression) {
  return " AND has({f_status_class:Array(Int64)}, toInt64(" + std::string(expression) + "))";
}

}  // namespace

std::string ClickHouseFilter::times_sql() const {
  std::string sql;
  for (const Dimension each : {Dimension::provider, Dimension::model})
    if (!filter_.of(each).empty()) sql += condition(each);
  return sql;
}

std::string ClickHouseFilter::words_sql() const {
  std::string sql = times_sql();
  for (const Dimension each : {Dimension::tenant, Dimension::app_key, Dimension::outcome})
    if (!filter_.of(each).empty()) sql += condition(each);
  if (filter_.visible_tenants) sql += " AND has({f_visible:Array(String)}, tenant)";
  return sql;
}

std::string ClickHouseFilter::sums_sql() const {
  std::string sql = words_sql();
  if (!filter_.of(Dimension::status_class).empty()) sql += class_condition("status_class");
  return sql;
}

std::string ClickHouseFilter::events_sql() const {
  std::string sql = words_sql();
  if (!filter_.of(Dimension::status_class).empty())
    sql += class_condition("intDiv(status_code, 100)");
  return sql;
}

void ClickHouseFilter::bind(ServerQuery& query) const {
  for (std::size_t i = 0; i < dimension_count; ++i) {
    const auto dimension = static_cast<Dimension>(i);
    const auto& values = filter_.of(dimension);
    if (values.empty()) continue;
    const std::string parameter = "f_" + std::string(name(dimension));
    if (dimension != Dimension::status_class) {
      query.with(parameter, std::span<const std::string>(bounded_words(values)));
      continue;
    }
    std::vector<std::int64_t> classes;
    for (const std::string& each : values)
      classes.push_back(each == "none" ? 0 : each.front() - '0');
    query.with(parameter, std::span<const std::int64_t>(classes));
  }
  if (filter_.visible_tenants)
    query.with("f_visible", std::span<const std::string>(bounded_words(*filter_.visible_tenants)));
}

}  // namespace llmgw::collector
