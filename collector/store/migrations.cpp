// SPDX-License-Identifier: MIT
// What was done is compared step by step with what would be done now.
#include "collector/store/migrations.hpp"

#include "common/system/sha256.hpp"

namespace llmgw::collector {

std::string digest_of(const Migration& step) { return sha256_hex(step.sql); }

Result<std::vector<const Migration*>> steps_left(std::span<const Migration> steps,
                                                 std::span<const TakenStep> taken) {
  std::int64_t last = 0;
  for (const TakenStep& each : taken) {
    last = each.number;
    if (last > static_cast<std::int64_t>(steps.size())) return StoreFault::newer_schema;
    if (last < 1) return StoreFault::migration_changed;
    if (each.digest != digest_of(steps[static_cast<std::size_t>(last - 1)]))
      return StoreFault::migration_changed;
  }
  std::vector<const Migration*> left;
  for (const Migration& each : steps)
    if (each.number > last) left.push_back(&each);
  return left;
}

}  // namespace llmgw::collector
