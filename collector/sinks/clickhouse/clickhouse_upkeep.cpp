// SPDX-License-Identifier: MIT
// ClickHouseSink's own time: sums that catch up, what is too old, what there is to tell.
#include <algorithm>
#include <utility>

#include "collector/clickhouse/server_fault.hpp"
#include "collector/clickhouse/sums_sql.hpp"
#include "collector/clickhouse/tables.hpp"
#include "collector/sinks/clickhouse/clickhouse_sink.hpp"
#include "collector/sinks/clickhouse/place_range.hpp"
#include "collector/store/rollup.hpp"
#include "collector/store/wall_clock.hpp"
#include "common/log/log.hpp"

namespace llmgw::collector {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t hour_length = 3'600'000;
constexpr std::int64_t day_length = 24 * hour_length;
constexpr std::chrono::seconds look_interval{60};
constexpr std::chrono::hours upkeep_interval{1};
constexpr std::chrono::hours check_interval{24};
constexpr std::int64_t checked_at_start = 48;  // hours
constexpr std::int64_t checked_daily = 7 * 24;
constexpr std::int64_t checked_at_once = 24;

const std::string& too_old_sql() {
  static const std::string sql =
      std::string("SELECT event_id FROM event WHERE ") + in_range_sql + " LIMIT 1";
  return sql;
}
constexpr std::string_view keep_floor_sql =
    "INSERT INTO meta (key, value, version) SELECT 'floor', toString({floor:Int64}), "
    "{floor:UInt64}";
constexpr std::string_view partitions_sql =
    "SELECT DISTINCT toInt64OrZero(partition) FROM system.parts WHERE active AND "
    "database = currentDatabase() AND table = {table:String} AND "
    "toInt64OrZero(partition) < {partition:Int64}";
const std::string& oldest_sql() {
  static const std::string sql =
      "SELECT toString(event_id) FROM event WHERE toUInt128(event_id) >= "
      "toUInt128({first:UUID}) ORDER BY toUInt128(event_id) LIMIT 1";
  return sql;
}

}  // namespace

bool ClickHouseSink::maintain() {
  const Result<void> ready = make_ready();
  const Result<int> is_more = ready ? look_after(Clock::now()) : Result<int>(ready.error());
  if (is_more.has_error()) {
    say_behind(is_more.error());
    return false;
  }
  if (std::exchange(is_upkeep_failing_, false)) log::info("sums and retention catch up");
  return sum() || *is_more != 0;
}

void ClickHouseSink::say_behind(const boost::system::error_code& fault) {
  if (std::exchange(is_upkeep_failing_, true)) return;
  log::error("sums and retention of the store fall behind; tried again later",
             {{"reason", fault.message()}});
}

// True: there is more. Sums of hours with very many events may take longer than a write.
bool ClickHouseSink::sum() {
  if (!touched_.has_some() || Clock::now() < next_sum_) return false;
  const auto begun = Clock::now();
  const auto done = touched_.sum_some({begun + 3 * timeout_});
  if (done.has_error()) {
    count(done.error());
    say_behind(done.error());
  }
  const bool is_more = done && touched_.has_some();
  lag_.set(
      static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(touched_.lag()).count()));
  // They must not be all that the server does.
  const auto now = Clock::now();
  if (!is_more) next_sum_ = now + std::max<Clock::duration>(delay_, 3 * (now - begun));
  return is_more;
}

// 1: there is more.
Result<int> ClickHouseSink::look_after(Clock::time_point now) {
  if (now >= next_look_) {
    if (const auto done = touched_.take_over(limits()); done.has_error()) return done.error();
    next_look_ = now + look_interval;
  }
  if (now >= next_upkeep_) {
    Result<void> done = read_floor(limits());  // another collector may have moved it
    if (done) done = move_floor(limits());
    if (done) done = drop_old(limits());
    if (done) done = measure(limits());
    if (done.has_error()) return done.error();
    next_upkeep_ = now + upkeep_interval;
  }
  return check_some(now);
}

// A day of sums at a time. One that cannot be done is left to the next check: answers and sums do
// not depend on it.
Result<int> ClickHouseSink::check_some(Clock::time_point now) {
  if (now >= next_check_) {
    const std::int64_t hour = hour_of(milliseconds_now());
    const bool is_first = next_check_ == Clock::time_point();
    const std::int64_t begin = hour - (is_first ? checked_at_start : checked_daily);
    unchecked_ = std::max(begin, hour_of(floor_) + 2);
    check_end_ = hour + 2;
    next_check_ = now + check_interval;
  }
  if (unchecked_ >= check_end_) return 0;
  const std::int64_t end = std::min(unchecked_ + checked_at_once, check_end_);
  const auto done = touched_.check(std::exchange(unchecked_, end), end, limits());
  if (done.has_error()) count(done.error());
  return unchecked_ < check_end_ ? 1 : 0;
}

// It moves where there is something below it alone, and never beyond what has no sums yet. Rows
// below it are gone for whoever reads from then on.
Result<void> ClickHouseSink::move_floor(const Limits& limit) {
  if (event_life_.count() == 0) return {};
  const auto oldest = touched_.oldest(limit);
  if (oldest.has_error()) return oldest.error();
  const std::int64_t wanted = milliseconds_now() - event_life_.count();
  const std::int64_t end = *oldest > hour_of(wanted) ? wanted : *oldest * hour_length;
  if (end <= floor_) return {};
  const std::string first = place_text(first_place(floor_).view());
  const std::string last = place_text(first_place(end).view());
  ServerQuery select(too_old_sql());
  select.with("first", first).with("last", last);
  auto found = server_->select(select, limit);
  if (found.has_error()) return found.error();
  if (!found->next()) return {};
  ServerQuery keep(keep_floor_sql);
  keep.with("floor", end);
  if (const auto kept = server_->run(keep, limit); kept.has_error()) return kept;
  floor_ = end;
  return {};
}

// Whole partitions, with a day between: what is summed up anew has all its events. Sums by hour
// stay as long as their events, for days are summed up of them.
Result<void> ClickHouseSink::drop_old(const Limits& limit) {
  if (floor_ == 0) return {};
  const std::int64_t whole = floor_ - day_length;
  const auto events = drop_before("event", whole / milliseconds_a_partition, limit);
  if (events.has_error() || usage_life_.count() == 0) return events;
  const std::int64_t kept =
      std::min(hour_of(milliseconds_now() - usage_life_.count()), hour_of(whole) - 24);
  for (const std::string_view table : {"usage_hour", "latency_hour"}) {
    const auto done = drop_before(table, kept / hours_a_partition, limit);
    if (done.has_error()) return done;
  }
  return {};
}

Result<void> ClickHouseSink::drop_before(std::string_view table, std::int64_t partition,
                                         const Limits& limit) {
  ServerQuery select(partitions_sql);
  const std::string local = local_name(table, server_->url());
  select.with("table", local).with("partition", partition);
  auto found = server_->select(select, limit);
  if (found.has_error()) return found.error();
  while (found->next()) {
    const std::string sql = drop_sql(table, found->integer(0), server_->url());
    if (const auto done = server_->run(ServerQuery(sql), limit); done.has_error()) return done;
  }
  return {};
}

Result<void> ClickHouseSink::measure(const Limits& limit) {
  auto bytes = server_->select(ServerQuery(bytes_sql), limit);
  if (bytes.has_error()) return bytes.error();
  bytes->next();
  counts_.note_bytes(static_cast<std::uint64_t>(bytes->integer(0)));
  ServerQuery select(oldest_sql());
  const std::string first = place_text(first_place(floor_).view());
  select.with("first", first);
  auto oldest = server_->select(select, limit);
  if (oldest.has_error()) return oldest.error();
  Place place;
  if (oldest->next()) place_bytes(oldest->text(0)).copy(place.bytes.data(), place.bytes.size());
  counts_.note_oldest(place.time());
  return {};
}

void ClickHouseSink::add_metrics(std::vector<Metric>& metrics) const {
  using enum MetricKind;
  const auto number = [](const Counter& counter) { return static_cast<double>(counter.value()); };
  counts_.add_metrics(metrics);
  metrics.push_back({"llmgw_store_up",
                     "Whether the server of the store did what it was asked last.",
                     gauge,
                     {{{}, number(up_)}}});
  metrics.push_back({"llmgw_store_rollup_lag_seconds",
                     "How far sums are behind their events; answers count these themselves.",
                     gauge,
                     {{{}, number(lag_) / 1'000}}});
  Metric faults{"llmgw_store_errors_total",
                "What the server of the store failed at, by its kind.",
                counter,
                {}};
  for (std::size_t i = 0; i < faults_.size(); ++i)
    faults.samples.push_back(
        {{{"kind", std::string(name(static_cast<ClickHouseFault>(i)))}}, number(faults_[i])});
  metrics.push_back(std::move(faults));
}

}  // namespace llmgw::collector
