// SPDX-License-Identifier: MIT
// PURE: RetentionTimes: how long what is stored stays.
#pragma once

#include <chrono>
#include <optional>

#include "collector/config.hpp"

namespace llmgw::collector {

/// Nothing: for ever. Sums by day always stay.
struct RetentionTimes {
  std::optional<std::chrono::milliseconds> events;
  std::optional<std::chrono::milliseconds> usage;  ///< sums and times by hour
};

RetentionTimes retention_times(const Config& config);

}  // namespace llmgw::collector
