// SPDX-License-Identifier: MIT
// Timer: a wait that can be cut short; for what is rare. Waits on the data path are Deadlines.
#pragma once

#include <chrono>
#include <utility>

#include "common/async/alarm.hpp"
#include "common/async/loop.hpp"
#include "common/async/spawn.hpp"
#include "common/async/task.hpp"

namespace llmgw {

/// Belongs to its loop's thread; one waiter at a time.
class Timer final : private Runnable {
 public:
  explicit Timer(Loop& loop) noexcept : loop_(loop), alarm_(loop) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// True if the whole duration passed, false if cancel() ended it.
  Task<bool> wait(std::chrono::milliseconds duration) {
    OneShot<bool> done;
    waiter_ = &done;
    alarm_.set(duration, [this] { end(true); });
    co_return co_await done;
  }
  /// Ends the wait under way, if there is one; its waiter goes on in the loop's next turn.
  void cancel() noexcept {
    if (!alarm_.is_set()) return;
    alarm_.cancel();
    loop_.run_soon(*this);
  }

 private:
  void run() override { end(false); }
  void end(bool has_passed) { std::exchange(waiter_, nullptr)->set(has_passed); }

  Loop& loop_;
  Alarm alarm_;
  OneShot<bool>* waiter_ = nullptr;
};

}  // namespace llmgw
