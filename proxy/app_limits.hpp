// SPDX-License-Identifier: MIT
// AppLimits: the limits of the process: hands them to the workers, looks after the balances, and
// borrows of a collector where there is one.
#pragma once

#include <memory>
#include <vector>

#include "common/async/alarm.hpp"
#include "proxy/lease/borrower_thread.hpp"
#include "proxy/metrics_limits.hpp"
#include "proxy/worker.hpp"

namespace llmgw::proxy {

/// Belongs to the app's thread. Costs nothing until there is a limit.
class AppLimits {
 public:
  using Workers = std::vector<std::unique_ptr<Worker>>;

  /// Both outlive it; no worker runs any more when it is destroyed.
  AppLimits(Loop& loop, const Workers& workers) noexcept : loop_(loop), workers_(workers) {}
  AppLimits(const AppLimits&) = delete;
  AppLimits& operator=(const AppLimits&) = delete;

  /// New requests are held to what these settings say.
  void use(const Config& config);
  /// What the collector is sent as Authorization from now on.
  void authorize(Secret authorization);
  /// What is borrowed goes back; no worker runs any more. `ended` is called within
  /// Borrower::drain_time.
  void drain(std::function<void()> ended);
  /// A drain, also a later one, takes no more than Borrower::hurried_drain_time.
  void hurry();
  /// Balances are refilled no more, and nothing is borrowed.
  void stop();

  DecisionSeries& decisions() noexcept { return decisions_; }
  /// Null where there was no limit yet.
  const quota::Scopes* scopes() const noexcept { return scopes_.get(); }
  /// Null where nothing is borrowed.
  const LeaseCounts* leases() const noexcept {
    return borrower_ == nullptr ? nullptr : &borrower_->counts();
  }

 private:
  void begin(const Config& config);
  void look_after();
  void destroy_when_passed();
  void end_pass();

  Loop& loop_;
  const Workers& workers_;
  std::unique_ptr<quota::Scopes> scopes_;  // null: there was no limit yet
  Secret authorization_;
  quota::Generation generation_ = 0;
  Alarm turn_{loop_};
  std::vector<std::unique_ptr<quota::Scope>> leaving_;  // until each worker has passed
  std::size_t passing_ = 0;                             // workers that have not, and the borrower
  DecisionSeries decisions_;
  std::unique_ptr<BorrowerThread> borrower_;  // ends before what it has borrowed for; null: nothing
};

}  // namespace llmgw::proxy
