// SPDX-License-Identifier: MIT
// Asking for addresses, and those who wait for the answer.
#include "common/net/address_book.hpp"

#include <algorithm>

#include "common/log/log.hpp"

namespace llmgw {

struct AddressBook::Waiter {
  explicit Waiter(Loop& loop) : timer(loop) {}
  Timer timer;
  bool answered = false;
};

AddressBook::AddressBook(Loop& loop, std::string host, std::uint16_t port, LookUp::Ask ask,
                         std::chrono::milliseconds pause)
    : loop_(loop), host_(std::move(host)), port_(port), ask_(std::move(ask)), pause_(pause) {
  known_ = literal_address(host_, port_);
  is_literal_ = !known_.empty();
}

AddressBook::~AddressBook() = default;

Task<Result<std::vector<Endpoint>>> AddressBook::get(std::chrono::milliseconds limit,
                                                     ConnectAttempt* attempt) {
  if (!is_literal_ && Deadline::Clock::now() >= good_until_) begin();
  if (!known_.empty()) co_return known_;
  auto outcome = co_await wait(limit, attempt);
  co_return outcome;
}

Task<Result<std::vector<Endpoint>>> AddressBook::get_anew(std::chrono::milliseconds limit,
                                                          ConnectAttempt* attempt) {
  if (is_literal_) co_return known_;
  const bool is_new = !known_.empty() && Deadline::Clock::now() < asked_at_ + pause_;
  if (!look_up_ && is_new) co_return known_;
  begin();
  auto outcome = co_await wait(limit, attempt);
  co_return outcome;
}

void AddressBook::begin() {
  if (look_up_) return;
  const auto now = Deadline::Clock::now();
  if (!known_.empty() && now < asked_at_ + pause_) return;
  asked_at_ = now;
  look_up_.emplace(loop_, ask_, host_, port_,
                   [this](std::vector<Endpoint> addresses) { found(std::move(addresses)); });
}

void AddressBook::found(std::vector<Endpoint> addresses) {
  look_up_.reset();
  if (!addresses.empty()) {
    known_ = std::move(addresses);
    good_until_ = Deadline::Clock::now() + life;
  } else if (!known_.empty()) {
    // The last addresses known are better than none.
    log::warn("name not resolved, using its last addresses", {{"host", host_}});
  }
  for (Waiter* each : waiters_) {
    each->answered = true;
    each->timer.cancel();
  }
}

Task<Result<std::vector<Endpoint>>> AddressBook::wait(std::chrono::milliseconds limit,
                                                      ConnectAttempt* attempt) {
  Waiter self(loop_);
  waiters_.push_back(&self);
  bool late = false;
  {
    const ConnectAttempt::Step step(attempt, [&self] { self.timer.cancel(); });
    const bool cancelled = attempt != nullptr && attempt->is_cancelled();
    if (!cancelled) late = co_await self.timer.wait(limit);
  }
  waiters_.erase(std::find(waiters_.begin(), waiters_.end(), &self));
  if (!self.answered) co_return late ? errc::timed_out : errc::cancelled;
  if (known_.empty()) co_return errc::not_resolved;
  co_return known_;
}

}  // namespace llmgw
