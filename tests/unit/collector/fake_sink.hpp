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

  std::vector<EventKey> recall(std::size_t) override { return recalled; }
  bool wants_keys() const override {
    const std::lock_guard lock(mutex_);
    return wants_keys_;
  }
  void keep(std::span<const EventKey> keys) override {
    const std::lock_guard lock(mutex_);
    wants_keys_ = false;
    kept_.emplace_back(keys.begin(), keys.end());
  }

  std::vector<EventKey> recalled;  ///< what recall() finds

  /// From now on the sink asks for keys.
  void want_keys() {
    const std::lock_guard lock(mutex_);
    wants_keys_ = true;
  }
  /// What it was given each time.
  std::vector<std::vector<EventKey>> kept() {
    const std::lock_guard lock(mutex_);
    return kept_;
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
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> writes_;
  std::vector<std::vector<EventKey>> kept_;
  bool wants_keys_ = false;
  int attempts_ = 0;
  bool held_ = false;
  bool failing_ = false;
};

}  // namespace llmgw::collector
