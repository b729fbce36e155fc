// SPDX-License-Identifier: MIT
// PURE: ClickHouseFilter: a filter as conditions on the columns of a ClickHouse store.
#pragma once

#include <string>

#include "collector/clickhouse/server_query.hpp"
#include "collector/query/model.hpp"

namespace llmgw::collector {

/// What is asked for goes along as parameters, whose names begin with `f_`.
class ClickHouseFilter {
 public:
  /// The filter outlives it.
  explicit ClickHouseFilter(const Filter& filter) : filter_(filter) {}

  /// Each condition behind ` AND `: of rows of sums, of times, of single events.
  std::string sums_sql() const;
  std::string times_sql() const;
  std::string events_sql() const;
  void bind(ServerQuery& query) const;

 private:
  std::string words_sql() const;

  const Filter& filter_;
};

}  // namespace llmgw::collector
