// SPDX-License-Identifier: MIT
// The series of tokens by tenant and model, out of the tables of all workers.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/prometheus_text.hpp"
#include "proxy/api/token_table.hpp"

namespace llmgw::proxy {

/// Remembers which pairs have series of their own: at most as many as one table holds, though each
/// worker may have met others. Those that are met later count as `other` for good, so that no
/// counter ever falls. Belongs to the thread that answers scrapes.
class TokenSeries {
 public:
  /// The metric as it stands.
  Metric metric(const std::vector<const TokenTable*>& tables);

 private:
  using Pair = std::pair<std::string, std::string>;
  using Sums = std::array<double, token_kinds.size()>;

  Sums& sums_of(const TokenTable::Entry& entry, Sums& others);

  std::map<Pair, Sums> sums_;
};

}  // namespace llmgw::proxy
