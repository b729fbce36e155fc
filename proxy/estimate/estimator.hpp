// SPDX-License-Identifier: MIT
// Estimator: counts the tokens that nobody reported, on a thread of its own that gives way to all
// others, and hands the events on.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <string_view>
#include <thread>
#include <vector>

#include "common/event/metering_event.hpp"
#include "proxy/estimate/counts.hpp"
#include "proxy/estimate/error_table.hpp"
#include "proxy/estimate/job_ring.hpp"

namespace llmgw::proxy {

class Estimator {
 public:
  /// Takes the line of an event, on the estimator's thread.
  using Deliver = std::function<void(std::string_view line)>;

  explicit Estimator(Deliver deliver) : deliver_(std::move(deliver)) {}
  Estimator(const Estimator&) = delete;
  Estimator& operator=(const Estimator&) = delete;
  /// drain() and join(), if it was started.
  ~Estimator();

  /// Before start(); the ring outlives the thread.
  void serve(JobRing& ring) { rings_.push_back(&ring); }
  void start();
  /// Something was pushed. Any thread, and cheap where the estimator is at work.
  void wake() noexcept {
    bell_.fetch_add(1, std::memory_order_release);
    bell_.notify_one();
  }
  /// Nothing is pushed any more: what is there is counted, by a thread that gives way to nobody,
  /// and `ended` is called on that. Once, after start().
  void drain(std::function<void()> ended);
  /// From now on nothing is counted, what there is gets what has been learned. Any thread.
  void hurry() noexcept { is_in_hurry_.store(true, std::memory_order_relaxed); }
  void join();

  // Any thread.
  std::size_t waiting() const noexcept;
  const EstimateCounts& counts() const noexcept { return counts_; }
  const AppraisalHistogram& durations() const noexcept { return durations_; }
  const ErrorTable& errors() const noexcept { return errors_; }

 private:
  void run();
  void run_last(const std::function<void()>& ended);
  bool work();
  void finish(EstimateJob& job);
  void compare(const EstimateJob& job, const std::optional<EstimateFacts>& counted);

  const Deliver deliver_;
  std::vector<JobRing*> rings_;
  std::atomic<bool> is_draining_{false};
  std::atomic<bool> is_in_hurry_{false};
  std::atomic<std::uint32_t> bell_{0};
  EstimateCounts counts_;
  AppraisalHistogram durations_;
  ErrorTable errors_;
  std::array<char, max_encoded_event> line_{};
  std::thread thread_;
  std::thread last_;  // joins the other
};

}  // namespace llmgw::proxy
