// SPDX-License-Identifier: MIT
// Deadlines checked by one coarse tick a loop: setting one is a store, no timer is armed for it.
#pragma once

#include <chrono>

namespace llmgw {

/// One thing on a loop that may take too long. Linked into its loop's list for its whole life.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// Disarms; nothing is said until the next expires_after.
  void expires_never() noexcept { at_ = Clock::time_point::max(); }
  bool is_armed() const noexcept { return at_ != Clock::time_point::max(); }

 protected:
  Deadline() noexcept = default;
  virtual ~Deadline() {
    previous_->next_ = next_;
    next_->previous_ = previous_;
  }

  /// Called by the tick, once for each time armed. It may cancel I/O and destroy Deadlines, but
  /// must not resume a coroutine inline.
  virtual void expired() noexcept {}

 private:
  friend class Deadlines;
  Deadline* previous_ = this;
  Deadline* next_ = this;
  Clock::time_point at_ = Clock::time_point::max();
};

/// The list and the coarse clock of one loop.
class Deadlines {
 public:
  /// `tick` is how often advance() is going to be called.
  explicit Deadlines(std::chrono::milliseconds tick) noexcept
      : tick_(tick), now_(Deadline::Clock::now()) {}

  void add(Deadline& deadline) noexcept { insert(deadline, head_); }

  /// Fires `after` from now at the earliest and two ticks later at the latest.
  void arm(Deadline& deadline, std::chrono::milliseconds after) const noexcept {
    deadline.at_ = now_ + after + tick_;
  }

  /// The time of the last tick.
  Deadline::Clock::time_point now() const noexcept { return now_; }
  std::chrono::milliseconds tick() const noexcept { return tick_; }

  /// Tells the time and fires what is due.
  void advance(Deadline::Clock::time_point now) noexcept {
    now_ = now;
    for (Deadline* each = head_.next_; each != &head_;) {
      if (each->at_ > now) {
        each = each->next_;
        continue;
      }
      Anchor here;  // keeps the place, whatever expired() unlinks
      insert(here, *each);
      each->expires_never();
      each->expired();
      each = here.next_;
    }
  }

 private:
  struct Anchor final : Deadline {};

  static void insert(Deadline& deadline, Deadline& after) noexcept {
    deadline.previous_ = &after;
    deadline.next_ = after.next_;
    after.next_->previous_ = &deadline;
    after.next_ = &deadline;
  }

  std::chrono::milliseconds tick_;
  Deadline::Clock::time_point now_;
  Anchor head_;
};

}  // namespace llmgw
