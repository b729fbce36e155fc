// SPDX-License-Identifier: MIT
// Poller: epoll(7), and who is told of what it saw.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>

#include "common/error.hpp"

namespace llmgw {

/// The descriptors of one loop. Belongs to its thread.
class Poller {
 public:
  class Target {
   public:
    /// `events`: bits as epoll_wait(2) gives them. May destroy any target, this one included.
    virtual void ready(std::uint32_t events) = 0;

   protected:
    ~Target() = default;
  };

  /// Throws std::system_error without descriptors.
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Tells `target` of `events` of a descriptor (0: of errors only) until forget() or remove().
  /// errc::overloaded without memory.
  Result<void> add(int descriptor, std::uint32_t events, Target& target) const noexcept;
  /// Asks for other events. What holds already is told again, with EPOLLET too.
  void change(int descriptor, std::uint32_t events, Target& target) const noexcept;
  /// Tells nothing more, not even what was seen already. For a descriptor that is closed now, which
  /// ends the kernel's part.
  void forget(const Target& target) noexcept;
  /// The same for a descriptor that stays open.
  void remove(int descriptor, const Target& target) noexcept;

  /// Waits at most so many milliseconds (-1: without end) and tells what was seen.
  void wait(int milliseconds);

 private:
  int descriptor_;
  std::array<epoll_event, 256> seen_;
  int next_ = 0;
  int count_ = 0;
};

}  // namespace llmgw
