// SPDX-License-Identifier: MIT
// Texts to numbers; a text that the dictionary does not have fits no row.
#include "collector/query/row_filter.hpp"

namespace llmgw::collector {

RowFilter::RowFilter(const Filter& filter, const FindNumbers& find) {
  for (std::size_t i = 0; i < dimension_count; ++i) {
    const auto dimension = static_cast<Dimension>(i);
    const auto& values = filter.of(dimension);
    if (values.empty()) continue;
    if (dimension != Dimension::status_class) {
      numbers_[i] = find(column_of(dimension), values);
      continue;
    }
    numbers_[i].emplace();
    for (const std::string& each : values)
      numbers_[i]->push_back(each == "none" ? 0 : each.front() - '0');
  }
  if (filter.visible_tenants) visible_ = find(Column::tenant, *filter.visible_tenants);
}

void RowFilter::append(std::string_view expression, const Numbers& numbers, std::string& sql) {
  if (!numbers) return;
  if (numbers->empty()) {
    sql += " AND 1 = 0";
    return;
  }
  sql.append(" AND ").append(expression).append(" IN (");
  for (std::size_t i = 0; i < numbers->size(); ++i)
    sql.append(i == 0 ? "" : ",").append(std::to_string((*numbers)[i]));
  sql += ')';
}

std::string RowFilter::times_sql() const {
  std::string sql;
  append("provider", of(Dimension::provider), sql);
  append("model", of(Dimension::model), sql);
  return sql;
}

std::string RowFilter::sums_sql() const {
  std::string sql = times_sql();
  append("tenant", of(Dimension::tenant), sql);
  append("tenant", visible_, sql);
  append("app_key", of(Dimension::app_key), sql);
  append("class / 8", of(Dimension::outcome), sql);
  append("class % 8", of(Dimension::status_class), sql);
  return sql;
}

std::string RowFilter::events_sql() const {
  std::string sql = times_sql();
  append("tenant", of(Dimension::tenant), sql);
  append("tenant", visible_, sql);
  append("app_key", of(Dimension::app_key), sql);
  append("outcome", of(Dimension::outcome), sql);
  append("status_code / 100", of(Dimension::status_class), sql);
  return sql;
}

}  // namespace llmgw::collector
