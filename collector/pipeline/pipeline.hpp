// SPDX-License-Identifier: MIT
// Pipeline: brings batches to the sink with group commit; the single writer of events.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "collector/pipeline/batch.hpp"
#include "collector/pipeline/job_thread.hpp"
#include "collector/pipeline/recent_ids.hpp"
#include "collector/sinks/sink.hpp"
#include "common/async/loop.hpp"
#include "common/async/spawn.hpp"
#include "common/metrics/prometheus_text.hpp"

namespace llmgw::collector {

/// What has been done since the start. For /metrics.
struct PipelineCounts {
  std::uint64_t accepted = 0;    ///< events stored
  std::uint64_t duplicates = 0;  ///< events that had been stored before
  std::uint64_t bytes = 0;
  std::uint64_t failed_writes = 0;
  HistogramValue write_seconds{{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                0.1, 0.25, 0.5, 1, 2.5, 5}};
};

/// Batches that arrive while a write is under way are written together by the next one, up to
/// group_bytes at a time. Belongs to its loop's thread; the sink is called on a thread of its own.
class Pipeline {
 public:
  /// At least so many ids are remembered, and at most twice as many: 32 MiB then.
  static constexpr std::size_t remembered_ids = std::size_t{1} << 19;
  static constexpr std::size_t group_bytes = std::size_t{64} << 20;

  /// Both outlive it. It must not end while a store() is unanswered.
  Pipeline(Loop& loop, Sink& sink, std::size_t remember = remembered_ids)
      : loop_(loop), sink_(sink), remember_(remember), recent_(remember, new_secret()) {}

  /// Takes up the ids that the sink finds in its store; before the first store(). Blocks.
  void recall();

  /// Stores the events that have not been stored lately; returns once all of the batch is stored.
  /// On an error none of it is.
  Task<Result<void>> store(Batch batch);

  /// Whether the sink works; one that has failed is asked anew.
  Task<bool> is_ready();
  /// What is known without asking.
  bool is_healthy() const noexcept { return healthy_; }

  /// Reopens the sink between two writes.
  void reopen();

  const PipelineCounts& counts() const noexcept { return counts_; }
  std::size_t recent_ids() const noexcept { return recent_.size(); }

 private:
  static HashSecret new_secret();
  struct Entry {
    Batch batch;
    std::size_t fresh = 0;  // of its events those that the group writes
    OneShot<Result<void>> done;
  };

  void write_next();
  void choose_group();
  void gather(Entry& entry);
  void finish(Result<void> outcome);
  void note_health(const Result<void>& outcome);
  void keep_ids_if_asked();

  Loop& loop_;
  Sink& sink_;
  std::size_t remember_;
  RecentIds recent_;             // ids stored, and those of the group
  std::vector<EventKey> added_;  // by the group
  PipelineCounts counts_;
  std::vector<Entry*> waiting_;           // they live in the coroutines of their requests
  std::vector<Entry*> group_;             // being written
  std::vector<std::string_view> pieces_;  // of the group; the writer's while it writes
  std::chrono::steady_clock::time_point begun_at_;
  bool writing_ = false;
  bool sink_wants_keys_ = false;
  bool healthy_ = true;
  JobThread writer_;  // last: its jobs use all of the above
};

}  // namespace llmgw::collector
