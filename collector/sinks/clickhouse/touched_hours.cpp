// SPDX-License-Identifier: MIT
// The order is what counts: mark, events, sums, their publication, and the mark goes with a time
// from before the events were read.
#include "collector/sinks/clickhouse/touched_hours.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "collector/clickhouse/sums_sql.hpp"
#include "collector/sinks/clickhouse/place_range.hpp"

namespace llmgw::collector {
namespace {

// A process that lives renews a mark before it writes again, or has finished long before others
// take it for one that was left.
constexpr std::chrono::seconds good_for{60};
constexpr std::string_view left_sql =
    "SELECT hour, writer, version FROM touched FINAL WHERE is_done = 0 AND "
    "version < toUInt64(toUnixTimestamp64Nano(now64(9)) - 180000000000) LIMIT 10000";

constexpr std::string_view oldest_sql =
    "SELECT count(), min(hour) FROM touched FINAL WHERE is_done = 0";
constexpr std::string_view time_sql = "SELECT toUnixTimestamp64Nano(now64(9))";
constexpr std::string_view mark_sql =
    "INSERT INTO touched (hour, writer, is_done, version) SELECT arrayJoin({hours:Array(Int64)}), "
    "{writer:UInt64}, 0, toUnixTimestamp64Nano(now64(9))";
constexpr std::string_view done_sql =
    "INSERT INTO touched (hour, writer, is_done, version) SELECT arrayJoin({hours:Array(Int64)}), "
    "{writer:UInt64}, 1, {version:UInt64}";
constexpr std::string_view publish_sql =
    "INSERT INTO summed (span, period, version) SELECT {span:UInt8}, "
    "arrayJoin({periods:Array(Int64)}), {version:UInt64}";

const std::string& differing_sql() {
  static const std::string sql =
      std::string("SELECT hour FROM (SELECT hour, toInt64(count()) AS n FROM event FINAL WHERE ") +
      in_range_sql +
      " AND hour >= {from:Int64} AND hour < {to:Int64} GROUP BY hour UNION ALL "
      "SELECT hour, -sum(requests) AS n FROM usage_hour WHERE hour >= {from:Int64} AND "
      "hour < {to:Int64} AND " +
      published_sql(0, "hour") + " GROUP BY hour) GROUP BY hour HAVING sum(n) != 0";
  return sql;
}

ServerQuery summing(const std::string& sql) {
  ServerQuery statement(sql);
  statement.set("do_not_merge_across_partitions_select_final", 1)
      .set("distributed_product_mode", "global");
  return statement;
}

std::int64_t day_of_hour(std::int64_t hour) noexcept { return hour / 24 - (hour % 24 < 0 ? 1 : 0); }

}  // namespace

Result<void> TouchedHours::touch(std::span<const std::int64_t> hours, const Limits& limits) {
  const auto now = Clock::now();
  std::vector<std::int64_t> wanted;
  for (const std::int64_t each : hours) {
    const auto found = own_.find(each);
    if (found == own_.end() || now - found->second.renewed > good_for) wanted.push_back(each);
  }
  if (wanted.empty()) return {};
  if (const auto marked = mark(wanted, limits); marked.has_error()) return marked;
  for (const std::int64_t each : wanted)
    own_.try_emplace(each, Mark{now, now}).first->second.renewed = now;
  return {};
}

Result<void> TouchedHours::mark(std::span<const std::int64_t> hours, const Limits& limits) {
  ServerQuery statement(mark_sql);
  statement.with("hours", hours).with("writer", writer_);
  return server_.run(statement, limits);
}

TouchedHours::Clock::duration TouchedHours::lag() const noexcept {
  Clock::time_point oldest = Clock::now();
  const Clock::time_point now = oldest;
  for (const auto& [hour, mark] : own_) oldest = std::min(oldest, mark.since);
  return now - oldest;
}

std::vector<std::int64_t> TouchedHours::choose() const {
  std::set<std::int64_t> known;
  for (const auto& [hour, mark] : own_) known.insert(hour);
  for (const auto& [hour, mark] : left_) known.insert(hour);
  std::vector<std::int64_t> chosen;
  for (const std::int64_t each : known) {
    if (chosen.size() == at_once_) break;
    if (chosen.empty() || each - chosen.front() < widest) chosen.push_back(each);
  }
  return chosen;
}

Result<void> TouchedHours::sum_some(const Limits& limits) {
  const std::vector<std::int64_t> hours = choose();
  if (hours.empty()) return {};
  auto time = server_.select(ServerQuery(time_sql), limits);
  if (time.has_error()) return time.error();
  time->next();
  const std::int64_t version = time->integer(0);
  Result<void> done = sum(hours, version, limits);
  if (done) done = finish(hours, version, limits);
  at_once_ = done ? std::min(2 * at_once_, most_hours) : std::max<std::size_t>(at_once_ / 2, 1);
  return done;
}

Result<void> TouchedHours::sum(std::span<const std::int64_t> hours, std::int64_t version,
                               const Limits& limits) {
  const PlaceRange range = places_of_hours(hours.front(), hours.back() + 1);
  for (const std::string* sql : {&sum_hours_sql(), &sum_times_sql()}) {
    ServerQuery statement = summing(*sql);
    statement.with("first", range.first).with("last", range.last).with("hours", hours);
    statement.with("most", static_cast<std::int64_t>(most_series_)).with("version", version);
    if (const auto done = server_.run(statement, limits); done.has_error()) return done;
  }
  if (const auto done = publish(0, hours, version, limits); done.has_error()) return done;
  return sum_days(hours, version, limits);
}

Result<void> TouchedHours::sum_days(std::span<const std::int64_t> hours, std::int64_t version,
                                    const Limits& limits) {
  std::vector<std::int64_t> days;
  for (const std::int64_t each : hours)
    if (days.empty() || days.back() != day_of_hour(each)) days.push_back(day_of_hour(each));
  ServerQuery statement = summing(sum_days_sql());
  statement.with("from", days.front() * 24).with("to", (days.back() + 1) * 24);
  statement.with("days", std::span<const std::int64_t>(days)).with("version", version);
  statement.with("most", static_cast<std::int64_t>(most_series_));
  if (const auto done = server_.run(statement, limits); done.has_error()) return done;
  return publish(1, days, version, limits);
}

Result<void> TouchedHours::publish(std::int64_t span, std::span<const std::int64_t> periods,
                                   std::int64_t version, const Limits& limits) {
  ServerQuery statement(publish_sql);
  statement.with("span", span).with("periods", periods).with("version", version);
  return server_.run(statement, limits);
}

Result<void> TouchedHours::finish(std::span<const std::int64_t> hours, std::int64_t version,
                                  const Limits& limits) {
  std::map<std::pair<std::int64_t, std::int64_t>, std::vector<std::int64_t>> done;
  for (const std::int64_t each : hours) {
    if (const auto own = own_.find(each); own != own_.end()) {
      done[{writer_, version}].push_back(each);
      // Whatever comes of it, whoever writes to the hour next marks it anew.
      own->second.renewed = {};
    }
    const auto [begin, end] = left_.equal_range(each);
    // Above the mark that was left, and below one that its process may make after all.
    for (auto mark = begin; mark != end; ++mark)
      done[{mark->second.writer, mark->second.version + 1}].push_back(each);
  }
  for (const auto& [mark, of_hours] : done) {
    ServerQuery statement(done_sql);
    statement.with("hours", std::span<const std::int64_t>(of_hours));
    statement.with("writer", mark.first).with("version", mark.second);
    if (const auto noted = server_.run(statement, limits); noted.has_error()) return noted;
  }
  for (const std::int64_t each : hours) {
    own_.erase(each);
    left_.erase(each);
  }
  return {};
}

Result<void> TouchedHours::take_over(const Limits& limits) {
  auto found = server_.select(ServerQuery(left_sql), limits);
  if (found.has_error()) return found.error();
  left_.clear();
  while (found->next()) {
    const std::int64_t writer = found->integer(1);
    if (writer != writer_) left_.insert({found->integer(0), {writer, found->integer(2)}});
  }
  return {};
}

Result<void> TouchedHours::check(std::int64_t first, std::int64_t last, const Limits& limits) {
  const PlaceRange range = places_of_hours(first, last);
  ServerQuery statement(differing_sql());
  statement.with("first", range.first).with("last", range.last);
  statement.with("from", first).with("to", last);
  auto found = server_.select(statement, limits);
  if (found.has_error()) return found.error();
  std::vector<std::int64_t> hours;
  while (found->next()) hours.push_back(found->integer(0));
  return touch(hours, limits);
}

Result<std::int64_t> TouchedHours::oldest(const Limits& limits) {
  auto found = server_.select(ServerQuery(oldest_sql), limits);
  if (found.has_error()) return found.error();
  found->next();
  return found->integer(0) == 0 ? std::numeric_limits<std::int64_t>::max() : found->integer(1);
}

}  // namespace llmgw::collector
