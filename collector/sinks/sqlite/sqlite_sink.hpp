// SPDX-License-Identifier: MIT
// SqliteSink: events as rows of one SQLite file, with their sums, all in one transaction a write.
#pragma once

#include <memory>
#include <string>

#include "collector/config.hpp"
#include "collector/sinks/sqlite/event_writer.hpp"
#include "collector/sinks/sqlite/retention.hpp"
#include "collector/sinks/sqlite/rollup_writer.hpp"
#include "collector/sinks/store.hpp"
#include "collector/sinks/store_counts.hpp"
#include "collector/store/series_limit.hpp"
#include "common/system/descriptor.hpp"

namespace llmgw::collector {

/// The store at this path, which is made with mode 0640 if it is not there, and is brought to the
/// tables of this program unless the settings forbid it. StoreFault, SQLite's errors, the system's.
Result<Store> open_sqlite(std::string_view path, const Config& config);

/// Every event that is stored has its row and its part in each sum, or neither: what a crash or an
/// error leaves is rolled back. Belongs to the thread that writes, but for add_metrics().
class SqliteSink final : public Sink {
 public:
  static Result<std::unique_ptr<SqliteSink>> open(const std::string& path, const Config& config);

  Result<Stored> write(std::span<const Batch* const> batches) override;
  Result<void> check() override;

  /// One step of what is due from time to time; false: nothing is left to do. It logs an error
  /// itself.
  bool maintain();
  /// Any thread.
  void add_metrics(std::vector<Metric>& metrics) const;

 private:
  SqliteSink(std::string path, Database database, Descriptor lock, const Config& config);

  Result<void> prepare(const RetentionTimes& times);
  Result<void> write_all(std::span<const Batch* const> batches, Stored& stored);
  Result<void> write_batch(const Batch& batch, Stored& stored);
  Result<void> write_line(std::string_view line, const EventKey& key, Stored& stored);
  Result<void> add_to_sums();
  Result<Series> others();
  Result<void> commit();
  void roll_back();
  void note(const Stored& stored);
  void note_oldest();

  std::string path_;
  Descriptor lock_;
  Database database_;  // above all that has statements
  Words words_;
  EventWriter events_;
  RollupWriter sums_;
  Retention retention_;
  SeriesLimit series_;
  RowReader reader_;
  EventRow row_;
  Rollup rollup_;
  std::uint64_t ahead_ = 0;  // events of the write under way
  std::int64_t now_ = 0;     // milliseconds since 1970, at its start
  bool is_removal_failing_ = false;
  StoreCounts counts_;
};

}  // namespace llmgw::collector
