// SPDX-License-Identifier: MIT
// Outbox: the bounded, lock-free queue between one worker and the courier. Full means drop and
// count, never wait.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/metrics/counter.hpp"
#include "proxy/outbox/line_ring.hpp"

namespace llmgw::proxy {

/// Wakes the one consumer of several outboxes when it sleeps.
class Wakeup {
 public:
  virtual ~Wakeup() = default;
  /// From any thread, soon after something was queued; cheap when the consumer is awake.
  void notify() noexcept {
    // Pairs with the fence in may_sleep(): either we see that it sleeps, or it sees what we queued.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (asleep_.load(std::memory_order_relaxed) && asleep_.exchange(false)) wake();
  }
  /// From any thread, when a queue has become half full: the consumer is not to take its time.
  virtual void urge() noexcept {}

 protected:
  /// The consumer announces its sleep, then looks at its queues once more before it does.
  void announce_sleep() noexcept {
    asleep_.store(true, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
  void stay_awake() noexcept { asleep_.store(false); }

 private:
  virtual void wake() noexcept = 0;
  std::atomic<bool> asleep_{false};
};

/// Holds encoded events, each a line with its LF, one behind the other in a ring of bytes. One
/// thread pushes, one pops.
class Outbox {
 public:
  /// `most_events`: how many events it holds; `wakeup` is told of each and outlives the outbox.
  Outbox(std::size_t most_events, Wakeup& wakeup);

  /// Worth it some time before push(): most of what that would take is waiting for memory. The
  /// worker's thread.
  void prefetch() const noexcept { ring_.prefetch(bytes_an_event); }
  /// Queues a line (with its LF) or counts it as dropped. The worker's thread.
  void push(std::string_view line) noexcept;

  /// Appends whole lines to `batch`, until it would hold more than `most_bytes`, `most_events` were
  /// added, or the queue is empty; the number of lines. The courier's thread.
  std::size_t pop(std::string& batch, std::size_t most_bytes,
                  std::size_t most_events = static_cast<std::size_t>(-1));

  /// Counters, from any thread: each is written by one thread only.
  std::uint64_t produced() const noexcept { return produced_.value(); }
  std::uint64_t dropped() const noexcept { return dropped_.value(); }
  std::uint64_t queued() const noexcept;

  static constexpr std::size_t bytes_an_event =
      768;  ///< room set aside; typical events take 550 to 700

 private:
  std::size_t most_events_;
  std::size_t half_of_events_;
  std::size_t half_of_bytes_;
  Wakeup& wakeup_;
  LineRing ring_;
  Counter produced_;
  Counter dropped_;
  Counter popped_;
};

}  // namespace llmgw::proxy
