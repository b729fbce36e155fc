// SPDX-License-Identifier: MIT
// Takes over from the tables what was counted since the last scrape.
#include "proxy/metrics_costs.hpp"

namespace llmgw::proxy {

void CostSeries::append_to(std::vector<Metric>& all, const std::vector<const CostCounts*>& counts) {
  std::vector<const CostTable*> tables;
  std::uint64_t unpriced = 0;
  for (const CostCounts* each : counts) {
    unpriced += each->unpriced().value();
    if (const CostTable* const table = each->table()) tables.push_back(table);
  }
  Metric metric{"llmgw_cost_nano_usd_total",
                "What tokens cost by the prices of the configuration file, in thousand-millionths "
                "of a US dollar.",
                MetricKind::counter,
                {}};
  series_.take_over(tables, [&metric](const std::string& tenant, const std::string& model,
                                      const CostTable::Amounts& sums) {
    if (sums.front() == 0) return;
    metric.samples.push_back(
        {{{"tenant", tenant}, {"model", model}}, static_cast<double>(sums.front())});
  });
  all.push_back(std::move(metric));
  all.push_back({"llmgw_unpriced_requests_total",
                 "Exchanges with tokens that the prices of the configuration file gave no cost.",
                 MetricKind::counter,
                 {{{}, static_cast<double>(unpriced)}}});
}

}  // namespace llmgw::proxy
