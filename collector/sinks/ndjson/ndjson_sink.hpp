// SPDX-License-Identifier: MIT
// NdjsonSink: events as lines at the end of a file or on stdout, each of them once.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "collector/config.hpp"
#include "collector/sinks/ndjson/event_log.hpp"
#include "collector/sinks/ndjson/recent_ids.hpp"
#include "collector/sinks/store.hpp"
#include "common/metrics/counter.hpp"

namespace llmgw::collector {

inline constexpr std::string_view ndjson_scheme = "ndjson";

/// The store at this path, which is taken as it is; stdout where it is empty. Errors are those of
/// EventLog::open.
Result<Store> open_ndjson(std::string_view path, LogSync sync);

/// A file has no keys to ask for, so the sink remembers those of the events stored last, over
/// restarts and rotations too. Belongs to the thread that writes, but for recent_ids().
class NdjsonSink final : public Sink {
 public:
  /// At least so many ids are remembered, and at most twice as many: 32 MiB then.
  static constexpr std::size_t remembered_ids = std::size_t{1} << 19;

  /// Takes up the ids of the events that the log holds. Blocks.
  explicit NdjsonSink(std::unique_ptr<EventLog> log, std::size_t remember = remembered_ids);

  Result<Stored> write(std::span<const Batch* const> batches) override;
  Result<void> check() override { return log_->check(); }

  /// Opens the log anew, for it may have been rotated away, and logs the outcome. On an error it
  /// goes on with what it had.
  void reopen();

  /// Ids remembered now. Any thread.
  std::size_t recent_ids() const noexcept { return recent_count_.value(); }

 private:
  void take_up(std::size_t most);
  void gather(const Batch& batch, Stored& stored);
  void keep_ids_if_asked();

  std::unique_ptr<EventLog> log_;
  RecentIds recent_;
  Counter recent_count_;
  std::vector<EventKey> added_;           // by the write under way
  std::vector<std::string_view> pieces_;  // of its batches, what is fresh
};

}  // namespace llmgw::collector
