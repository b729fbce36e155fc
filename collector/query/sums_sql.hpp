// SPDX-License-Identifier: MIT
// PURE: questions to the tables of sums and times, in SQL that every store with such tables takes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "collector/query/answer.hpp"
#include "collector/query/row_filter.hpp"

namespace llmgw::collector {

/// Rows of one table of sums, from the first period up to and without the second.
struct SumsPart {
  std::string_view table;
  std::string_view period;
  std::int64_t hours;  ///< of a period
  std::int64_t begin;
  std::int64_t end;
};

/// Whole days out of the days, unless hours are asked for, and hours at both ends; no empty part.
std::vector<SumsPart> parts_of(const UsageQuery& query);

/// Period, tenant, app_key, provider, model, class, then the sums in the order of sum_columns.
std::string sums_sql(const SumsPart& part, const RowFilter& filter);

/// Hour, provider, model, class of time and count, where no single event has to be looked at.
std::string times_sql(const LatencyQuery& query, const RowFilter& filter);

/// The numbers of a field's words among the days of those tenants that may be seen.
std::string visible_words_sql(Column field, const RowFilter& visible);

/// Counts of times put together by bucket and group.
class LatencyCount {
 public:
  /// The query outlives it.
  explicit LatencyCount(const LatencyQuery& query) : query_(query) {}

  /// False where that makes more groups than may be told apart.
  bool add(std::int64_t hour, std::int64_t provider, std::int64_t model, int bucket,
           std::int64_t count);
  /// `text`: of a word's number.
  std::vector<LatencyRow> finish(const std::function<std::string(std::int64_t)>& text) const;

 private:
  using Key = std::array<std::int64_t, 1 + dimension_count>;

  const LatencyQuery& query_;
  std::map<Key, std::map<int, std::int64_t>> counts_;
};

}  // namespace llmgw::collector
