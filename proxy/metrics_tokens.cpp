// SPDX-License-Identifier: MIT
// Takes over from the tables what was counted since the last scrape.
#include "proxy/metrics_tokens.hpp"

#include <algorithm>

namespace llmgw::proxy {
namespace {

constexpr const char* other = "other";

void add_to(TokenAmounts& sums, const TokenAmounts& amounts) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += amounts[i];
}

}  // namespace

Metric token_metric() {
  return {"llmgw_proxy_tokens_total",
          "Tokens that upstreams reported; cached and reasoning ones are part of the others.",
          MetricKind::counter,
          {}};
}

void TokenSeries::append_to(Metric& metric, const std::vector<const TokenTable*>& tables,
                            const std::string& provider) {
  ++scrape_;
  std::map<Pair, TokenAmounts> unknown;
  for (const TokenTable* table : tables) take_over(*table, unknown);
  give_series(unknown);
  const auto add_samples = [&](const Pair& pair, const TokenAmounts& sums) {
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (sums[i] == 0) continue;
      metric.samples.push_back({{{"tenant", pair.first},
                                 {"model", pair.second},
                                 {"kind", std::string(token_kinds[i])},
                                 {"provider", provider}},
                                static_cast<double>(sums[i])});
    }
  };
  for (const auto& [pair, series] : series_) add_samples(pair, series.sums);
  add_samples({other, other}, others_);
}

// Labels are cleaned first, as two names may become one by that.
void TokenSeries::take_over(const TokenTable& table, std::map<Pair, TokenAmounts>& unknown) {
  const auto add = [&](std::string_view tenant, std::string_view model,
                       const TokenAmounts& amounts) {
    const Pair pair(clean_label(tenant), model.empty() ? "unknown" : clean_label(model));
    // A tenant may call itself so; two series of the same labels would be one too many.
    if (pair == Pair(other, other)) return add_to(others_, amounts);
    const auto found = series_.find(pair);
    if (found == series_.end()) return add_to(unknown[pair], amounts);
    found->second.counted_at = scrape_;
    add_to(found->second.sums, amounts);
  };
  add_to(others_, table.take(add));
}

void TokenSeries::give_series(std::map<Pair, TokenAmounts>& unknown) {
  using Place = std::map<Pair, Series>::iterator;
  std::vector<Place> unused;  // the one to be forgotten first is the last
  if (series_.size() + unknown.size() > TokenTable::most_entries) {
    for (Place each = series_.begin(); each != series_.end(); ++each)
      if (each->second.counted_at != scrape_) unused.push_back(each);
    std::sort(unused.begin(), unused.end(),
              [](Place a, Place b) { return a->second.counted_at > b->second.counted_at; });
  }
  for (auto& [pair, amounts] : unknown) {
    if (series_.size() == TokenTable::most_entries && !unused.empty()) {
      series_.erase(unused.back());
      unused.pop_back();
    }
    if (series_.size() == TokenTable::most_entries) {
      add_to(others_, amounts);
    } else {
      series_.emplace(pair, Series{amounts, scrape_});
    }
  }
}

}  // namespace llmgw::proxy
