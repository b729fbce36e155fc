// SPDX-License-Identifier: MIT
// PURE: the tables of a ClickHouse store as SQL, for one server or for a cluster.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/store/clickhouse_url.hpp"

namespace llmgw::collector {

/// A table whose rows with the same key are one: that of the highest version.
struct TableForm {
  std::string_view name;
  std::string_view period;  ///< the column in front of them, where it has sums
  std::string_view columns;
  std::string_view version;  ///< a column
  std::string_view partition;
  std::string_view order;  ///< the key
  std::string_view shard;  ///< what of the key says, in a cluster, which shard has a row
};

/// One step of changes. It never changes once it was released: its digest is kept in each store.
struct SchemaStep {
  std::int64_t number;  ///< from 1 on, without a gap
  std::string_view name;
  std::span<const TableForm> tables;
};
std::span<const SchemaStep> schema_steps() noexcept;
/// Of all that a step says.
std::string digest_of(const SchemaStep& step);

/// The statements that make a table; done again they change nothing. In a cluster a replicated one
/// on each server, and in front of them, under the table's own name, one that is all of them.
std::vector<std::string> create_sql(const TableForm& table, const ClickHouseUrl& url);

/// What has all rows of a partition leave.
std::string drop_sql(std::string_view table, std::int64_t partition, const ClickHouseUrl& url);

/// Of the partitions of events, and of the tables of sums by hour.
inline constexpr std::int64_t milliseconds_a_partition = 604'800'000;
inline constexpr std::int64_t hours_a_partition = 720;

/// A row of two: whether there is a floor, and where, in milliseconds since 1970.
inline constexpr std::string_view floor_sql =
    "SELECT count(), toInt64OrZero(any(value)) FROM meta FINAL WHERE key = 'floor'";
/// Of all tables, on the server that is asked.
inline constexpr std::string_view bytes_sql =
    "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = currentDatabase()";

/// The name of what holds a table's rows on one server.
std::string local_name(std::string_view table, const ClickHouseUrl& url);

}  // namespace llmgw::collector
