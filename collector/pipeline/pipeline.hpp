// SPDX-License-Identifier: MIT
// Pipeline: brings batches to the store with group commit; the single writer of events.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "collector/pipeline/job_thread.hpp"
#include "collector/sinks/sink.hpp"
#include "common/async/alarm.hpp"
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

/// Whoever wants to see events once they are stored. Called on the loop's thread, in turns.
class Audience {
 public:
  virtual ~Audience() = default;
  /// A write begins: what it shows its events to; null: nobody looks.
  virtual std::shared_ptr<EventTap> begin_write() = 0;
  /// It has ended well: what the tap was shown is stored.
  virtual void end_write(EventTap& tap) = 0;
};

/// Batches that arrive while a write is under way are written together by the next one, up to
/// group_bytes at a time. Belongs to its loop's thread; the sink is called on a thread of its own.
class Pipeline {
 public:
  static constexpr std::size_t group_bytes = std::size_t{64} << 20;

  /// Both outlive it. It must not end while a store() is unanswered. `patience`: how long one may
  /// wait; nothing: as long as it takes. `gather`: how long a write waits for more batches, where
  /// the one before it is over; shorter than patience.
  Pipeline(Loop& loop, Sink& sink, std::optional<std::chrono::milliseconds> patience = {},
           std::chrono::milliseconds gather = {})
      : loop_(loop),
        sink_(sink),
        patience_(patience),
        late_(loop),
        gather_(gather),
        gathering_(loop) {}

  /// Returns once all events of the batch are stored, by this call or before. On an error none of
  /// those that were not is; after errc::timed_out they may be yet.
  Task<Result<void>> store(Batch batch);

  /// Whether the store works; one that has failed is asked anew.
  Task<bool> is_ready();
  /// What is known without asking.
  bool is_healthy() const noexcept { return healthy_; }
  /// Since when nothing can be stored, in milliseconds since 1970; 0: it can.
  std::int64_t failing_since() const noexcept { return failing_since_; }

  /// Returns once no write is under way, be it one that nobody waits for any more. Nothing is
  /// stored from then on.
  Task<void> wait_until_idle();

  /// Runs the job on the thread that writes, between two writes. It must not throw.
  void between_writes(std::function<void()> job) { writer_.submit(std::move(job)); }

  /// Null: nobody looks. It outlives the pipeline.
  void set_audience(Audience* audience) noexcept { audience_ = audience; }

  const PipelineCounts& counts() const noexcept { return counts_; }

 private:
  using Clock = std::chrono::steady_clock;
  /// Lives as long as the write does, also where its request was answered before.
  struct Entry {
    Batch batch;
    Clock::time_point since;
    bool is_answered = false;
    OneShot<Result<void>> done = {};
  };
  using Entries = std::vector<std::shared_ptr<Entry>>;

  static void answer(const Entries& entries, const Result<void>& outcome);
  void watch();
  void give_up();
  void write_soon();
  void write_next();
  void choose_group();
  void finish(const Result<Stored>& outcome, EventTap* tap);
  void note_stored(const Stored& stored);
  void note_failure(const boost::system::error_code& fault);

  Loop& loop_;
  Sink& sink_;
  std::optional<std::chrono::milliseconds> patience_;
  Alarm late_;  // set while somebody waits
  const std::chrono::milliseconds gather_;
  Alarm gathering_;  // set while a write waits for more
  PipelineCounts counts_;
  Audience* audience_ = nullptr;
  Entries waiting_;
  Entries group_;                      // being written
  std::vector<const Batch*> batches_;  // of the group; the writer's while it writes
  Clock::time_point begun_at_;
  bool writing_ = false;
  bool is_late_ = false;           // the write, so that its requests were answered before it
  OneShot<bool>* idle_ = nullptr;  // of who waits until nothing is written
  bool healthy_ = true;
  std::int64_t failing_since_ = 0;
  JobThread writer_;  // last: its jobs use all of the above
};

}  // namespace llmgw::collector
