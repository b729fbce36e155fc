// SPDX-License-Identifier: MIT
// The turns of the event loop.
#include "common/async/loop.hpp"

#include "common/async/mailbox.hpp"

namespace llmgw {

// The buffers are left uninitialised on purpose: pages that traffic never needs never become
// resident.
Loop::Loop(std::chrono::milliseconds tick)
    : deadlines_(tick),
      receive_buffer_(std::make_unique_for_overwrite<char[]>(buffer_size)),
      decrypt_buffer_(std::make_unique_for_overwrite<char[]>(buffer_size)),
      mailbox_(std::make_unique<Mailbox>(poller_)) {
  schedule_tick();
}

Loop::~Loop() = default;

void Loop::run() {
  for (;;) {
    run_queue();
    if (is_done()) return;
    poller_.wait(soon_.empty() ? alarms_.patience() : 0);
    alarms_.ring_due();
  }
}

void Loop::stop() noexcept {
  stopping_ = true;
  tick_.cancel();
}

void Loop::post(std::function<void()> work) { mailbox_->put(std::move(work)); }

bool Loop::is_done() const {
  return halted_ || (stopping_ && waits_ == 0 && soon_.empty() && mailbox_->is_empty());
}

// What is asked for meanwhile has to wait for the next turn, or descriptors would starve.
void Loop::run_queue() {
  RunQueue now;
  now.swap(soon_);
  while (!now.empty()) {
    Runnable& next = now.front();
    now.pop_front();
    next.run();
  }
}

void Loop::schedule_tick() {
  tick_.set(deadlines_.tick(), [this] {
    deadlines_.advance(Deadline::Clock::now());
    if (!stopping_) schedule_tick();
  });
}

}  // namespace llmgw
