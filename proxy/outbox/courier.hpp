// SPDX-License-Identifier: MIT
// Courier: takes events from all outboxes to the collector, through the spool where there is one,
// on a thread of its own.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/async/loop.hpp"
#include "common/async/timer.hpp"
#include "proxy/outbox/delivery_counts.hpp"
#include "proxy/outbox/delivery_settings.hpp"
#include "proxy/outbox/doorbell.hpp"
#include "proxy/outbox/outbox.hpp"
#include "proxy/outbox/plan.hpp"
#include "proxy/outbox/sender.hpp"
#include "proxy/outbox/spool.hpp"

namespace llmgw::proxy {

/// One batch at a time; a batch is what has gathered while the last one was under way, so batches
/// grow with load. Two coroutines share the thread where there is a spool: store() takes events to
/// disk as they come, run() takes them from there to the collector.
class Courier final : public Wakeup {
 public:
  explicit Courier(DeliverySettings settings);
  ~Courier() override;

  /// Before start(): events go through this spool. Needs a collector.
  void use(std::unique_ptr<Spool> spool) { spool_ = std::move(spool); }
  /// What the collector is sent as Authorization from now on. From the thread that calls start(),
  /// before it or after it, and before stop().
  void authorize(Secret authorization);
  /// Before start(); the outbox outlives the courier's thread.
  void serve(Outbox& outbox) { outboxes_.push_back(&outbox); }
  /// Before start(): the outbox of the estimator, whose events were handed to it before that: those
  /// counters say how many. They outlive the courier, as the outbox does its thread.
  void serve_estimates(Outbox& outbox, std::vector<const Counter*> handed_over);
  void start();
  /// Delivers what is left, be the collector away or not, until the drain timeout; leaves the rest
  /// in the spool or counts it as dropped. Nothing may be pushed any more. `ended` is called on the
  /// courier's thread, with the last counts.
  void drain(std::function<void()> ended);
  /// Delivery ends this long from now at the latest, also that of a later drain(). Any thread.
  void end_within(std::chrono::milliseconds limit);
  void join();  ///< after drain()
  void stop();  ///< drain() and join()

  /// Exact at any moment. Any thread.
  DeliveryCounts counts() const noexcept;

  /// A busy proxy stores and posts this often, not once an event.
  static constexpr std::chrono::milliseconds pace{10};

 private:
  void wake() noexcept override;
  void urge() noexcept override;
  Task<void> run();
  Task<void> store();
  Task<void> look_into_spool();
  Task<void> report();
  Task<void> wait_for_events();
  Task<void> deliver();
  std::size_t take(std::string& lines);
  Task<void> keep(std::string& lines, std::size_t events);
  bool next_batch();
  void take_stock();
  void settle_rest() noexcept;
  void settle_end();
  plan::Situation situation() const noexcept;
  void watch_time();
  void give_up();
  void log_counts();

  const DeliverySettings settings_;
  std::vector<Outbox*> outboxes_;
  Outbox* estimates_ = nullptr;  // one of them; null: nothing is estimated
  std::vector<const Counter*> handed_over_;
  std::size_t first_outbox_ = 0;
  Loop loop_;
  std::unique_ptr<TlsContext> tls_;
  Ledger ledger_;
  Secret authorization_;  // until there is a sender
  std::optional<Sender> sender_;
  std::unique_ptr<Spool> spool_;  // may be nullptr
  Timer post_pause_{loop_}, store_pause_{loop_}, look_pause_{loop_}, report_timer_{loop_};
  Alarm time_limit_{loop_};
  Deadline::Clock::time_point end_by_ = Deadline::Clock::time_point::max();
  std::function<void()> ended_;
  Doorbell events_;  // something was pushed
  Doorbell kept_;    // there may be something for run()
  Doorbell sent_;    // run() is done with a batch
  BatchBounds bounds_;
  Batch batch_;     // being delivered
  Batch straight_;  // to be delivered next, past a disk that fails
  plan::Phase phase_ = plan::Phase::serving;
  plan::Storing storing_ = plan::Storing::none;
  plan::Origin origin_ = plan::Origin::memory;  // of batch_
  plan::Pace pace_ = plan::Pace::steady;        // since the queues were looked at
  std::uint64_t last_reported_ = 0;
  std::thread thread_;
};

}  // namespace llmgw::proxy
