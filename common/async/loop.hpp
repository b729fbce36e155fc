// SPDX-License-Identifier: MIT
// Loop: one thread's event loop and what everything on that thread shares.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>

#include "common/async/deadlines.hpp"
#include "common/gather.hpp"

namespace boost::asio {
class io_context;
}

namespace llmgw {

/// An io_context(1) with its coarse tick, and the buffers that code between two suspensions may use
/// freely. Everything but post() belongs to the thread that calls run().
class Loop {
 public:
  /// `tick`: how often deadlines are looked at; they fire up to two ticks late.
  explicit Loop(std::chrono::milliseconds tick = std::chrono::seconds(1));
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Serves until stop() was called and nothing is left to do, or until abandon().
  void run();
  /// Ends the tick; run() returns once the last operation has completed. Called on the loop's
  /// thread.
  void stop();

  /// Runs `work` on the loop's thread soon. Any thread.
  void post(std::function<void()> work);

  boost::asio::io_context& context() noexcept;
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
  struct Engine;
  void schedule_tick();

  Deadlines deadlines_;
  Gather gather_;
  std::unique_ptr<char[]> receive_buffer_;
  std::unique_ptr<char[]> decrypt_buffer_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace llmgw
