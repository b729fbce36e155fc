// SPDX-License-Identifier: MIT
// Takes over from the tables what was counted since the last scrape.
#include "proxy/metrics_tokens.hpp"

namespace llmgw::proxy {

Metric token_metric() {
  return {"llmgw_proxy_tokens_total",
          "Tokens that upstreams reported; cached and reasoning ones are part of the others.",
          MetricKind::counter,
          {}};
}

void TokenSeries::append_to(Metric& metric, const std::vector<const TokenTable*>& tables,
                            const std::string& provider) {
  series_.take_over(
      tables, [&](const std::string& tenant, const std::string& model, const TokenAmounts& sums) {
        for (std::size_t i = 0; i < sums.size(); ++i) {
          if (sums[i] == 0) continue;
          metric.samples.push_back({{{"tenant", tenant},
                                     {"model", model},
                                     {"kind", std::string(token_kinds[i])},
                                     {"provider", provider}},
                                    static_cast<double>(sums[i])});
        }
      });
}

}  // namespace llmgw::proxy
