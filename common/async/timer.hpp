// SPDX-License-Identifier: MIT
// Timer: a wait that can be cut short; for what is rare. Waits on the data path are Deadlines.
#pragma once

#include <chrono>
#include <memory>

#include "common/async/loop.hpp"
#include "common/async/task.hpp"

namespace llmgw {

/// Belongs to its loop's thread; one waiter at a time.
class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// True if the whole duration passed, false if cancel() ended it.
  Task<bool> wait(std::chrono::milliseconds duration);
  /// Ends the wait under way, if there is one.
  void cancel() noexcept;

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace llmgw
