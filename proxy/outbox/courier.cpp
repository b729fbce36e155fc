// SPDX-License-Identifier: MIT
// From the outboxes to the collector.
#include "proxy/outbox/courier.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <system_error>

#include "common/async/spawn.hpp"
#include "common/log/log.hpp"

namespace llmgw::proxy {
namespace {

using Clock = Deadline::Clock;
using plan::Origin;
using plan::Pace;
using plan::Phase;
using plan::Storing;

// Where they share a processor, a thread of this kind does not interrupt one that serves traffic;
// its share of the time is the same.
void give_way_to_traffic() {
  const sched_param none{};
  if (const int fault = ::pthread_setschedparam(::pthread_self(), SCHED_BATCH, &none); fault != 0)
    log::warn("delivery of events may interrupt traffic",
              {{"reason", std::generic_category().message(fault)}});
}

}  // namespace

Courier::Courier(DeliverySettings settings) : settings_(std::move(settings)) {}

Courier::~Courier() = default;

void Courier::serve_estimates(Outbox& outbox, std::vector<const Counter*> handed_over) {
  serve(outbox);
  estimates_ = &outbox;
  handed_over_ = std::move(handed_over);
}

void Courier::start() {
  if (const auto& collector = settings_.collector) {
    if (collector->tls) tls_ = std::move(TlsContext::make({})).value();
    sender_.emplace(loop_, *collector, tls_.get(), ledger_);
    sender_->set_authorization(std::move(authorization_));
  } else {
    log::warn("COLLECTOR_URL is not set: events are counted, not delivered");
  }
  if (spool_ != nullptr) storing_ = Storing::under_way;
  thread_ = std::thread([this] {
    give_way_to_traffic();
    spawn(run());
    if (spool_ != nullptr) {
      spawn(store());
      spawn(look_into_spool());
    }
    spawn(report());
    loop_.run();
  });
}

void Courier::authorize(Secret authorization) {
  if (!thread_.joinable()) {
    authorization_ = std::move(authorization);
    return;
  }
  loop_.post([this, authorization = std::move(authorization)] {
    if (sender_) sender_->set_authorization(authorization);
  });
}

void Courier::drain(std::function<void()> ended) {
  loop_.post([this, ended = std::move(ended)] {
    ended_ = ended;
    phase_ = std::max(phase_, Phase::draining);
    end_by_ = std::min(end_by_, Clock::now() + settings_.drain_timeout);
    watch_time();
    if (sender_) sender_->hurry();
    for (Timer* each : {&post_pause_, &store_pause_, &look_pause_, &report_timer_}) each->cancel();
    for (Doorbell* each : {&events_, &sent_}) each->ring();
  });
}

void Courier::end_within(std::chrono::milliseconds limit) {
  loop_.post([this, end = Clock::now() + limit] {
    end_by_ = std::min(end_by_, end);
    if (plan::is_draining(phase_) && phase_ != Phase::ended) watch_time();
  });
}

void Courier::join() {
  if (thread_.joinable()) thread_.join();
}

void Courier::stop() {
  if (!thread_.joinable()) return;
  drain([] {});
  join();
}

// Without a spool nobody asks how it does.
plan::Situation Courier::situation() const noexcept {
  return {.phase = phase_,
          .disk_fails = spool_ != nullptr && spool_->is_failing(),
          .collector_fails = sender_ && sender_->is_failing(),
          .is_sending = !batch_.is_empty() || !straight_.is_empty(),
          .is_spool_empty = ledger_[Term::spooled] == 0};
}

void Courier::watch_time() {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_by_ - Clock::now());
  time_limit_.set(std::max(left, std::chrono::milliseconds(0)), [this] { give_up(); });
}

void Courier::wake() noexcept {
  loop_.post([this] { events_.ring(); });
}

void Courier::urge() noexcept {
  loop_.post([this] {
    pace_ = Pace::urged;
    (spool_ == nullptr ? post_pause_ : store_pause_).cancel();
  });
}

Task<void> Courier::run() {
  for (;;) {
    if (next_batch()) {
      co_await deliver();
      continue;
    }
    const plan::Delivery next = plan::when_idle(phase_, storing_);
    if (next == plan::Delivery::end) break;
    if (next == plan::Delivery::wait_for_storing) {
      co_await kept_.wait();
    } else {
      co_await wait_for_events();
    }
  }
  phase_ = Phase::ended;
  for (Timer* each : {&look_pause_, &report_timer_}) each->cancel();
  time_limit_.cancel();
  settle_end();
  log_counts();  // said last, so that a drop is never silent
  if (sender_) sender_->close();
  loop_.stop();
  if (ended_) ended_();
}

// Takes events to disk as they come, whatever the collector does.
Task<void> Courier::store() {
  std::string lines;
  for (;;) {
    while (plan::holds_back(situation())) co_await sent_.wait();
    const std::size_t events = take(lines);
    if (events > 0) {
      const bool is_large = lines.size() > bounds_.bytes / 2;
      co_await keep(lines, events);
      // A queue that becomes half full ends this pause; one that was by now has just been emptied.
      if (plan::may_gather(phase_, Pace::steady, is_large)) co_await store_pause_.wait(pace);
    } else if (plan::is_draining(phase_)) {
      break;
    } else {
      co_await wait_for_events();
    }
  }
  storing_ = Storing::ended;
  kept_.ring();
}

// Files of an earlier run are many, large, and read to be counted: new events are let in between.
Task<void> Courier::look_into_spool() {
  while (phase_ != Phase::ended && spool_->look_into_next()) {
    take_stock();
    kept_.ring();
    co_await look_pause_.wait(std::chrono::milliseconds(0));
  }
}

Task<void> Courier::report() {
  while (!plan::is_draining(phase_)) {
    co_await report_timer_.wait(settings_.statistics_interval);
    if (!plan::is_draining(phase_)) log_counts();
  }
}

void Courier::give_up() {
  phase_ = std::max(phase_, Phase::out_of_time);
  if (sender_) sender_->give_up();
  sent_.ring();
}

Task<void> Courier::wait_for_events() {
  announce_sleep();
  bool waiting = false;
  for (const Outbox* each : outboxes_) waiting |= each->queued() > 0;
  if (!waiting) co_await events_.wait();
  stay_awake();
}

// Each outbox comes first in its turn, so that none has to wait behind a busier one.
std::size_t Courier::take(std::string& lines) {
  lines.clear();
  pace_ = Pace::steady;
  std::size_t events = 0;
  for (std::size_t i = 0; i < outboxes_.size(); ++i) {
    Outbox& outbox = *outboxes_[(first_outbox_ + i) % outboxes_.size()];
    events += outbox.pop(lines, bounds_.bytes, bounds_.events - events);
  }
  ++first_outbox_;
  return events;
}

Task<void> Courier::keep(std::string& lines, std::size_t events) {
  if (spool_->append(lines, events)) {
    ledger_.move(Term::queued, Term::spooled, events);
  } else {
    while (plan::refuge(situation()) == plan::Refuge::wait) co_await sent_.wait();
    if (plan::refuge(situation()) == plan::Refuge::straight) {
      straight_.assign(std::exchange(lines, {}), events);
      ledger_.move(Term::queued, Term::in_flight, events);
    } else {
      ledger_.move(Term::queued, Term::spool_full, events);
    }
  }
  kept_.ring();
}

// Fills batch_; false if there is nothing to deliver for now.
bool Courier::next_batch() {
  if (spool_ == nullptr) {
    std::string lines = batch_.release();  // its memory, to be used again
    const std::size_t events = take(lines);
    batch_.assign(std::move(lines), events);
    ledger_.move(Term::queued, Term::in_flight, events);
    return events > 0;
  }
  if (phase_ == Phase::out_of_time) return false;
  spool_->read(batch_, bounds_);
  take_stock();
  ledger_.move(Term::spooled, Term::in_flight, batch_.events());
  origin_ = batch_.is_empty() ? Origin::memory : Origin::spool;
  if (origin_ == Origin::memory) std::swap(batch_, straight_);
  return !batch_.is_empty();
}

Task<void> Courier::deliver() {
  const auto begun = Clock::now();
  const bool is_large = batch_.lines().size() > bounds_.bytes / 2;
  if (sender_) co_await sender_->deliver(batch_);
  if (batch_.is_empty() && origin_ == Origin::spool) spool_->acknowledge();
  settle_rest();
  sent_.ring();
  if (!plan::may_gather(phase_, pace_, is_large)) co_return;
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
  if (spent < pace) co_await post_pause_.wait(pace - spent);
}

}  // namespace llmgw::proxy
