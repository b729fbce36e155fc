// SPDX-License-Identifier: MIT
// Nothing of a caller's is in here: names of database and cluster are of letters and digits.
#include "collector/clickhouse/tables.hpp"

#include <array>

#include "common/system/sha256.hpp"

namespace llmgw::collector {
namespace {

// Of each table of sums; those of one period are published together, in `summed`, as the version
// that counts.
constexpr std::string_view sums =
    "tenant LowCardinality(String), app_key LowCardinality(String), "
    "provider LowCardinality(String), model LowCardinality(String), "
    "outcome LowCardinality(String), status_class UInt8, requests Int64, prompt_tokens Int64, "
    "completion_tokens Int64, cached_tokens Int64, cache_write_tokens Int64, "
    "reasoning_tokens Int64, no_usage Int64, cost_nano_usd Int64, unpriced Int64, "
    "latency_us Int64, ttft_us Int64, ttft_n Int64, request_bytes Int64, response_bytes Int64, "
    "version UInt64";

// `event_id` is the place of an event: its own id where that is a clock, else one made of its time;
// `id` is then what it was sent with. The key is that number, so rows stand in the order of time,
// and an event that comes again has the same key in the same partition. `stored` falls as time goes
// on: the first of two stays. Weeks since 1970 are from 2019 to 2069, whatever clocks say.
constexpr std::array<TableForm, 8> first{{
    {"meta", "", "key String, value String, version UInt64", "version", "tuple()", "key",
     "cityHash64(key)"},
    {"event", "",
     "event_id UUID, ts Int64 CODEC(Delta, ZSTD(1)), hour Int64 CODEC(Delta, ZSTD(1)), "
     "tenant LowCardinality(String), app_key LowCardinality(String), "
     "provider LowCardinality(String), model LowCardinality(String), "
     "request_model LowCardinality(String), endpoint LowCardinality(String), "
     "outcome LowCardinality(String), usage_source LowCardinality(String), status_code Int64, "
     "flags UInt8, prompt_tokens Nullable(Int64), completion_tokens Nullable(Int64), "
     "total_tokens Nullable(Int64), cached_tokens Nullable(Int64), "
     "cache_write_tokens Nullable(Int64), reasoning_tokens Nullable(Int64), latency_us Int64, "
     "ttft_us Nullable(Int64), latency_bucket Int16, ttft_bucket Nullable(Int16), "
     "request_bytes Int64, response_bytes Int64, captured_bytes Int64, "
     "stream_chunks Nullable(Int64), output_bytes Nullable(Int64), "
     "finish_reason LowCardinality(Nullable(String)), "
     "native_finish_reason LowCardinality(Nullable(String)), "
     "service_tier LowCardinality(Nullable(String)), route LowCardinality(Nullable(String)), "
     "target LowCardinality(Nullable(String)), request_id String CODEC(ZSTD(1)), "
     "upstream_request_id String CODEC(ZSTD(1)), cost_nano_usd Nullable(Int64), "
     "price_id LowCardinality(Nullable(String)), id String CODEC(ZSTD(1)), "
     "rest String CODEC(ZSTD(1)), stored UInt64 CODEC(Delta, ZSTD(1))",
     "stored",
     "toUInt16(least(greatest(intDiv(toUInt64(bitShiftRight(toUInt128(event_id), 80)), "
     "604800000), 2600), 5200))",
     "toUInt128(event_id)", "cityHash64(event_id)"},
    {"word", "", "kind UInt8, tenant LowCardinality(String), text String, version UInt64",
     "version", "tuple()", "(kind, tenant, text)", "cityHash64(text)"},
    {"usage_hour", "hour Int64, ", sums, "version",
     "toUInt16(least(greatest(intDiv(hour, 720), 600), 1300))",
     "(hour, tenant, app_key, provider, model, outcome, status_class)", "cityHash64(hour)"},
    {"usage_day", "day Int64, ", sums, "version",
     "toUInt16(least(greatest(intDiv(day, 360), 50), 110))",
     "(day, tenant, app_key, provider, model, outcome, status_class)", "cityHash64(day)"},
    {"latency_hour", "",
     "hour Int64, provider LowCardinality(String), model LowCardinality(String), kind UInt8, "
     "bucket Int16, n Int64, version UInt64",
     "version", "toUInt16(least(greatest(intDiv(hour, 720), 600), 1300))",
     "(hour, provider, model, kind, bucket)", "cityHash64(hour)"},
    {"summed", "", "span UInt8, period Int64, version UInt64", "version", "tuple()",
     "(span, period)", "cityHash64(period)"},
    {"touched", "", "hour Int64, writer UInt64, is_done UInt8, version UInt64", "version",
     "tuple()", "(hour, writer)", "cityHash64(hour)"},
}};

constexpr std::array<SchemaStep, 1> steps{{{1, "first", first}}};

constexpr std::string_view behind_order = " SETTINGS index_granularity = 8192, ";

std::string quoted(std::string_view name) { return "`" + std::string(name) + "`"; }

std::string on_cluster(const ClickHouseUrl& url) {
  return url.cluster.empty() ? std::string() : " ON CLUSTER " + quoted(url.cluster);
}

std::string engine_of(const TableForm& table, const ClickHouseUrl& url) {
  const std::string version(table.version);
  if (url.cluster.empty()) return "ReplacingMergeTree(" + version + ")";
  return "ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/" + url.database + "/" +
         local_name(table.name, url) + "', '{replica}', " + version + ")";
}

}  // namespace

std::span<const SchemaStep> schema_steps() noexcept { return steps; }

std::string digest_of(const SchemaStep& step) {
  std::string all;
  for (const TableForm& each : step.tables)
    for (const std::string_view part : {each.name, each.period, each.columns, each.version,
                                        each.partition, each.order, each.shard})
      all.append(part).append("\n");
  return sha256_hex(all);
}

std::string local_name(std::string_view table, const ClickHouseUrl& url) {
  return std::string(table) + (url.cluster.empty() ? "" : "_local");
}

std::vector<std::string> create_sql(const TableForm& table, const ClickHouseUrl& url) {
  const std::string local = local_name(table.name, url);
  const std::string_view window = url.cluster.empty() ? "non_replicated_deduplication_window"
                                                      : "replicated_deduplication_window";
  std::vector<std::string> statements{
      "CREATE TABLE IF NOT EXISTS " + local + on_cluster(url) + " (" + std::string(table.period) +
      std::string(table.columns) + ") ENGINE = " + engine_of(table, url) + " PARTITION BY " +
      std::string(table.partition) + " ORDER BY " + std::string(table.order) +
      std::string(behind_order) + std::string(window) + " = 10000"};
  if (!url.cluster.empty())
    statements.push_back("CREATE TABLE IF NOT EXISTS " + std::string(table.name) + on_cluster(url) +
                         " AS " + local + " ENGINE = Distributed(" + quoted(url.cluster) + ", " +
                         quoted(url.database) + ", " + local + ", " + std::string(table.shard) +
                         ")");
  return statements;
}

std::string drop_sql(std::string_view table, std::int64_t partition, const ClickHouseUrl& url) {
  return "ALTER TABLE " + local_name(table, url) + on_cluster(url) + " DROP PARTITION " +
         std::to_string(partition);
}

}  // namespace llmgw::collector
