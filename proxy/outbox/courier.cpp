// SPDX-License-Identifier: MIT
// Batching, posting and retrying.
#include "proxy/outbox/courier.hpp"

#include "common/log.hpp"

namespace llmgw::proxy {

Courier::Courier(std::optional<HttpUrl> collector, std::chrono::milliseconds flush_timeout)
    : collector_(std::move(collector)),
      flush_timeout_(flush_timeout),
      jitter_(std::random_device{}()) {}

Courier::~Courier() = default;

void Courier::start() {
  if (collector_) {
    if (collector_->tls) tls_ = std::move(TlsContext::make({})).value();
    client_.emplace(loop_, *collector_, tls_.get());
  } else {
    log::warn("COLLECTOR_URL is not set: events are counted, not delivered");
  }
  thread_ = std::thread([this] {
    spawn(run());
    spawn(report());
    loop_.run();
  });
}

void Courier::stop() {
  if (!thread_.joinable()) return;
  loop_.post([this] {
    stopping_ = true;
    pause_.cancel();
    report_timer_.cancel();
    if (parked_ != nullptr) std::exchange(parked_, nullptr)->set(true);
  });
  thread_.join();
}

DeliveryCounts Courier::counts() const noexcept {
  DeliveryCounts counts;
  counts.delivered = delivered_.value();
  counts.rejected = rejected_.value();
  counts.no_collector = no_collector_.value();
  counts.shutdown = shutdown_.value();
  counts.in_flight = in_flight_.value();
  counts.retries = retries_.value();
  for (const Outbox* each : outboxes_) {
    counts.queued += each->queued();
    counts.queue_full += each->dropped();
    counts.produced += each->produced();
  }
  return counts;
}

void Courier::wake() noexcept {
  loop_.post([this] {
    if (parked_ != nullptr) std::exchange(parked_, nullptr)->set(true);
  });
}

Task<void> Courier::run() {
  for (;;) {
    if (batch_events_ == 0) take_batch();
    if (batch_events_ > 0) {
      co_await deliver();
    } else if (stopping_) {
      break;
    } else {
      co_await wait_for_events();
    }
  }
  finished_ = true;
  report_timer_.cancel();
  log_counts();  // said last, so that a drop is never silent
  client_.reset();
  loop_.stop();
}

Task<void> Courier::report() {
  while (!stopping_) {
    co_await report_timer_.wait(flush_timeout_);
    if (!stopping_) log_counts();
  }
  // From here on the flush timeout bounds what run() may still take.
  if (finished_) co_return;
  // Not in the condition: there g++ 12 lays out the frame of a coroutine without variables wrongly.
  const bool passed = co_await report_timer_.wait(flush_timeout_);
  if (!passed) co_return;
  out_of_time_ = true;
  pause_.cancel();
  if (client_) client_->cancel();
}

Task<void> Courier::wait_for_events() {
  announce_sleep();
  bool waiting = false;
  for (const Outbox* each : outboxes_) waiting |= each->queued() > 0;
  if (waiting) {
    stay_awake();
    co_return;
  }
  OneShot<bool> woken;
  parked_ = &woken;
  co_await woken;
  stay_awake();
}

void Courier::take_batch() {
  for (Outbox* each : outboxes_) batch_events_ += each->pop(batch_, batch_bytes);
  in_flight_.set(batch_events_);
}

// Posts the batch once. It stays if the collector may take it later.
Task<void> Courier::deliver() {
  if (!client_) {
    settle(no_collector_);
    if (!stopping_) co_await pause_.wait(pace);
    co_return;
  }
  if (out_of_time_) {
    settle(shutdown_);
    co_return;
  }
  const auto begun = Deadline::Clock::now();
  const auto response = co_await client_->request("POST", collector_->path, "application/x-ndjson",
                                                  batch_, post_limit);
  if (response.has_value() && response->status >= 200 && response->status < 300) {
    settle(delivered_);
    note_success();
    const auto spent =
        std::chrono::duration_cast<std::chrono::milliseconds>(Deadline::Clock::now() - begun);
    if (!stopping_ && spent < pace) co_await pause_.wait(pace - spent);
    co_return;
  }
  const bool retry = response.has_error() || response->status >= 500 || response->status == 429;
  if (!retry) {
    log::error("collector refused a batch",
               {{"status", response->status},
                {"events", batch_events_},
                {"answer", std::string_view(response->body).substr(0, 300)}});
    settle(rejected_);
    co_return;
  }
  retries_.add();
  note_failure(response.has_error() ? response.error().message()
                                    : "status " + std::to_string(response->status));
  const auto spread = std::uniform_int_distribution<std::chrono::milliseconds::rep>(
      backoff_.count() / 2, backoff_.count())(jitter_);
  if (!out_of_time_) co_await pause_.wait(std::chrono::milliseconds(spread));
}

void Courier::settle(Counter& counter) noexcept {
  in_flight_.set(0);
  counter.add(batch_events_);
  batch_events_ = 0;
  batch_.clear();
}

void Courier::note_failure(std::string_view reason) {
  if (backoff_.count() == 0) {
    log::warn("collector does not take events; they are kept and tried again",
              {{"collector", to_string(*collector_)}, {"reason", reason}});
  }
  backoff_ = std::clamp(backoff_ * 2, first_backoff, longest_backoff);
}

void Courier::note_success() {
  if (backoff_.count() > 0)
    log::info("collector takes events again", {{"collector", to_string(*collector_)}});
  backoff_ = std::chrono::milliseconds(0);
}

void Courier::log_counts() {
  const DeliveryCounts now = counts();
  const std::uint64_t sum = now.produced + now.delivered + now.dropped() + now.retries;
  if (sum == std::exchange(last_reported_, sum)) return;
  log::write(now.dropped() > 0 ? log::Level::warn : log::Level::info, "event delivery",
             {{"produced", now.produced},
              {"delivered", now.delivered},
              {"dropped", now.dropped()},
              {"queued", now.queued},
              {"in_flight", now.in_flight},
              {"retries", now.retries}});
}

}  // namespace llmgw::proxy
