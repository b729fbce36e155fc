// SPDX-License-Identifier: MIT
// Ways for coroutines of one loop to run beside each other: spawn, Child and OneShot.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "common/async/task.hpp"

namespace llmgw {

namespace detail {

/// A coroutine that starts at once and frees itself at its end.
struct Detached {
  struct promise_type {
    static void* operator new(std::size_t size) { return FramePool::allocate(size); }
    static void operator delete(void* memory, std::size_t size) {
      FramePool::release(memory, size);
    }
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    /// A task that is spawned catches its own exceptions; one that escapes is a broken invariant.
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};

}  // namespace detail

/// Starts `task` at once on the calling loop; it ends by itself. An exception that leaves it ends
/// the process.
inline void spawn(Task<void> task) {
  [](Task<void> owned) -> detail::Detached { co_await std::move(owned); }(std::move(task));
}

/// One value handed from a callback (or another coroutine of the same loop) to one awaiting
/// coroutine. Lives in the awaiting frame; `set` resumes the waiter inline, and is called exactly
/// once.
template <class T>
class OneShot {
 public:
  OneShot() = default;
  OneShot(const OneShot&) = delete;
  OneShot& operator=(const OneShot&) = delete;

  void set(T value) {
    value_.emplace(std::move(value));
    if (waiter_) std::exchange(waiter_, {}).resume();
  }

  bool await_ready() const noexcept { return value_.has_value(); }
  void await_suspend(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
  T await_resume() { return std::move(*value_); }
  /// Makes ready for another value; nobody waits.
  void reset() noexcept { value_.reset(); }

 private:
  std::optional<T> value_;
  std::coroutine_handle<> waiter_;
};

/// A task that runs beside its parent and is joined before the parent's scope ends. The task must
/// not throw.
class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Runs `task` up to its first suspension. Not while another has not been joined.
  void start(Task<void> task) {
    started_ = true;
    spawn(run(std::move(task), done_));
  }
  bool is_started() const noexcept { return started_; }
  /// Whether a task that was started has ended.
  bool is_done() const noexcept { return done_.await_ready(); }
  bool is_running() const noexcept { return started_ && !is_done(); }

  /// Waits for the task's end; returns at once when none was started.
  Task<void> join() {
    if (!std::exchange(started_, false)) co_return;
    co_await done_;
    done_.reset();
  }

 private:
  static Task<void> run(Task<void> task, OneShot<bool>& done) {
    co_await std::move(task);
    done.set(true);
  }

  OneShot<bool> done_;
  bool started_ = false;
};

}  // namespace llmgw
