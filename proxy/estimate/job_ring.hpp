// SPDX-License-Identifier: MIT
// PURE: jobs from one worker to the estimator, bounded and without locks.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>

#include "proxy/estimate/job.hpp"

namespace llmgw::proxy {

/// One thread pushes, one takes.
class JobRing {
 public:
  static constexpr std::size_t most = 256;

  /// The pushing thread: then there is room until it has pushed.
  bool is_full() const noexcept { return size() == most; }
  /// There is room for it.
  void push(std::unique_ptr<EstimateJob> job) noexcept {
    const std::size_t end = end_.load(std::memory_order_relaxed);
    jobs_[end % most] = std::move(job);
    end_.store(end + 1, std::memory_order_release);
  }
  /// The one pushed first, or null.
  std::unique_ptr<EstimateJob> take() noexcept {
    const std::size_t begin = begin_.load(std::memory_order_relaxed);
    if (begin == end_.load(std::memory_order_acquire)) return nullptr;
    std::unique_ptr<EstimateJob> job = std::move(jobs_[begin % most]);
    begin_.store(begin + 1, std::memory_order_release);
    return job;
  }
  /// Any thread.
  std::size_t size() const noexcept {
    const std::size_t begin = begin_.load(std::memory_order_acquire);
    return end_.load(std::memory_order_acquire) - begin;
  }

 private:
  static constexpr std::size_t cache_line = 64;

  std::array<std::unique_ptr<EstimateJob>, most> jobs_;
  alignas(cache_line) std::atomic<std::size_t> end_{0};
  alignas(cache_line) std::atomic<std::size_t> begin_{0};
};

}  // namespace llmgw::proxy
