// SPDX-License-Identifier: MIT
// TouchedHours: the hours whose events are more than their sums say, and how these catch up.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "collector/clickhouse/server.hpp"

namespace llmgw::collector {

/// A server has no transaction of events and sums, so sums are never added to: an hour is marked
/// before events get into it, later it is summed up anew from all its events, and only then the
/// mark goes. Who reads counts the events of marked hours himself. Belongs to the thread that
/// writes.
class TouchedHours {
 public:
  using Clock = ClickHouseServer::Clock;
  using Limits = ClickHouseServer::Limits;

  /// Hours that are summed up together, fewer where that takes too long; in how wide a span of
  /// them.
  static constexpr std::size_t most_hours = 24;
  static constexpr std::int64_t widest = 48;

  /// `writer`: a number of this process alone, as marks have it. `most_series`: see sum_hours_sql.
  TouchedHours(ClickHouseServer& server, std::int64_t writer, std::uint64_t most_series)
      : server_(server), writer_(writer), most_series_(most_series) {}

  /// Marks those of the hours that have no mark of a moment ago. Call it before each write.
  Result<void> touch(std::span<const std::int64_t> hours, const Limits& limits);

  /// Sums up some of the marked hours, the oldest first.
  Result<void> sum_some(const Limits& limits);
  bool has_some() const noexcept { return !own_.empty() || !left_.empty(); }
  /// How long the oldest mark of this process has stood.
  Clock::duration lag() const noexcept;

  /// Takes up marks that others have left: of processes that ended before they came to it.
  Result<void> take_over(const Limits& limits);
  /// Marks hours from `first` up to `last` whose sums are not those of their events.
  Result<void> check(std::int64_t first, std::int64_t last, const Limits& limits);
  /// The oldest marked hour of all processes; the largest integer where there is none.
  Result<std::int64_t> oldest(const Limits& limits);

 private:
  struct Mark {
    Clock::time_point since;    ///< when it was made first
    Clock::time_point renewed;  ///< when it was made last
  };
  struct Left {
    std::int64_t writer;
    std::int64_t version;
  };

  std::vector<std::int64_t> choose() const;
  Result<void> mark(std::span<const std::int64_t> hours, const Limits& limits);
  Result<void> sum(std::span<const std::int64_t> hours, std::int64_t version, const Limits& limits);
  Result<void> sum_days(std::span<const std::int64_t> hours, std::int64_t version,
                        const Limits& limits);
  Result<void> publish(std::int64_t span, std::span<const std::int64_t> periods,
                       std::int64_t version, const Limits& limits);
  Result<void> finish(std::span<const std::int64_t> hours, std::int64_t version,
                      const Limits& limits);

  ClickHouseServer& server_;
  std::int64_t writer_;
  std::uint64_t most_series_;
  std::size_t at_once_ = most_hours;
  std::map<std::int64_t, Mark> own_;        // of this process, by hour
  std::multimap<std::int64_t, Left> left_;  // marks of others, by hour
};

}  // namespace llmgw::collector
