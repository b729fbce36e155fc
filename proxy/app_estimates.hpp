// SPDX-License-Identifier: MIT
// The estimator with what it hands events to.
#pragma once

#include "proxy/estimate/estimator.hpp"
#include "proxy/outbox/courier.hpp"
#include "proxy/worker.hpp"

namespace llmgw::proxy {

/// Built by the app, which wires, starts and ends it.
class AppEstimates {
 public:
  /// `queue_share`: events that may wait for the courier, which outlives this.
  AppEstimates(std::size_t queue_share, Courier& courier)
      : outbox_(queue_share, courier),
        estimator_([this](std::string_view line) { outbox_.push(line); }) {}

  Estimator& estimator() noexcept { return estimator_; }
  /// Before the courier and the estimator are started.
  void serve(Courier& courier, const std::vector<std::unique_ptr<Worker>>& workers);

 private:
  Outbox outbox_;
  Estimator estimator_;
};

}  // namespace llmgw::proxy
