// SPDX-License-Identifier: MIT
// Courier: takes events from all outboxes to the collector, on a thread of its own.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "common/async/loop.hpp"
#include "common/async/spawn.hpp"
#include "common/async/timer.hpp"
#include "common/counter.hpp"
#include "common/http/client.hpp"
#include "proxy/outbox/outbox.hpp"

namespace llmgw::proxy {

/// The terms of the delivery identity: produced = delivered + dropped (by reason) + queued + in
/// flight.
struct DeliveryCounts {
  std::uint64_t produced = 0;
  std::uint64_t delivered = 0;
  std::uint64_t queue_full = 0;    ///< dropped: the queue was full
  std::uint64_t rejected = 0;      ///< dropped: the collector refused the batch (4xx)
  std::uint64_t no_collector = 0;  ///< dropped: COLLECTOR_URL is not set
  std::uint64_t shutdown = 0;      ///< dropped: still undelivered when the flush time was over
  std::uint64_t queued = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t retries = 0;

  std::uint64_t dropped() const noexcept { return queue_full + rejected + no_collector + shutdown; }
};

/// One batch at a time; a batch is what has gathered while the last one was under way, so batches
/// grow with load.
class Courier final : public Wakeup {
 public:
  /// `collector`: nothing if events are only to be counted. `flush_timeout`: interval of the
  /// statistics line.
  Courier(std::optional<HttpUrl> collector, std::chrono::milliseconds flush_timeout);
  ~Courier() override;

  /// Before start(); the outbox outlives the courier's thread.
  void serve(Outbox& outbox) { outboxes_.push_back(&outbox); }
  void start();
  /// Delivers what is queued within the flush timeout, counts the rest as dropped, and joins the
  /// thread. Nothing may be pushed any more.
  void stop();

  /// Any thread.
  DeliveryCounts counts() const noexcept;

  static constexpr std::size_t batch_bytes = 1024 * 1024;
  static constexpr std::chrono::milliseconds pace{
      5};  ///< a busy proxy posts this often, not once an event
  static constexpr std::chrono::seconds post_limit{10};
  static constexpr std::chrono::milliseconds first_backoff{100};
  static constexpr std::chrono::milliseconds longest_backoff{10'000};

 private:
  void wake() noexcept override;
  Task<void> run();
  Task<void> report();
  Task<void> wait_for_events();
  Task<void> deliver();
  void take_batch();
  void settle(Counter& counter) noexcept;
  void note_failure(std::string_view reason);
  void note_success();
  void log_counts();

  std::optional<HttpUrl> collector_;
  std::chrono::milliseconds flush_timeout_;
  std::vector<Outbox*> outboxes_;
  Loop loop_;
  std::unique_ptr<TlsContext> tls_;
  std::optional<http::Client> client_;
  Timer pause_{loop_};
  Timer report_timer_{loop_};
  OneShot<bool>* parked_ = nullptr;
  std::minstd_rand jitter_;
  std::string batch_;
  std::size_t batch_events_ = 0;
  std::chrono::milliseconds backoff_{0};
  std::uint64_t last_reported_ = 0;
  bool stopping_ = false;
  bool out_of_time_ = false;
  bool finished_ = false;
  Counter delivered_, rejected_, no_collector_, shutdown_, in_flight_, retries_;
  std::thread thread_;
};

}  // namespace llmgw::proxy
