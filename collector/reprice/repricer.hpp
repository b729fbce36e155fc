// SPDX-License-Identifier: MIT
// Repricer: the side of a store where costs are computed anew.
#pragma once

#include <string>
#include <vector>

#include "collector/query/model.hpp"
#include "collector/reprice/tally.hpp"
#include "common/error.hpp"

namespace llmgw::collector {

/// Which events, and whether anything is changed.
struct RepriceQuery {
  Span span = {};                           ///< of their times
  std::vector<std::string> providers = {};  ///< empty: any
  std::vector<std::string> models = {};     ///< exact, or a prefix with `*` at its end; empty: any
  bool is_only_unpriced = false;            ///< those that have a cost keep it
  bool is_dry = false;                      ///< nothing is changed
};

/// Whether the query is about events of that provider and model.
bool asks_for(const RepriceQuery& query, std::string_view provider, std::string_view model);

/// One question, answered step by step, so that a store can be written to in between. Each step
/// changes events and their sums together, or nothing: who stops after any of them and asks again
/// comes to the same end. Used by one thread; a step blocks. Errors are the store's own.
class Repricer {
 public:
  virtual ~Repricer() = default;

  /// The next events; `tally` gets what came of them, once it is stored. 0: there are no more.
  virtual Result<int> step(RepriceTally& tally) = 0;
};

}  // namespace llmgw::collector
