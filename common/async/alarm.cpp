// SPDX-License-Identifier: MIT
// Setting, cancelling and ringing.
#include "common/async/alarm.hpp"

#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "common/async/loop.hpp"

namespace llmgw {

struct Alarm::Wait {
  boost::asio::steady_timer timer;
  Alarm* owner;  // nullptr once cancelled, also if its time has come and Asio is about to say so
  std::function<void()> rings;
};

void Alarm::set(std::chrono::milliseconds after, std::function<void()> rings) {
  cancel();
  wait_ = std::make_shared<Wait>(
      Wait{boost::asio::steady_timer(loop_.context(), after), this, std::move(rings)});
  wait_->timer.async_wait([wait = wait_](const boost::system::error_code&) {
    if (wait->owner == nullptr) return;
    wait->owner->wait_.reset();
    wait->rings();
  });
}

void Alarm::cancel() noexcept {
  if (wait_ == nullptr) return;
  wait_->owner = nullptr;
  wait_->timer.cancel();
  wait_.reset();
}

}  // namespace llmgw
