// SPDX-License-Identifier: MIT
// JobThread: one thread for calls that block, so that the loop never does.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace llmgw::collector {

/// Runs jobs one after the other, in the order they were given. Jobs must not throw.
class JobThread {
 public:
  JobThread() : thread_([this] { run(); }) {}
  /// Waits until all jobs given so far are done.
  ~JobThread();
  JobThread(const JobThread&) = delete;
  JobThread& operator=(const JobThread&) = delete;

  /// Any thread.
  void submit(std::function<void()> job);

 private:
  void run() noexcept;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool ending_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace llmgw::collector
