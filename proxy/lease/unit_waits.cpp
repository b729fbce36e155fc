// SPDX-License-Identifier: MIT
// Who goes on when, and what is told of it.
#include "proxy/lease/unit_waits.hpp"

#include <algorithm>

namespace llmgw::proxy {

Task<UnitWaitEnd> UnitWaits::wait(UnitWait& wait, quota::Lent& lent, quota::Units units) {
  if (count_ >= most_ || UnitWait::Clock::now() >= wait.until_) co_return UnitWaitEnd::late;
  OneShot<UnitWaitEnd> done;
  wait.lent_ = &lent;
  wait.units_ = units;
  wait.done_ = &done;
  wait.told_in_ = told_;
  waiting_.insert(wait);
  ++count_;
  note(lent, units);
  arm();
  const UnitWaitEnd how = co_await done;
  co_return how;
}

void UnitWaits::note(quota::Lent& lent, quota::Units units) {
  changes_.push_back({&lent, units});
  loop_.run_soon(*this);
}

void UnitWaits::run() {
  end_ready();
  tell_changes();
}

void UnitWaits::tell_changes() {
  if (changes_.empty()) return;
  ++told_;
  tell_(std::exchange(changes_, {}));
}

// One that nobody was told of yet waits no more without anybody knowing: by then its balance may
// not be there.
void UnitWaits::leave(UnitWait& wait) {
  static_cast<UnitWaitOrder&>(wait).unlink();
  static_cast<UnitWaitTurn&>(wait).unlink();
  --count_;
  if (wait.told_in_ != told_) return note(*wait.lent_, -wait.units_);
  const auto untold = std::find_if(changes_.begin(), changes_.end(), [&](const auto& each) {
    return each.lent == wait.lent_ && each.units == wait.units_;
  });
  *untold = changes_.back();
  changes_.pop_back();
}

void UnitWaits::let_go_on(UnitWait& wait, UnitWaitEnd how) noexcept {
  const bool goes_on = static_cast<UnitWaitTurn&>(wait).is_linked();
  if (!goes_on || how == UnitWaitEnd::cancelled) wait.end_ = how;
  if (!goes_on) ready_.push_back(wait);
}

void UnitWaits::cancel(UnitWait& wait) noexcept {
  if (wait.done_ == nullptr) return;
  let_go_on(wait, UnitWaitEnd::cancelled);
  loop_.run_soon(*this);
}

void UnitWaits::abandon(UnitWait& wait) noexcept {
  if (std::exchange(wait.done_, nullptr) != nullptr) leave(wait);
}

// Of what a balance has each gets its part in mind, so that no more go on than there is for. Those
// that go on may end others.
void UnitWaits::look() {
  promised_.clear();
  for (UnitWait& each : waiting_) {
    quota::Units& promised = promised_[each.lent_];
    const bool is_there = each.lent_->balance.units() - promised >= each.units_;
    if (!is_there && each.lent_->state.stance() == quota::Stance::ask) continue;
    if (is_there) promised += each.units_;
    let_go_on(each, UnitWaitEnd::look);
  }
  end_ready();
}

void UnitWaits::end_ready() {
  while (!ready_.empty()) {
    UnitWait& wait = ready_.front();
    leave(wait);
    std::exchange(wait.done_, nullptr)->set(wait.end_);
  }
}

void UnitWaits::arm() {
  if (waiting_.empty()) return;
  const auto first = waiting_.begin()->until_;
  if (alarm_.is_set() && rings_at_ <= first) return;
  rings_at_ = first;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(first - UnitWait::Clock::now());
  alarm_.set(std::max(left, std::chrono::milliseconds(0)), [this] { end_late(); });
}

void UnitWaits::end_late() {
  const auto now = UnitWait::Clock::now();
  for (UnitWait& each : waiting_) {
    if (each.until_ > now) break;
    let_go_on(each, UnitWaitEnd::late);
  }
  end_ready();
  arm();
}

}  // namespace llmgw::proxy
