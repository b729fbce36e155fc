// SPDX-License-Identifier: MIT
// Quarters of powers of two.
#include "collector/store/latency_bucket.hpp"

#include <algorithm>
#include <cmath>

namespace llmgw::collector {
namespace {

constexpr int lowest = -40;
constexpr int highest = 160;

}  // namespace

int latency_bucket(std::int64_t microseconds) noexcept {
  if (microseconds <= 1) return lowest;
  const double milliseconds = static_cast<double>(microseconds) / 1'000;
  return std::clamp(static_cast<int>(std::floor(4 * std::log2(milliseconds))), lowest, highest);
}

double bucket_milliseconds(int bucket) noexcept { return std::exp2((bucket + 0.5) / 4); }

double percentile(std::span<const std::pair<int, std::int64_t>> counts, double share) noexcept {
  std::int64_t total = 0;
  for (const auto& [bucket, count] : counts) total += count;
  if (total == 0) return 0;
  const auto exact = std::ceil(share * static_cast<double>(total));
  const auto rank = std::clamp<std::int64_t>(static_cast<std::int64_t>(exact), 1, total);
  std::int64_t seen = 0;
  for (const auto& [bucket, count] : counts) {
    seen += count;
    if (seen >= rank) return bucket_milliseconds(bucket);
  }
  return bucket_milliseconds(counts.back().first);
}

}  // namespace llmgw::collector
