// SPDX-License-Identifier: MIT
// Doorbell: lets one coroutine of a loop wait until another says that there is something to do.
#pragma once

#include <utility>

#include "common/async/spawn.hpp"

namespace llmgw::proxy {

/// A ring that nobody waits for is remembered, and ends the next wait at once; several count as
/// one. Belongs to its loop's thread.
class Doorbell {
 public:
  /// Resumes the waiter inline, if there is one.
  void ring() {
    if (waiter_ == nullptr) {
      rung_ = true;
    } else {
      std::exchange(waiter_, nullptr)->set(true);
    }
  }
  Task<void> wait() {
    if (std::exchange(rung_, false)) co_return;
    OneShot<bool> rings;
    waiter_ = &rings;
    co_await rings;
  }

 private:
  OneShot<bool>* waiter_ = nullptr;
  bool rung_ = false;
};

}  // namespace llmgw::proxy
