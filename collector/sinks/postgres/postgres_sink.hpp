// SPDX-License-Identifier: MIT
// PostgresSink: events as rows of a PostgreSQL database, with their sums, all in one transaction a
// write.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <unordered_set>

#include "collector/config.hpp"
#include "collector/sinks/postgres/event_stage.hpp"
#include "collector/sinks/postgres/postgres_session.hpp"
#include "collector/sinks/retention_times.hpp"
#include "collector/sinks/store.hpp"
#include "collector/sinks/store_counts.hpp"
#include "collector/store/series_limit.hpp"

namespace llmgw::collector {

/// The store behind a `postgres:` URL, brought to the tables of this program unless the settings
/// forbid it. A server that cannot be reached is no error: it is tried again when there is
/// something to store. Errors: StoreFault, what the server refuses for good.
Result<Store> open_postgres(std::string_view place, const Config& config);

/// Every event that is stored has its row and its part in each sum, or neither, however many
/// collectors write at once. Belongs to the thread that writes, but for add_metrics().
class PostgresSink final : public Sink {
 public:
  static Result<std::unique_ptr<PostgresSink>> open(PostgresServer server, const Config& config);

  Result<Stored> write(std::span<const Batch* const> batches) override;
  Result<void> check() override;

  /// One step of what is due from time to time; false: nothing is left to do. It logs an error
  /// itself.
  bool maintain();
  /// Any thread.
  void add_metrics(std::vector<Metric>& metrics) const;

 private:
  PostgresSink(PostgresServer server, const Config& config);

  /// What a transaction has found out about the store.
  struct Begun {
    Place floor;
    bool is_other_server = false;  ///< than the one whose words are known
  };

  Connection::Deadline deadline() const;
  Result<void> prepare(Connection& connection);
  void make_partitions(Connection& connection);
  Result<Stored> write_once(std::span<const Batch* const> batches);
  Result<Begun> begin();
  Result<Stored> store(const Begun& begun);
  Result<void> find_fresh(const Place& floor);
  Result<void> add_fresh(const Begun& begun, Stored& stored);
  Result<void> add_line(const EventStage::Line& line, Stored& stored);
  std::int64_t number(Column kind) const;
  std::optional<Series> others();
  bool knows_others() const;
  Result<void> learn_others();
  void show_fresh();
  bool is_fresh(const Place& place) const;
  void note_failure(const boost::system::error_code& fault);
  void note_facts();

  RetentionTimes times_;
  LogSync sync_;
  PostgresSession session_;
  WordNumbers words_;
  SeriesLimit series_;
  EventStage stage_;
  FittingReader reader_;
  EventRow row_;
  Rollup rollup_;
  Rows fresh_rows_;                             // ids of those that were stored now
  std::unordered_set<std::string_view> fresh_;  // the same, unless all were
  bool are_all_fresh_ = false;
  std::string server_start_;  // tells servers apart, and with them what is known of words
  std::uint64_t ahead_ = 0;   // events of the write under way
  std::int64_t now_ = 0;      // milliseconds since 1970, at its start
  bool needs_others_ = false;
  bool is_removal_failing_ = false;
  bool are_partitions_failing_ = false;
  bool is_first_ = true;
  StoreCounts counts_;
  std::array<Counter, postgres_fault_kinds> fault_counts_;
  Counter unplaced_;
};

}  // namespace llmgw::collector
