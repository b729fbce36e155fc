// SPDX-License-Identifier: MIT
// PURE: the steps that lead to a store's tables, forward only, and which of them are due.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/store/store_fault.hpp"

namespace llmgw::collector {

/// One step. It never changes once it was released: its digest is kept in each store.
struct Migration {
  std::int64_t number;  ///< from 1 on, without a gap
  std::string_view name;
  std::string_view sql;
};

/// The digest of a step's SQL, as it is kept.
std::string digest_of(const Migration& step);

/// A step as a store has noted it.
struct TakenStep {
  std::int64_t number = 0;
  std::string digest;
};

/// Those of `steps` that `taken`, in the order of their numbers, does not have.
/// StoreFault::newer_schema, migration_changed.
Result<std::vector<const Migration*>> steps_left(std::span<const Migration> steps,
                                                 std::span<const TakenStep> taken);

}  // namespace llmgw::collector
