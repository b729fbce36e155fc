// SPDX-License-Identifier: MIT
// Setting, cancelling and ringing.
#include "common/async/alarm.hpp"

#include <algorithm>
#include <climits>
#include <utility>

#include "common/async/loop.hpp"

namespace llmgw {

void Alarm::set(std::chrono::milliseconds after, std::function<void()> rings) {
  cancel();
  at_ = Clock::now() + after;
  rings_ = std::move(rings);
  loop_.alarms().add(*this);
  loop_.begin_wait();
}

void Alarm::cancel() noexcept {
  if (!is_linked()) return;
  unlink();
  rings_ = nullptr;
  loop_.end_wait();
}

int Alarms::patience() const noexcept {
  if (set_.empty()) return -1;
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(set_.begin()->at_ - Alarm::Clock::now());
  return static_cast<int>(std::clamp<milliseconds::rep>(left.count(), 0, INT_MAX));
}

void Alarms::ring_due() {
  if (set_.empty()) return;
  const auto now = Alarm::Clock::now();
  while (!set_.empty() && set_.begin()->at_ <= now) {
    Alarm& due = *set_.begin();
    const auto rings = std::exchange(due.rings_, nullptr);
    due.cancel();
    rings();
  }
}

}  // namespace llmgw
