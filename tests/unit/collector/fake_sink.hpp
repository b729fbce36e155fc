// SPDX-License-Identifier: MIT
// A sink in memory whose writes can be held up and made to fail.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "collector/sinks/sink.hpp"

namespace llmgw::collector {

/// Any thread may steer it and look at it while a pipeline writes to it.
class FakeSink final : public Sink {
 public:
  Result<Stored> write(std::span<const Batch* const> batches) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !held_; });
    ++attempts_;
    if (failing_) return errc::io_failed;
    std::string text;
    Stored stored;
    for (const Batch* each : batches) add_fresh(*each, text, stored);
    if (!text.empty()) writes_.push_back(std::move(text));
    return stored;
  }
  Result<void> check() override {
    const std::lock_guard lock(mutex_);
    if (failing_) return errc::io_failed;
    return {};
  }

  /// What a turn of the writer's thread that is no write has done.
  void note(std::string text) {
    const std::lock_guard lock(mutex_);
    writes_.push_back(std::move(text));
  }

  /// Writes wait until release().
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void release() {
    {
      const std::lock_guard lock(mutex_);
      held_ = false;
    }
    changed_.notify_all();
  }
  void fail(bool failing) {
    const std::lock_guard lock(mutex_);
    failing_ = failing;
  }

  /// What each write has stored, and what was noted in between.
  std::vector<std::string> writes() {
    const std::lock_guard lock(mutex_);
    return writes_;
  }
  int attempts() {
    const std::lock_guard lock(mutex_);
    return attempts_;
  }

 private:
  // As any sink, it stores an event once; what a write has taken it never forgets.
  void add_fresh(const Batch& batch, std::string& text, Stored& stored) {
    std::size_t begin = 0;
    for (const Batch::Line& line : batch.lines) {
      const std::string_view event = std::string_view(batch.text).substr(begin, line.end - begin);
      begin = line.end;
      const bool is_known = std::find(keys_.begin(), keys_.end(), line.key) != keys_.end();
      ++(is_known ? stored.duplicates : stored.fresh);
      if (is_known) continue;
      if (!line.key.is_none()) keys_.push_back(line.key);
      text += event;
      stored.bytes += event.size();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> writes_;
  std::vector<EventKey> keys_;
  int attempts_ = 0;
  bool held_ = false;
  bool failing_ = false;
};

}  // namespace llmgw::collector
