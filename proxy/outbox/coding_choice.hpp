// SPDX-License-Identifier: MIT
// PURE: decides by measurement whether compressing batches pays on the way to this collector.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace llmgw::proxy {

/// On a fast network gzip only costs processor time, on a slow one it saves more than it costs. A
/// link that carries plain batches well is left alone. On another each way is tried now and then,
/// and gzip is kept where it is clearly sooner there, compression included: where the two are close
/// the difference is that of the scheduler, and plain is cheaper.
class CodingChoice {
 public:
  /// Smaller batches take one round trip either way, and are not worth a thought.
  static constexpr std::size_t worth_it = 16 * 1024;
  /// Nanoseconds a byte up to which a plain batch is fast enough: 10 MB/s.
  static constexpr double good_link = 100;
  /// The part of plain's time that gzip may take.
  static constexpr double clearly = 0.75;
  /// Every so many batches of that size goes the other way, to see whether things have changed.
  static constexpr unsigned probe_interval = 64;

  /// Whether to compress the next batch.
  bool compress(std::size_t bytes) noexcept;

  /// What delivering a batch took, from before its compression to the answer.
  void note(std::size_t bytes, bool compressed, std::chrono::nanoseconds spent) noexcept;

 private:
  std::array<double, 2>
      cost_{};  // least nanoseconds a byte of late: plain, compressed; 0: not known
  unsigned since_probe_ = 0;
};

}  // namespace llmgw::proxy
