// SPDX-License-Identifier: MIT
// PURE: how events of a ClickHouse store are summed up, as SQL.
#pragma once

#include <string>

namespace llmgw::collector {

/// Sums of events as `s0`, `s1` ..., in the order of Sum, in 128 bits.
std::string sums_of_events_sql();
/// The same of rows of sums, which have the columns of sum_columns.
std::string sums_of_sums_sql();

/// Rows of sums of the one version of each period that is published; `span` is 0 for hours, 1 for
/// days, and `period` its column. Behind a WHERE.
std::string published_sql(int span, const std::string& period);

/// Rows of `event` between the parameters `first` and `last` (UUID), without the second. Behind a
/// WHERE: in the order of the key.
inline constexpr char in_range_sql[] =
    "toUInt128(event_id) >= toUInt128({first:UUID}) AND "
    "toUInt128(event_id) < toUInt128({last:UUID})";

/// From events between `first` and `last` of the hours in `hours` to rows of sums of these hours.
/// Parameters: `most` (the series that an hour may have) and `version`.
const std::string& sum_hours_sql();
/// From the hours of the days in `days` to rows of sums of these days; from the hour `from` up to
/// `to`.
const std::string& sum_days_sql();
/// From events to counts of times, as sum_hours_sql().
const std::string& sum_times_sql();

}  // namespace llmgw::collector
