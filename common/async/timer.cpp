// SPDX-License-Identifier: MIT
// Waiting on Asio's timer.
#include "common/async/timer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "common/async/spawn.hpp"

namespace llmgw {

struct Timer::Engine {
  boost::asio::steady_timer timer;
};

Timer::Timer(Loop& loop) : engine_(new Engine{boost::asio::steady_timer(loop.context())}) {}
Timer::~Timer() = default;

Task<bool> Timer::wait(std::chrono::milliseconds duration) {
  OneShot<bool> done;
  engine_->timer.expires_after(duration);
  engine_->timer.async_wait([&done](boost::system::error_code code) { done.set(!code); });
  co_return co_await done;
}

void Timer::cancel() noexcept { engine_->timer.cancel(); }

}  // namespace llmgw
