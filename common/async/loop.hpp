// SPDX-License-Identifier: MIT
// Loop: one thread's event loop and what everything on that thread shares.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "common/async/alarm.hpp"
#include "common/async/deadlines.hpp"
#include "common/async/poller.hpp"
#include "common/async/runnable.hpp"
#include "common/system/gather.hpp"

namespace llmgw {

class Mailbox;

/// Descriptors, alarms, a coarse tick, and the buffers that code between two suspensions may use
/// freely. Everything but post() belongs to the thread that calls run().
class Loop {
 public:
  /// `tick`: how often deadlines are looked at; they fire up to two ticks late.
  explicit Loop(std::chrono::milliseconds tick = std::chrono::seconds(1));
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Serves until stop() was called and nothing is waited for any more.
  void run();
  /// Ends the tick. Called on the loop's thread.
  void stop() noexcept;

  /// Has run() return at once, whatever is waited for; what waits is never resumed. For an end that
  /// nothing may hold up. Called on the loop's thread.
  void halt() noexcept { halted_ = true; }

  /// Runs `work` on the loop's thread soon. Any thread.
  void post(std::function<void()> work);

  /// Runs it in the next turn, after all that was asked for before; once, however often it is
  /// asked for meanwhile.
  void run_soon(Runnable& work) noexcept {
    if (!work.is_linked()) soon_.push_back(work);
  }
  /// Counts what keeps run() from returning: each wait for an event that somebody depends on.
  void begin_wait() noexcept { ++waits_; }
  void end_wait() noexcept { --waits_; }

  Poller& poller() noexcept { return poller_; }
  Alarms& alarms() noexcept { return alarms_; }
  Deadlines& deadlines() noexcept { return deadlines_; }

  /// Where socket bytes land. Contents are good until the next suspension of the coroutine that
  /// filled it.
  std::span<char> receive_buffer() noexcept { return {receive_buffer_.get(), buffer_size}; }
  /// Where decrypted bytes land; same rule.
  std::span<char> decrypt_buffer() noexcept { return {decrypt_buffer_.get(), buffer_size}; }
  /// An empty list of pieces to send; same rule.
  Gather& gather() noexcept {
    gather_.clear();
    return gather_;
  }

  static constexpr std::size_t buffer_size = 256 * 1024;

 private:
  void schedule_tick();
  bool is_done() const;
  void run_queue();

  Poller poller_;
  Alarms alarms_;
  Deadlines deadlines_;
  RunQueue soon_;
  std::size_t waits_ = 0;
  bool stopping_ = false;
  bool halted_ = false;
  Gather gather_;
  std::unique_ptr<char[]> receive_buffer_;
  std::unique_ptr<char[]> decrypt_buffer_;
  std::unique_ptr<Mailbox> mailbox_;
  Alarm tick_{*this};
};

}  // namespace llmgw
