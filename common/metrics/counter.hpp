// SPDX-License-Identifier: MIT
// PURE: a counter that one thread writes and any thread reads, at the price of a plain addition.
#pragma once

#include <atomic>
#include <cstdint>

namespace llmgw {

class Counter {
 public:
  /// The owning thread only.
  void add(std::uint64_t count = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_release);
  }
  void subtract(std::uint64_t count = 1) noexcept { add(~count + 1); }
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_release); }

  /// Any thread.
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_acquire); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace llmgw
