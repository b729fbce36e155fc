// SPDX-License-Identifier: MIT
// The series of tokens by tenant and model, out of the tables of all workers.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "common/metrics/prometheus_text.hpp"
#include "proxy/api/token_table.hpp"
#include "proxy/metrics_pairs.hpp"
#include "proxy/provider/registry.hpp"

namespace llmgw::proxy {

/// The metric, without series yet.
Metric token_metric();

class TokenSeries {
 public:
  /// Adds the series as they stand to the metric; `tables` are those of one provider.
  void append_to(Metric& metric, const std::vector<const TokenTable*>& tables,
                 const std::string& provider);

 private:
  PairSeries<token_kinds.size()> series_;
};

/// By the number of their dialect.
using TokenSeriesOfProviders = std::array<TokenSeries, dialect_count>;

}  // namespace llmgw::proxy
