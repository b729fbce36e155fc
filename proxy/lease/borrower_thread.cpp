// SPDX-License-Identifier: MIT
// Turns of fifty milliseconds, and of a second where nothing is borrowed.
#include "proxy/lease/borrower_thread.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::chrono::milliseconds between_turns{50};
constexpr std::chrono::seconds between_slow_turns{1};

}  // namespace

BorrowerThread::BorrowerThread(const HttpUrl& collector, std::size_t workers,
                               std::function<void(std::size_t)> look)
    : borrower_(loop_, collector, workers, std::move(look)), thread_([this] {
        tick();
        loop_.run();
      }) {}

void BorrowerThread::tick() {
  borrower_.tick();
  is_slow_ = !borrower_.is_busy();
  turn_.set(is_slow_ ? between_slow_turns : between_turns, [this] { tick(); });
}

void BorrowerThread::tick_soon() {
  if (!std::exchange(is_slow_, false)) return;
  turn_.set(between_turns, [this] { tick(); });
}

void BorrowerThread::authorize(Secret value) {
  loop_.post([this, value = std::move(value)] { borrower_.authorize(value); });
}

void BorrowerThread::use(std::shared_ptr<const quota::RuleSet> rules, std::string policy) {
  loop_.post([this, rules = std::move(rules), policy = std::move(policy)] {
    borrower_.use(rules, policy);
    tick_soon();
  });
}

void BorrowerThread::take(std::size_t worker, UnitWaits::Changes changes) {
  loop_.post([this, worker, changes = std::move(changes)] {
    borrower_.take(worker, changes);
    tick_soon();
  });
}

void BorrowerThread::looked() {
  loop_.post([this] { borrower_.looked(); });
}

void BorrowerThread::forget(std::vector<const quota::Lent*> lents,
                            std::function<void()> forgotten) {
  loop_.post([this, lents = std::move(lents), forgotten = std::move(forgotten)] {
    for (const quota::Lent* each : lents) borrower_.forget(*each);
    tick_soon();
    forgotten();
  });
}

void BorrowerThread::drain(std::function<void()> ended) {
  loop_.post([this, ended = std::move(ended)] { borrower_.drain(ended); });
}

void BorrowerThread::hurry() {
  loop_.post([this] { borrower_.hurry(); });
}

void BorrowerThread::stop() {
  if (!thread_.joinable()) return;
  loop_.post([this] {
    borrower_.end();
    turn_.cancel();
    loop_.stop();
  });
  thread_.join();
}

}  // namespace llmgw::proxy
