// SPDX-License-Identifier: MIT
// AppLimits: the limits of the process: hands them to the workers, and looks after the balances.
#pragma once

#include <memory>
#include <vector>

#include "common/async/alarm.hpp"
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
  /// Balances are refilled no more.
  void stop() noexcept { turn_.cancel(); }

  DecisionSeries& decisions() noexcept { return decisions_; }
  /// Null where there was no limit yet.
  const quota::Scopes* scopes() const noexcept { return scopes_.get(); }

 private:
  void look_after();
  void destroy_when_passed();

  Loop& loop_;
  const Workers& workers_;
  std::unique_ptr<quota::Scopes> scopes_;  // null: there was no limit yet
  quota::Generation generation_ = 0;
  Alarm turn_{loop_};
  std::vector<std::unique_ptr<quota::Scope>> leaving_;  // until each worker has passed
  std::size_t passing_ = 0;                             // workers that have not
  DecisionSeries decisions_;
};

}  // namespace llmgw::proxy
