// SPDX-License-Identifier: MIT
// The context, its tick and its end.
#include "common/async/loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace llmgw {
namespace {

constexpr int one_thread = 1;  // runs the context; others may post to it

}  // namespace

// The buffers are left uninitialised on purpose: pages that traffic never needs never become
// resident.
Loop::Loop(std::chrono::milliseconds tick)
    : context_(std::make_unique<boost::asio::io_context>(one_thread)),
      edges_(*context_),
      deadlines_(tick),
      receive_buffer_(std::make_unique_for_overwrite<char[]>(buffer_size)),
      decrypt_buffer_(std::make_unique_for_overwrite<char[]>(buffer_size)) {
  schedule_tick();
}

Loop::~Loop() = default;

void Loop::run() { context_->run(); }

// The tick is always waited for, so there is always a next handler.
void Loop::run_until(const bool& is_done) {
  while (!is_done) context_->run_one();
}

void Loop::stop() noexcept {
  stopping_ = true;
  tick_.cancel();
  if (waits_ == 0) edges_.release();
}

void Loop::halt() noexcept {
  edges_.halt();
  context_->stop();
}

void Loop::post(std::function<void()> work) { boost::asio::post(*context_, std::move(work)); }

void Loop::schedule_tick() {
  tick_.set(deadlines_.tick(), [this] {
    deadlines_.advance(Deadline::Clock::now());
    if (!stopping_) schedule_tick();
  });
}

}  // namespace llmgw
