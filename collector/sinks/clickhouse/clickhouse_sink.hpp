// SPDX-License-Identifier: MIT
// ClickHouseSink: events as rows of a ClickHouse server, and their sums some seconds later.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <unordered_set>

#include "collector/clickhouse/server_fault.hpp"
#include "collector/config.hpp"
#include "collector/sinks/clickhouse/event_rows.hpp"
#include "collector/sinks/clickhouse/touched_hours.hpp"
#include "collector/sinks/ndjson/recent_ids.hpp"
#include "collector/sinks/store.hpp"
#include "collector/sinks/store_counts.hpp"
#include "common/metrics/counter.hpp"

namespace llmgw::collector {

/// The store that a URL names. One that cannot be reached is tried again with each write.
/// StoreFault, and faults of the server that do not pass.
Result<Store> open_clickhouse(std::string_view url, const Config& config);

/// Where a store is, as its settings say. errc::invalid_setting for a URL that is none.
Result<std::unique_ptr<ClickHouseServer>> clickhouse_server(std::string_view url,
                                                            const Config& config);

/// What may have been stored by a write that failed is stored again by the next one with the same
/// events, and is then one. Belongs to the thread that writes, but for add_metrics().
class ClickHouseSink final : public Sink {
 public:
  static Result<std::unique_ptr<ClickHouseSink>> open(std::unique_ptr<ClickHouseServer> server,
                                                      const Config& config);

  Result<Stored> write(std::span<const Batch* const> batches) override;
  Result<void> check() override;

  /// One step of what is due from time to time; false: nothing is left to do.
  bool maintain();
  /// Any thread.
  void add_metrics(std::vector<Metric>& metrics) const;

 private:
  using Clock = ClickHouseServer::Clock;
  using Limits = ClickHouseServer::Limits;

  /// What one write has gathered.
  struct Gathered {
    EventRows rows;
    std::vector<EventKey> keys;  // by which its events will be known
    std::set<std::int64_t> hours;
    std::vector<std::string> words;
    std::string places;  // 16 bytes each
    std::uint64_t ahead = 0;
  };

  ClickHouseSink(std::unique_ptr<ClickHouseServer> server, const Config& config);

  Limits limits() const { return {Clock::now() + timeout_}; }
  Result<void> make_ready();
  Result<void> migrate_if_needed(const Limits& limits);
  Result<void> read_floor(const Limits& limits);

  Result<void> gather(const Batch& batch, Stored& stored);
  Result<void> gather_line(std::string_view line, const EventKey& key, Stored& stored);
  void gather_words();
  Result<void> store(const Limits& limits);
  Result<void> store_words(const Limits& limits);
  template <class Attempt>
  Result<void> persist(const Limits& limits, Attempt&& attempt);
  void note(const Stored& stored);
  void count(const boost::system::error_code& fault);

  bool sum();
  void say_behind(const boost::system::error_code& fault);
  Result<int> look_after(Clock::time_point now);
  Result<int> check_some(Clock::time_point now);
  Result<void> move_floor(const Limits& limits);
  Result<void> drop_old(const Limits& limits);
  Result<void> drop_before(std::string_view table, std::int64_t partition, const Limits& limits);
  Result<void> measure(const Limits& limits);

  std::unique_ptr<ClickHouseServer> server_;
  std::chrono::nanoseconds timeout_;
  std::chrono::nanoseconds delay_;
  std::chrono::milliseconds event_life_;  // 0: for ever
  std::chrono::milliseconds usage_life_;
  StoreMigrate may_migrate_;
  bool is_ready_ = false;
  bool is_upkeep_failing_ = false;
  std::int64_t floor_ = 0;  // milliseconds since 1970
  RecentIds recent_;
  std::unordered_set<std::string> words_;  // known to be stored
  RowReader reader_;
  EventRow row_;
  Gathered gathered_;
  TouchedHours touched_;
  Clock::time_point next_sum_;
  Clock::time_point next_look_;    // after marks that others have left
  Clock::time_point next_upkeep_;  // of floor and sizes
  Clock::time_point next_check_;   // of sums
  std::int64_t unchecked_ = 0;     // the hour up to which the check under way has got
  std::int64_t check_end_ = 0;
  StoreCounts counts_;
  Counter up_, lag_;
  std::array<Counter, clickhouse_fault_kinds> faults_;
};

}  // namespace llmgw::collector
