// SPDX-License-Identifier: MIT
// The metrics of limits: what was decided, how much is used, how well it was foreseen.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/metrics/prometheus_text.hpp"
#include "proxy/metrics_parts.hpp"
#include "quota/scopes.hpp"

namespace llmgw::proxy {

/// Decisions by tenant and rule, as the workers tell of them. Bounded: where there is no room for a
/// new pair, the one that nothing was told of for longest is forgotten, and its series ends; what
/// is too much even so is told of tenant and rule `other`. No series ever falls. Belongs to the
/// thread that answers scrapes.
class DecisionSeries {
 public:
  /// Pairs of those that the file names, and as many of the others.
  static constexpr std::size_t most = 1'000;

  void add(const std::vector<quota::DecisionCount>& counts);
  /// The series as they stand.
  Metric metric();

 private:
  using Pair = std::pair<std::string, std::string>;
  struct Series {
    quota::DecisionAmounts sums{};
    std::uint64_t told_at = 0;  // the number of the scrape
    bool is_named = false;
  };

  quota::DecisionAmounts& sums_of(const Pair& pair, bool is_named);
  bool make_room(bool is_named);

  std::map<Pair, Series> series_;
  std::array<std::size_t, 2> sizes_{};  // by is_named
  std::uint64_t scrape_ = 0;
};

/// How much is used of the balances that are used most; no more than DecisionSeries::most.
Metric used_ratio(const quota::Scopes& scopes);

/// All others; of a process without limits none.
void add_limits(std::vector<Metric>& all, const Workers& workers, DecisionSeries& decisions,
                const quota::Scopes* scopes);

}  // namespace llmgw::proxy
