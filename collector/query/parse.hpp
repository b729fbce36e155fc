// SPDX-License-Identifier: MIT
// PURE: from the target of a request to what it asks.
#pragma once

#include <boost/system/result.hpp>

#include "collector/query/model.hpp"
#include "collector/query/parameters.hpp"

namespace llmgw::collector {

template <class T>
using Parsed = boost::system::result<T, QueryFault>;

/// What a question may be at most, and what it is where it does not say.
struct QueryTerms {
  std::int64_t now = 0;  ///< milliseconds since 1970
  /// Whose events may be seen; nothing: everybody's.
  std::optional<std::vector<std::string>> visible_tenants;
};

/// These take what is theirs; a parameter that is nobody's is a fault.
Parsed<UsageQuery> parse_usage(Parameters& parameters, const QueryTerms& terms);
Parsed<LatencyQuery> parse_latency(Parameters& parameters, const QueryTerms& terms);
Parsed<EventsQuery> parse_events(Parameters& parameters, const QueryTerms& terms);
Parsed<Filter> parse_live(Parameters& parameters, const QueryTerms& terms);
/// What has requests without a price, by provider and model.
Parsed<UsageQuery> parse_prices(Parameters& parameters, const QueryTerms& terms);
Parsed<ReconciliationQuery> parse_reconciliation(Parameters& parameters, const QueryTerms& terms);
Parsed<ValuesQuery> parse_values(Parameters& parameters, const QueryTerms& terms);

/// Where a list goes on, for `cursor`: good for the same question alone, whatever its limit.
std::string cursor_of(const UsageQuery& query, std::size_t offset);
std::string cursor_of(const EventsQuery& query, std::string_view place);

/// Whether times have to be counted from single events: they are counted by provider and model.
bool needs_events(const Filter& filter);

/// Milliseconds since 1970 at which the gateway made a request id; nothing for other ids.
std::optional<std::int64_t> time_of_request(std::string_view id);

/// Whether it names a tenant that may not be seen.
bool asks_for_others(const Filter& filter);

}  // namespace llmgw::collector
