// SPDX-License-Identifier: MIT
// Each has the name of the provider as label.
#include "proxy/metrics_discovery.hpp"

namespace llmgw::proxy {

void add_discovery(std::vector<Metric>& all, const std::map<std::string, DiscoveryCounts>& counts) {
  if (counts.empty()) return;
  constexpr std::array<const char*, fetch_result_count> words{"ok", "refused", "error"};
  Metric models{"llmgw_discovery_models",
                "Models that the provider told when it was asked last with success.",
                MetricKind::gauge,
                {}};
  Metric fetches{"llmgw_discovery_fetches_total",
                 "How often the provider was asked for its models, by how that went.",
                 MetricKind::counter,
                 {}};
  for (const auto& [provider, each] : counts) {
    models.samples.push_back({{{"provider", provider}}, static_cast<double>(each.models)});
    for (std::size_t i = 0; i < words.size(); ++i)
      fetches.samples.push_back(
          {{{"provider", provider}, {"result", words[i]}}, static_cast<double>(each.fetches[i])});
  }
  all.push_back(std::move(models));
  all.push_back(std::move(fetches));
}

}  // namespace llmgw::proxy
