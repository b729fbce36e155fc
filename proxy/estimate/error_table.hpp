// SPDX-License-Identifier: MIT
// PURE: how far estimates are from reports, by model and method.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/estimate/counts.hpp"

namespace llmgw::proxy {

/// Of exchanges that had usage and were estimated all the same. One thread notes, another reads.
class ErrorTable {
 public:
  static constexpr std::size_t most_models = 64;  ///< the others count as `other`

  struct Row {
    std::string model;
    EstimateMethod method = EstimateMethod::none;
    double error = 0;  ///< the mean distance, relative to what was reported
    std::uint64_t samples = 0;
  };

  /// Allocates when a model is met first. Throws bad_alloc.
  void note(std::string_view model, EstimateMethod method, std::uint64_t estimated,
            std::uint64_t reported);
  std::vector<Row> rows() const;

 private:
  /// Held for some comparisons or a copy, never while anything waits.
  class Hold {
   public:
    explicit Hold(std::atomic_flag& flag) noexcept : flag_(flag) {
      while (flag_.test_and_set(std::memory_order_acquire)) flag_.wait(true);
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() {
      flag_.clear(std::memory_order_release);
      flag_.notify_one();
    }

   private:
    std::atomic_flag& flag_;
  };
  struct Mean {
    double sum = 0;
    std::uint64_t samples = 0;
  };

  mutable std::atomic_flag held_;
  std::map<std::string, std::array<Mean, estimate_methods.size()>, std::less<>> models_;
};

}  // namespace llmgw::proxy
