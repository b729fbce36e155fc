// SPDX-License-Identifier: MIT
// Counting the last tokens lies between the end of the last exchange and the delivery of the last
// event.
#include "proxy/app_estimates.hpp"

#include "common/async/alarm.hpp"
#include "proxy/app.hpp"

namespace llmgw::proxy {
namespace {

// After this long what is left goes by what has been learned.
constexpr std::chrono::milliseconds last_counting{2'000};

}  // namespace

void AppEstimates::serve(Courier& courier, const std::vector<std::unique_ptr<Worker>>& workers) {
  std::vector<const Counter*> handed_over;
  handed_over.reserve(workers.size());
  for (const auto& each : workers) handed_over.push_back(&each->desk()->handed_over());
  courier.serve_estimates(outbox_, std::move(handed_over));
}

Task<void> App::count_the_last() {
  if (!estimates_) co_return;
  Estimator& estimator = estimates_->estimator();
  if (stop_signals_ > 1) estimator.hurry();
  Alarm limit(loop_);
  limit.set(last_counting, [&estimator] { estimator.hurry(); });
  OneShot<bool> ended;
  estimator.drain([this, &ended] { loop_.post([&ended] { ended.set(true); }); });
  co_await ended;
  estimator.join();
}

}  // namespace llmgw::proxy
