// SPDX-License-Identifier: MIT
// From the outboxes to the collector.
#include "proxy/outbox/courier.hpp"

#include <pthread.h>
#include <sched.h>

#include <system_error>

#include "common/async/spawn.hpp"
#include "common/log/log.hpp"

namespace llmgw::proxy {
namespace {

using Clock = Deadline::Clock;

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

void Courier::start() {
  if (const auto& collector = settings_.collector) {
    if (collector->tls) tls_ = std::move(TlsContext::make({})).value();
    sender_.emplace(loop_, *collector, tls_.get(), ledger_);
    sender_->set_authorization(std::move(authorization_));
  } else {
    log::warn("COLLECTOR_URL is not set: events are counted, not delivered");
  }
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
    stopping_ = true;
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
    if (stopping_ && !finished_) watch_time();
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

void Courier::watch_time() {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_by_ - Clock::now());
  time_limit_.set(std::max(left, std::chrono::milliseconds(0)), [this] { give_up(); });
}

void Courier::wake() noexcept {
  loop_.post([this] { events_.ring(); });
}

void Courier::urge() noexcept {
  loop_.post([this] {
    crowded_ = true;
    (spool_ == nullptr ? post_pause_ : store_pause_).cancel();
  });
}

Task<void> Courier::run() {
  for (;;) {
    if (next_batch()) {
      co_await deliver();
    } else if (spool_ != nullptr ? stored_all_ : stopping_) {
      break;
    } else if (spool_ != nullptr) {
      co_await kept_.wait();
    } else {
      co_await wait_for_events();
    }
  }
  finished_ = true;
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
    // A disk that fails is passed by, for as long as the collector keeps up.
    while (spool_->is_failing() && is_sending() && !sender_->is_failing() && !stopping_)
      co_await sent_.wait();
    const std::size_t events = take(lines);
    if (events > 0) {
      const bool is_large = lines.size() > bounds_.bytes / 2;
      co_await keep(lines, events);
      if (!stopping_ && !is_large) co_await store_pause_.wait(pace);
    } else if (stopping_) {
      break;
    } else {
      co_await wait_for_events();
    }
  }
  stored_all_ = true;
  kept_.ring();
}

// Files of an earlier run are many, large, and read to be counted: new events are let in between.
Task<void> Courier::look_into_spool() {
  while (!finished_ && spool_->look_into_next()) {
    take_stock();
    kept_.ring();
    co_await look_pause_.wait(std::chrono::milliseconds(0));
  }
}

Task<void> Courier::report() {
  while (!stopping_) {
    co_await report_timer_.wait(settings_.statistics_interval);
    if (!stopping_) log_counts();
  }
}

void Courier::give_up() {
  out_of_time_ = true;
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
  crowded_ = false;
  std::size_t events = 0;
  for (std::size_t i = 0; i < outboxes_.size(); ++i) {
    Outbox& outbox = *outboxes_[(first_outbox_ + i) % outboxes_.size()];
    events += outbox.pop(lines, bounds_.bytes, bounds_.events - events);
  }
  ++first_outbox_;
  return events;
}

Task<void> Courier::keep(std::string& lines, std::size_t events) {
  const bool is_kept = spool_->append(lines, events);
  // What the disk does not take goes straight on behind what came before it, as long as the
  // collector keeps up.
  while (!is_kept && spool_->is_failing() && (is_sending() || ledger_[Term::spooled] > 0) &&
         !sender_->is_failing() && !out_of_time_)
    co_await sent_.wait();
  if (is_kept) {
    ledger_.move(Term::queued, Term::spooled, events);
  } else if (spool_->is_failing() && !is_sending() && ledger_[Term::spooled] == 0) {
    straight_.assign(std::exchange(lines, {}), events);
    ledger_.move(Term::queued, Term::in_flight, events);
  } else {
    ledger_.move(Term::queued, Term::spool_full, events);
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
  if (out_of_time_) return false;
  spool_->read(batch_, bounds_);
  take_stock();
  ledger_.move(Term::spooled, Term::in_flight, batch_.events());
  from_spool_ = !batch_.is_empty();
  if (!from_spool_) std::swap(batch_, straight_);
  return !batch_.is_empty();
}

Task<void> Courier::deliver() {
  const auto begun = Clock::now();
  const bool is_large = batch_.lines().size() > bounds_.bytes / 2;
  if (sender_) co_await sender_->deliver(batch_);
  if (batch_.is_empty() && from_spool_) spool_->acknowledge();
  settle_rest();
  sent_.ring();
  if (stopping_ || is_large || crowded_) co_return;
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
  if (spent < pace) co_await post_pause_.wait(pace - spent);
}

}  // namespace llmgw::proxy
