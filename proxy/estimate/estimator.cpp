// SPDX-License-Identifier: MIT
// One job after the other, of each worker in turn.
#include "proxy/estimate/estimator.hpp"

#include <chrono>

#include "common/log/log.hpp"
#include "common/system/thread_priority.hpp"
#include "proxy/estimate/appraise.hpp"

namespace llmgw::proxy {

Estimator::~Estimator() {
  if (!last_.joinable() && thread_.joinable()) {
    hurry();
    drain({});
  }
  join();
}

void Estimator::start() {
  thread_ = std::thread([this] {
    if (const auto given = give_way_to_others(); given.has_error())
      log::warn("counting tokens may interrupt traffic", {{"reason", given.error().message()}});
    run();
  });
}

void Estimator::drain(std::function<void()> ended) {
  is_draining_.store(true, std::memory_order_release);
  wake();
  // No thread may raise its own priority again.
  last_ = std::thread([this, ended = std::move(ended)] { run_last(ended); });
}

void Estimator::join() {
  if (last_.joinable()) last_.join();
}

std::size_t Estimator::waiting() const noexcept {
  std::size_t all = 0;
  for (const JobRing* each : rings_) all += each->size();
  return all;
}

// The bell is read before all else: what comes later rings it once more.
void Estimator::run() {
  for (;;) {
    const std::uint32_t heard = bell_.load(std::memory_order_acquire);
    if (is_draining_.load(std::memory_order_acquire)) break;
    if (!work()) bell_.wait(heard, std::memory_order_acquire);
  }
}

void Estimator::run_last(const std::function<void()>& ended) {
  thread_.join();
  while (work()) {
  }
  if (ended) ended();
}

bool Estimator::work() {
  bool has_worked = false;
  for (JobRing* each : rings_) {
    const std::unique_ptr<EstimateJob> job = each->take();
    if (job == nullptr) continue;
    has_worked = true;
    finish(*job);
  }
  return has_worked;
}

void Estimator::finish(EstimateJob& job) {
  using Clock = std::chrono::steady_clock;
  const bool is_in_hurry = is_in_hurry_.load(std::memory_order_relaxed);
  const auto begun = Clock::now();
  const auto counted = is_in_hurry ? std::nullopt : appraise(job);
  if (!is_in_hurry) durations_.observe(Clock::now() - begun);
  if (!job.line) return compare(job, counted);
  const Appraisal appraisal = conclude(job, counted);
  counts_.note(appraisal.facts.method, counted       ? EstimateReason::counted
                                       : is_in_hurry ? EstimateReason::behind
                                                     : EstimateReason::uncountable);
  const std::size_t size = job.line->close(appraisal.source, appraisal.facts, line_);
  deliver_({line_.data(), size});
}

// Prompt and answer together, as that is what is paid for.
void Estimator::compare(const EstimateJob& job, const std::optional<EstimateFacts>& counted) try {
  const std::uint64_t hidden = job.reported.reasoning.value_or(0);
  const std::uint64_t written = job.reported.completion.value_or(0);
  const std::uint64_t reported =
      job.reported.prompt.value_or(0) + written - std::min(hidden, written);
  const auto note = [&](const EstimateFacts& facts) {
    errors_.note(job.model.view(), facts.method,
                 facts.prompt.value_or(0) + facts.completion.value_or(0), reported);
  };
  if (counted) note(*counted);
  if (job.facts.method == EstimateMethod::learned && job.facts.prompt && job.facts.completion)
    note(job.facts);
} catch (const std::bad_alloc&) {  // one less to be compared
}

}  // namespace llmgw::proxy
