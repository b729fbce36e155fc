// SPDX-License-Identifier: MIT
// EdgeSet: descriptors in one edge-triggered epoll(7) set, which an io_context waits for as for a
// single descriptor.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <memory>

#include "common/async/runnable.hpp"
#include "common/error.hpp"

namespace boost::asio {
class io_context;
}

namespace llmgw {

/// Asio's own waits cost a system call each time; here a descriptor is asked for once in its life,
/// and each event is told with the bits that epoll_wait(2) gave. Belongs to its context's thread.
class EdgeSet {
 public:
  class Target {
   public:
    /// `events`: bits as epoll_wait(2) gives them. May destroy any target, this one included.
    virtual void ready(std::uint32_t events) = 0;

   protected:
    ~Target() = default;
  };

  /// Throws std::system_error without descriptors. `context` outlives it.
  explicit EdgeSet(boost::asio::io_context& context);
  ~EdgeSet();
  EdgeSet(const EdgeSet&) = delete;
  EdgeSet& operator=(const EdgeSet&) = delete;

  /// Tells `target` of `events` of a descriptor until forget(). errc::overloaded without memory.
  Result<void> add(int descriptor, std::uint32_t events, Target& target) const noexcept;
  /// Asks for other events. What holds already is told again.
  void change(int descriptor, std::uint32_t events, Target& target) const noexcept;
  /// Tells nothing more, not even what was seen already. For a descriptor that is closed now, which
  /// ends the kernel's part.
  void forget(const Target& target) noexcept;

  /// Runs it in the next round, after all that was asked for before; once, however often it is
  /// asked for meanwhile.
  void run_soon(Runnable& work) noexcept {
    if (work.is_linked()) return;
    soon_.push_back(work);
    if (!is_serving_ && !is_posted_) post();
  }

  /// Whether the set keeps its context at work while nothing happens. At first it does.
  void hold();
  void release() noexcept;
  /// Ends the rounds under way; no target is told any more.
  void halt() noexcept {
    is_halted_ = true;
    count_ = next_;
  }

  /// After so many rounds on end the rest of the context has its turn: timers, accepts, posts.
  static constexpr int most_rounds = 16;

 private:
  struct Wait;
  void post();
  void arm();
  void serve();
  void run_queue();
  bool look();

  boost::asio::io_context& context_;
  int descriptor_;              // of wait_
  std::unique_ptr<Wait> wait_;  // on Asio's side
  RunQueue soon_;
  std::array<epoll_event, 256> seen_;
  int next_ = 0;
  int count_ = 0;
  bool is_armed_ = false;  // a wait is under way, and is to be the only one
  bool is_posted_ = false;
  bool is_serving_ = false;
  bool is_held_ = true;
  bool is_halted_ = false;
};

}  // namespace llmgw
