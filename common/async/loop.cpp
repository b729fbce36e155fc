// SPDX-License-Identifier: MIT
// The event loop on Boost.Asio.
#include "common/async/loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace llmgw {

struct Loop::Engine {
  boost::asio::io_context context{1};
  boost::asio::steady_timer tick{context};
  bool stopping = false;
};

// The buffers are left uninitialised on purpose: pages that traffic never needs never become
// resident.
Loop::Loop(std::chrono::milliseconds tick)
    : deadlines_(tick),
      receive_buffer_(std::make_unique_for_overwrite<char[]>(buffer_size)),
      decrypt_buffer_(std::make_unique_for_overwrite<char[]>(buffer_size)),
      engine_(std::make_unique<Engine>()) {
  schedule_tick();
}

Loop::~Loop() = default;

void Loop::run() { engine_->context.run(); }

void Loop::stop() {
  engine_->stopping = true;
  engine_->tick.cancel();
}

void Loop::post(std::function<void()> work) {
  boost::asio::post(engine_->context, std::move(work));
}

boost::asio::io_context& Loop::context() noexcept { return engine_->context; }

void Loop::schedule_tick() {
  engine_->tick.expires_after(deadlines_.tick());
  engine_->tick.async_wait([this](boost::system::error_code) {
    if (engine_->stopping) return;
    deadlines_.advance(Deadline::Clock::now());
    schedule_tick();
  });
}

}  // namespace llmgw
