// SPDX-License-Identifier: MIT
// Sums, times, values and facts.
#include "collector/query/clickhouse_reader.hpp"

#include <map>
#include <unordered_map>

#include "collector/clickhouse/server_fault.hpp"
#include "collector/clickhouse/tables.hpp"
#include "collector/query/parse.hpp"
#include "collector/query/usage_count.hpp"
#include "collector/sinks/clickhouse/clickhouse_sink.hpp"
#include "collector/sinks/clickhouse/place_range.hpp"

namespace llmgw::collector {
namespace {

constexpr std::int64_t hour_length = 3'600'000;

constexpr std::string_view touched_sql =
    "SELECT DISTINCT hour FROM touched FINAL WHERE is_done = 0 AND hour >= {from:Int64} AND "
    "hour < {to:Int64} ORDER BY hour LIMIT 1001";
constexpr std::string_view schema_sql = "SELECT count(), max(number) FROM migration";

/// Numbers for texts, as they come.
class Texts {
 public:
  std::int64_t number(std::string text) {
    const auto [found, is_new] = numbers_.emplace(std::move(text), texts_.size());
    if (is_new) texts_.push_back(found->first);
    return static_cast<std::int64_t>(found->second);
  }
  const std::string& text(std::int64_t number) const {
    return texts_[static_cast<std::size_t>(number)];
  }

 private:
  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<std::string> texts_;
};

void set(Dimension dimension, std::int64_t number, Series& series) noexcept {
  switch (dimension) {
    case Dimension::tenant: series.tenant = number; return;
    case Dimension::model: series.model = number; return;
    case Dimension::provider: series.provider = number; return;
    case Dimension::app_key: series.app_key = number; return;
    case Dimension::outcome: series.outcome_class += number * 8; return;
    case Dimension::status_class: series.outcome_class += number; return;
  }
}

}  // namespace

Result<std::unique_ptr<Reader>> ClickHouseReader::open(std::string_view url, const Config& config) {
  auto server = clickhouse_server(url, config);
  if (server.has_error()) return server.error();
  return std::unique_ptr<Reader>(new ClickHouseReader(std::move(*server)));
}

Result<ServerRows> ClickHouseReader::ask(const ServerQuery& query) {
  auto rows = server_->select(query, limits_);
  if (rows) return rows;
  const auto fault = rows.error();
  const bool is_late =
      clickhouse_fault_kind(fault) == ClickHouseFault::timeout || fault == errc::cancelled;
  return is_late ? boost::system::error_code(errc::timed_out) : fault;
}

Result<TouchedList> ClickHouseReader::touched(const Span& span) {
  ServerQuery query(touched_sql);
  query.with("from", span.from / hour_length).with("to", span.to / hour_length);
  auto rows = ask(query);
  if (rows.has_error()) return rows.error();
  TouchedList touched;
  while (rows->next()) touched.hours.push_back(rows->integer(0));
  touched.is_all = touched.hours.size() > TouchedList::most;
  if (touched.is_all) touched.hours.clear();
  return touched;
}

Result<UsageAnswer> ClickHouseReader::usage(const UsageQuery& query) {
  const auto list = touched(query.span);
  if (list.has_error()) return list.error();
  const ClickHouseFilter filter(query.filter);
  const std::string sql = usage_sql(query, *list, filter);
  ServerQuery select(sql);
  filter.bind(select);
  bind_span(query.span, *list, query.bucket != Bucket::hour, select);
  auto rows = ask(select);
  if (rows.has_error()) return rows.error();
  Texts texts;
  UsageCount count(query, 0);
  while (rows->next()) {
    std::size_t column = 0;
    const std::int64_t hour = rows->integer(column++);
    Series series;
    for (const Dimension each : query.group_by) {
      const bool is_class = each == Dimension::status_class;
      const std::int64_t number =
          is_class ? rows->integer(column) : texts.number(rows->text(column));
      set(each, number, series);
      ++column;
    }
    WideSums sums;
    for (WideInteger& each : sums.values) each = rows->wide(column++);
    sums.errors = rows->wide(column);
    if (sums.of(Sum::requests) == 0) continue;  // of nothing at all there is a row too
    if (!count.add(hour, series, sums, most_groups)) return errc::body_too_large;
  }
  return count.finish(most_rows, [&texts](std::int64_t number) { return texts.text(number); });
}

Result<std::vector<LatencyRow>> ClickHouseReader::latency(const LatencyQuery& query) {
  TouchedList list{.hours = {}, .is_all = needs_events(query.filter)};
  if (!list.is_all) {
    auto found = touched(query.span);
    if (found.has_error()) return found.error();
    list = std::move(*found);
  }
  const ClickHouseFilter filter(query.filter);
  const std::string sql = latency_sql(query, list, filter);
  ServerQuery select(sql);
  filter.bind(select);
  bind_span(query.span, list, false, select);
  auto rows = ask(select);
  if (rows.has_error()) return rows.error();
  std::map<std::pair<std::int64_t, std::vector<std::string>>, std::map<int, std::int64_t>> counts;
  while (rows->next()) {
    std::vector<std::string> groups;
    for (std::size_t i = 0; i < query.group_by.size(); ++i) groups.push_back(rows->text(3 + i));
    const std::int64_t begin = bucket_begin(query.bucket, rows->integer(0));
    auto& classes = counts[{begin, std::move(groups)}];
    classes[static_cast<int>(rows->integer(1))] += rows->integer(2);
    if (counts.size() > most_rows) return errc::body_too_large;
  }
  std::vector<LatencyRow> answer;
  for (const auto& [key, classes] : counts)
    answer.push_back(
        {bucket_text(query.bucket, key.first), key.second, {classes.begin(), classes.end()}});
  return answer;
}

Result<std::vector<std::string>> ClickHouseReader::values(const ValuesQuery& query) {
  std::string sql =
      "SELECT DISTINCT text FROM word WHERE kind = {kind:UInt8} AND "
      "startsWith(text, {prefix:String})";
  if (query.visible_tenants) sql += " AND has({visible:Array(String)}, tenant)";
  sql += " ORDER BY text LIMIT {limit:UInt64}";
  ServerQuery select(sql);
  select.with("kind", static_cast<std::int64_t>(query.field)).with("prefix", query.prefix);
  select.with("limit", static_cast<std::int64_t>(query.limit));
  if (query.visible_tenants)
    select.with("visible", std::span<const std::string>(*query.visible_tenants));
  auto rows = ask(select);
  if (rows.has_error()) return rows.error();
  std::vector<std::string> texts;
  while (rows->next()) texts.push_back(rows->text(0));
  return texts;
}

Result<std::int64_t> ClickHouseReader::floor() {
  auto rows = ask(ServerQuery(floor_sql));
  if (rows.has_error()) return rows.error();
  rows->next();
  return rows->integer(1);
}

// Of all time: hours are counted up to the year 9999.
Result<WideInteger> ClickHouseReader::count_requests() {
  constexpr Span all{0, 253'402'300'800'000};
  UsageQuery query;
  query.span = all;
  auto answer = usage(query);
  if (answer.has_error()) return answer.error();
  return answer->totals.of(Sum::requests);
}

Result<StoreFacts> ClickHouseReader::facts() {
  StoreFacts facts;
  facts.engine = "clickhouse";
  for (const auto& [sql, value] :
       {std::pair{schema_sql, &facts.schema}, std::pair{floor_sql, &facts.floor}}) {
    auto rows = ask(ServerQuery(sql));
    if (rows.has_error()) return rows.error();
    rows->next();
    *value = rows->integer(1);
  }
  auto bytes = ask(ServerQuery(bytes_sql));
  if (bytes.has_error()) return bytes.error();
  bytes->next();
  facts.bytes = static_cast<std::uint64_t>(bytes->integer(0));
  const auto requests = count_requests();
  if (requests.has_error()) return requests.error();
  facts.requests = *requests;
  for (const bool is_newest : {false, true}) {
    const auto found = end_of_events(is_newest, facts.floor);
    if (found.has_error()) return found.error();
    (is_newest ? facts.newest : facts.oldest) = *found;
  }
  return facts;
}

Result<std::int64_t> ClickHouseReader::end_of_events(bool is_newest, std::int64_t floor) {
  const std::string sql =
      std::string(
          "SELECT ts FROM event WHERE toUInt128(event_id) >= toUInt128({first:UUID}) "
          "ORDER BY toUInt128(event_id)") +
      (is_newest ? " DESC" : "") + " LIMIT 1";
  ServerQuery select(sql);
  select.with("first", place_text(first_place(floor).view()));
  auto rows = ask(select);
  if (rows.has_error()) return rows.error();
  return rows->next() ? rows->integer(0) : 0;
}

}  // namespace llmgw::collector
