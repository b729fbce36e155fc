// SPDX-License-Identifier: MIT
// The series of tokens by tenant and model, out of the tables of all workers.
#pragma once

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/metrics/prometheus_text.hpp"
#include "proxy/api/token_table.hpp"
#include "proxy/provider/registry.hpp"

namespace llmgw::proxy {

/// The metric, without series yet.
Metric token_metric();

/// Keeps the sums of at most as many pairs as one table holds, though each worker may meet others.
/// Where there is no room for a new one, the pair of which nothing was counted for longest is
/// forgotten, and its series ends. What was counted of it stays counted there, as rates and
/// increases over the past see it: `other` is for what never had a series, so that no token is in
/// two. No series ever falls; one that was forgotten begins at zero again. Belongs to the thread
/// that answers scrapes.
class TokenSeries {
 public:
  /// Adds the series as they stand to the metric; `tables` are those of one provider.
  void append_to(Metric& metric, const std::vector<const TokenTable*>& tables,
                 const std::string& provider);

 private:
  using Pair = std::pair<std::string, std::string>;
  struct Series {
    TokenAmounts sums{};
    std::uint64_t counted_at = 0;  // the number of the scrape
  };

  void take_over(const TokenTable& table, std::map<Pair, TokenAmounts>& unknown);
  void give_series(std::map<Pair, TokenAmounts>& unknown);

  std::map<Pair, Series> series_;
  TokenAmounts others_{};
  std::uint64_t scrape_ = 0;
};

/// By the number of their dialect.
using TokenSeriesOfProviders = std::array<TokenSeries, dialect_count>;

}  // namespace llmgw::proxy
