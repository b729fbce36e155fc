// SPDX-License-Identifier: MIT
// PURE: which tables of a ClickHouse store answer a question on sums or times, as SQL.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collector/clickhouse/server_query.hpp"
#include "collector/query/clickhouse_filter.hpp"
#include "collector/query/model.hpp"

namespace llmgw::collector {

/// Hours whose sums are behind their events, so that these are counted one by one: days and hours
/// that are summed up stand in for the rest.
struct TouchedList {
  /// Beyond so many all events of the span are counted.
  static constexpr std::size_t most = 1'000;

  std::vector<std::int64_t> hours;  ///< rising
  bool is_all = false;
};

/// Rows: the first hour of a bucket, a column for each dimension of group_by, sums, errors.
std::string usage_sql(const UsageQuery& query, const TouchedList& touched,
                      const ClickHouseFilter& filter);
/// Rows: the first hour of a bucket, class, count, a column for each dimension of group_by.
std::string latency_sql(const LatencyQuery& query, const TouchedList& touched,
                        const ClickHouseFilter& filter);
/// What both have as parameters. `span` of whole hours.
void bind_span(const Span& span, const TouchedList& touched, bool may_take_days,
               ServerQuery& query);

}  // namespace llmgw::collector
