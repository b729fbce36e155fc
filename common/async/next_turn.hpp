// SPDX-License-Identifier: MIT
// NextTurn: lets all others of the loop go first.
#pragma once

#include <coroutine>

#include "common/async/loop.hpp"

namespace llmgw {

/// `co_await NextTurn(loop)` goes on in the loop's next turn, after descriptors were looked at.
class NextTurn final : private Runnable {
 public:
  explicit NextTurn(Loop& loop) noexcept : loop_(loop) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) noexcept {
    waiter_ = waiter;
    loop_.run_soon(*this);
  }
  void await_resume() const noexcept {}

 private:
  void run() override { waiter_.resume(); }

  Loop& loop_;
  std::coroutine_handle<> waiter_;
};

}  // namespace llmgw
