// SPDX-License-Identifier: MIT
// A setting of 0 is for ever.
#include "collector/sinks/retention_times.hpp"

namespace llmgw::collector {

RetentionTimes retention_times(const Config& config) {
  const auto kept = [](std::chrono::nanoseconds time) {
    return time.count() == 0
               ? std::nullopt
               : std::optional(std::chrono::duration_cast<std::chrono::milliseconds>(time));
  };
  return {kept(config.event_retention), kept(config.usage_retention)};
}

}  // namespace llmgw::collector
