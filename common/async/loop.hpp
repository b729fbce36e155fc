// SPDX-License-Identifier: MIT
// Loop: one thread's io_context and what everything on that thread shares.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "common/async/alarm.hpp"
#include "common/async/deadlines.hpp"
#include "common/async/edge_set.hpp"
#include "common/system/gather.hpp"

namespace llmgw {

/// Asio runs the thread; beside it stand the set in which connected sockets wait, a coarse tick,
/// and the buffers that code between two suspensions may use freely. Everything but post() belongs
/// to the thread that calls run().
class Loop {
 public:
  /// `tick`: how often deadlines are looked at; they fire up to two ticks late.
  explicit Loop(std::chrono::milliseconds tick = std::chrono::seconds(1));
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Serves until stop() was called and nothing is waited for any more: no operation of Asio, no
  /// begin_wait(), nothing posted.
  void run();
  /// Serves until that is true, which something that runs here makes so; for who waits for one
  /// thing at a time. May be called again, by one thread after another.
  void run_until(const bool& is_done);
  /// Ends the tick. Called on the loop's thread.
  void stop() noexcept;

  /// Has run() return at once, whatever is waited for; what waits is never resumed. For an end that
  /// nothing may hold up. Called on the loop's thread.
  void halt() noexcept;

  /// Runs `work` on the loop's thread soon. Any thread.
  void post(std::function<void()> work);

  /// Runs it in the next turn, after all that was asked for before; once, however often it is
  /// asked for meanwhile.
  void run_soon(Runnable& work) noexcept { edges_.run_soon(work); }
  /// Counts waits for an event of the set that somebody depends on.
  void begin_wait() noexcept {
    if (++waits_ == 1 && stopping_) edges_.hold();
  }
  void end_wait() noexcept {
    if (--waits_ == 0 && stopping_) edges_.release();
  }

  boost::asio::io_context& context() noexcept { return *context_; }
  EdgeSet& edges() noexcept { return edges_; }
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

  std::unique_ptr<boost::asio::io_context> context_;
  EdgeSet edges_;
  Deadlines deadlines_;
  std::size_t waits_ = 0;
  bool stopping_ = false;
  Gather gather_;
  std::unique_ptr<char[]> receive_buffer_;
  std::unique_ptr<char[]> decrypt_buffer_;
  Alarm tick_{*this};
};

}  // namespace llmgw
