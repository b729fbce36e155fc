// SPDX-License-Identifier: MIT
// PURE: a histogram of durations that one thread writes and any thread reads.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "common/metrics/counter.hpp"

namespace llmgw {

/// `Size` buckets with fixed upper bounds in seconds, rising, and one for what is above.
template <std::size_t Size, const std::array<double, Size>& Bounds>
class Histogram {
 public:
  static constexpr const std::array<double, Size>& bounds = Bounds;

  /// The owning thread only.
  void observe(std::chrono::nanoseconds value) noexcept {
    const double seconds = std::chrono::duration<double>(value).count();
    std::size_t bucket = 0;
    while (bucket < Size && seconds > Bounds[bucket]) ++bucket;
    buckets_[bucket].add();
    nanoseconds_.add(static_cast<std::uint64_t>(value.count() < 0 ? 0 : value.count()));
  }

  /// Any thread.
  std::uint64_t bucket(std::size_t index) const noexcept { return buckets_[index].value(); }
  double sum_seconds() const noexcept { return static_cast<double>(nanoseconds_.value()) * 1e-9; }

 private:
  std::array<Counter, Size + 1> buckets_;
  Counter nanoseconds_;
};

/// What an answer of a model takes.
inline constexpr std::array<double, 14> answer_bounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
                                                      1,     2.5,  5,     10,   30,  60,   300};
using AnswerHistogram = Histogram<answer_bounds.size(), answer_bounds>;

/// What the opening of a connection takes, at most five seconds a step.
inline constexpr std::array<double, 10> opening_bounds{0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                       0.025,  0.05,  0.1,    0.5,   2.5};
using OpeningHistogram = Histogram<opening_bounds.size(), opening_bounds>;

}  // namespace llmgw
