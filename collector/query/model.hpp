// SPDX-License-Identifier: MIT
// PURE: what can be asked of a store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collector/store/event_row.hpp"

namespace llmgw::collector {

/// By what events and sums are chosen and told apart.
enum class Dimension : std::uint8_t { tenant, model, provider, app_key, outcome, status_class };
inline constexpr std::size_t dimension_count = 6;
inline constexpr std::array<std::string_view, dimension_count> dimension_names{
    "tenant", "model", "provider", "app_key", "outcome", "status_class"};

constexpr std::string_view name(Dimension dimension) noexcept {
  return dimension_names[static_cast<std::size_t>(dimension)];
}
/// The column of the dimension's words; status classes have none.
constexpr Column column_of(Dimension dimension) noexcept {
  constexpr std::array columns{Column::tenant,  Column::model,   Column::provider,
                               Column::app_key, Column::outcome, Column::outcome};
  return columns[static_cast<std::size_t>(dimension)];
}

/// For each dimension the values of which one has to be there; none: any. Status classes are `2xx`,
/// or `none` where the client got nothing.
struct Filter {
  std::array<std::vector<std::string>, dimension_count> values;
  /// Whose events may be seen at all; nothing: everybody's.
  std::optional<std::vector<std::string>> visible_tenants;

  const std::vector<std::string>& of(Dimension dimension) const noexcept {
    return values[static_cast<std::size_t>(dimension)];
  }
};

/// From the first instant, up to and without the second; milliseconds since 1970.
struct Span {
  std::int64_t from = 0;
  std::int64_t to = 0;
};

enum class Bucket : std::uint8_t { none, hour, day, month };
enum class Order : std::uint8_t { requests, tokens, cost };

struct UsageQuery {
  Span span;  ///< whole hours
  Bucket bucket = Bucket::none;
  std::vector<Dimension> group_by;
  Filter filter;
  Order order = Order::requests;
  std::size_t limit = 1'000;
  std::size_t offset = 0;
};

struct LatencyQuery {
  Span span;
  Bucket bucket = Bucket::none;
  std::vector<Dimension> group_by;  ///< provider and model alone
  Filter filter;
  bool is_ttft = false;
};

struct EventsQuery {
  Span span;
  Filter filter;
  std::string request_id;
  std::int64_t least_latency_us = 0;
  std::size_t limit = 100;
  std::string before;  ///< 16 bytes: only what stands before this place; empty: from the newest on
};

struct ValuesQuery {
  Column field = Column::tenant;
  std::string prefix;
  std::size_t limit = 100;
  std::optional<std::vector<std::string>> visible_tenants;
};

/// Which days of which provider's reports; days since 1970 in UTC, from the first, up to and
/// without the second.
struct ReconciliationQuery {
  std::string provider;  ///< empty: any
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::size_t limit = 1'000;
};

/// A question that is refused: the parameter at fault, and why.
struct QueryFault {
  std::string parameter;
  std::string text;
};

}  // namespace llmgw::collector
