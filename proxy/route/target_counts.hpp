// SPDX-License-Identifier: MIT
// PURE: what one worker counts of one target; any thread may read it.
#pragma once

#include <array>

#include "common/metrics/counter.hpp"
#include "proxy/config/routing.hpp"

namespace llmgw::proxy {

/// Outlives the target, and goes on with the next one of its name.
struct TargetCounts {
  /// By their cause; Cause::none: answered, and not so that another target would be asked.
  std::array<Counter, cause_count + 1> attempts;
  /// Of these, those behind which another target was asked.
  std::array<Counter, cause_count + 1> left;
};

}  // namespace llmgw::proxy
