// SPDX-License-Identifier: MIT
// Wakeup: a wait that others may cut short, from any thread.
#pragma once

#include <chrono>
#include <memory>

#include "common/async/timer.hpp"

namespace llmgw::mock {

/// Waited for on its loop's thread, by one coroutine at a time.
class Wakeup : public std::enable_shared_from_this<Wakeup> {
 public:
  explicit Wakeup(Loop& loop) : loop_(loop), timer_(loop) {}

  static constexpr std::chrono::hours forever{24 * 365};
  Task<bool> wait(std::chrono::milliseconds duration) { return timer_.wait(duration); }

  /// Ends the wait under way or about to begin on its loop. Any thread.
  void wake() {
    loop_.post([self = shared_from_this()] { self->timer_.cancel(); });
  }

 private:
  Loop& loop_;
  Timer timer_;
};

}  // namespace llmgw::mock
