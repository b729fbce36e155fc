// SPDX-License-Identifier: MIT
// JobThread: one thread for calls that block, so that the loop never does.
#pragma once

#include <functional>
#include <memory>

namespace boost::asio {
class thread_pool;
}

namespace llmgw::collector {

/// Runs jobs one after the other, in the order they were given. Jobs must not throw.
class JobThread {
 public:
  JobThread();
  /// Waits until all jobs given so far are done.
  ~JobThread();
  JobThread(const JobThread&) = delete;
  JobThread& operator=(const JobThread&) = delete;

  /// Any thread.
  void submit(std::function<void()> job);

 private:
  std::unique_ptr<boost::asio::thread_pool> pool_;
};

}  // namespace llmgw::collector
