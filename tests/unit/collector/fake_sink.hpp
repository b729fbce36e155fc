// SPDX-License-Identifier: MIT
// A sink in memory whose writes can be held up and made to fail.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "collector/sinks/sink.hpp"

namespace llmgw::collector {

/// Any thread may steer it and look at it while a pipeline writes to it.
class FakeSink final : public Sink {
 public:
  Result<void> write(std::span<const std::string_view> pieces) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !held_; });
    ++attempts_;
    if (failing_) return errc::io_failed;
    std::string text;
    for (const std::string_view each : pieces) text += each;
    writes_.push_back(std::move(text));
    return {};
  }
  Result<void> reopen() override {
    const std::lock_guard lock(mutex_);
    writes_.emplace_back("reopened");
    return {};
  }
  Result<void> check() override {
    const std::lock_guard lock(mutex_);
    if (failing_) return errc::io_failed;
    return {};
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

  /// What each write has stored.
  std::vector<std::string> writes() {
    const std::lock_guard lock(mutex_);
    return writes_;
  }
  int attempts() {
    const std::lock_guard lock(mutex_);
    return attempts_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> writes_;
  int attempts_ = 0;
  bool held_ = false;
  bool failing_ = false;
};

}  // namespace llmgw::collector
