// SPDX-License-Identifier: MIT
// Readers: threads that ask the store, so that neither the loop nor the writer waits for an answer.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "collector/pipeline/job_thread.hpp"
#include "collector/query/reader.hpp"
#include "common/async/loop.hpp"
#include "common/async/spawn.hpp"

namespace llmgw::collector {

/// Each thread has a connection of its own, opened when it is first needed and again after a
/// failure. Belongs to its loop's thread.
class Readers {
 public:
  using Open = std::function<Result<std::unique_ptr<Reader>>()>;
  /// Runs on a reader's thread; what it makes is text.
  using Job = std::function<Result<std::string>(Reader& reader)>;

  /// Questions that may wait, beside those that are being answered.
  static constexpr std::size_t most_waiting = 64;

  /// The loop outlives it. It must not end while an ask() is unanswered.
  Readers(Loop& loop, std::size_t threads, std::chrono::milliseconds patience, Open open);
  ~Readers();

  /// The answer; errc::overloaded where too many wait, errc::timed_out where it took longer than
  /// the patience, waiting included, or cancel() was called; else the reader's own errors.
  Task<Result<std::string>> ask(Job job);

  /// Every question that waits or is being answered ends, and so does each that comes.
  void cancel() noexcept { is_ending_ = true; }

 private:
  struct Slot {
    std::unique_ptr<Reader> reader;  // its thread's
    std::size_t waiting = 0;         // the loop's
    JobThread thread;                // last: its jobs use the reader
  };

  Result<std::string> answer(Slot& slot, const Job& job,
                             std::chrono::steady_clock::time_point deadline) const;

  Loop& loop_;
  std::chrono::milliseconds patience_;
  Open open_;
  std::size_t waiting_ = 0;
  std::atomic<bool> is_ending_{false};  // looked at by the threads
  std::vector<std::unique_ptr<Slot>> slots_;
};

}  // namespace llmgw::collector
