// SPDX-License-Identifier: MIT
// PURE: what one worker works with where callers are under limits.
#pragma once

#include <memory>

#include "quota/callers.hpp"
#include "quota/learned.hpp"

namespace llmgw::proxy {

/// The settings that workers are to go by, and the balances that they share.
struct LimitsInUse {
  quota::Scopes* scopes = nullptr;  ///< null: there are no limits
  std::shared_ptr<const quota::RuleSet> rules = nullptr;
  quota::Generation generation = 0;
};

/// Belongs to its worker's thread, but for what other threads may read of the counts.
struct Limits {
  quota::LimitCounts counts = {};
  quota::DecisionCounts decisions = {};
  std::unique_ptr<quota::Learned> learned = nullptr;  ///< made with the first callers
  std::unique_ptr<quota::Callers> callers = nullptr;  ///< null: nobody is under a limit

  /// For exchanges from now on; those under way keep their callers.
  void use(const LimitsInUse& limits);
};

}  // namespace llmgw::proxy
