// SPDX-License-Identifier: MIT
// PURE: times in classes that are 19 % wide, so that the percentiles of any span are sums of
// counts.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

namespace llmgw::collector {

/// The class of a time: floor(4 log2(ms)), from -40 (a microsecond and less) to 160.
int latency_bucket(std::int64_t microseconds) noexcept;

/// The middle of a class in milliseconds: at most 10 % off each time in it.
double bucket_milliseconds(int bucket) noexcept;

/// The time in milliseconds that `share` (0 to 1) of the counted ones do not exceed, the nearest
/// rank's; 0 where none is counted. `counts`: by class, rising.
double percentile(std::span<const std::pair<int, std::int64_t>> counts, double share) noexcept;

}  // namespace llmgw::collector
