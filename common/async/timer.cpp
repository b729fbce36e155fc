// SPDX-License-Identifier: MIT
// Waiting for an alarm, or for whoever cancels it.
#include "common/async/timer.hpp"

namespace llmgw {

Task<bool> Timer::wait(std::chrono::milliseconds duration) {
  OneShot<bool> done;
  waiter_ = &done;
  alarm_.set(duration, [this] { std::exchange(waiter_, nullptr)->set(true); });
  co_return co_await done;
}

void Timer::cancel() noexcept {
  if (!alarm_.is_set()) return;
  alarm_.cancel();
  loop_.run_soon(*this);
}

}  // namespace llmgw
