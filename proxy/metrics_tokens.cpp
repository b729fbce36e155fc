// SPDX-License-Identifier: MIT
// Summed anew at each scrape.
#include "proxy/metrics_tokens.hpp"

namespace llmgw::proxy {
namespace {

constexpr const char* other = "other";

template <class Sums>
void add_to(Sums& sums, const TokenTable::Counts& counts) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += static_cast<double>(counts[i].value());
}

}  // namespace

Metric TokenSeries::metric(const std::vector<const TokenTable*>& tables) {
  for (auto& [pair, sums] : sums_) sums = {};
  Sums others{};
  for (const TokenTable* table : tables) {
    table->for_each(
        [&](const TokenTable::Entry& entry) { add_to(sums_of(entry, others), entry.counts); });
    add_to(others, table->others());
  }
  Metric metric{"llmgw_proxy_tokens_total",
                "Tokens that upstreams reported; cached and reasoning ones are part of the others.",
                MetricKind::counter,
                {}};
  const auto add_samples = [&](const Pair& pair, const Sums& sums) {
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (sums[i] == 0) continue;
      metric.samples.push_back(
          {{{"tenant", pair.first}, {"model", pair.second}, {"kind", std::string(token_kinds[i])}},
           sums[i]});
    }
  };
  for (const auto& [pair, sums] : sums_) add_samples(pair, sums);
  add_samples({other, other}, others);
  return metric;
}

TokenSeries::Sums& TokenSeries::sums_of(const TokenTable::Entry& entry, Sums& others) {
  Pair pair(entry.tenant.view(), entry.model.empty() ? "unknown" : entry.model.view());
  // A tenant may call itself so; two series of the same labels would be one too many.
  if (pair == Pair(other, other)) return others;
  const auto found = sums_.find(pair);
  if (found != sums_.end()) return found->second;
  if (sums_.size() == TokenTable::most_entries) return others;
  return sums_.emplace(std::move(pair), Sums{}).first->second;
}

}  // namespace llmgw::proxy
