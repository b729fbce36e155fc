// SPDX-License-Identifier: MIT
// From counts to metric families.
#include "proxy/metrics_leases.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::array<std::string_view, 3> contact_words{"ok", "stale", "away"};

}  // namespace

void add_leases(std::vector<Metric>& all, const Workers& workers, const LeaseCounts* leases) {
  if (leases == nullptr) return;
  const LeaseCounts& counts = *leases;
  Metric syncs{"llmgw_lease_syncs_total",
               "Requests to the collector for units of limits, by result.",
               MetricKind::counter,
               {}};
  for (std::size_t i = 0; i < counts.syncs.size(); ++i)
    syncs.samples.push_back({{{"result", std::string(sync_result_words[i])}},
                             static_cast<double>(counts.syncs[i].value())});
  all.push_back(std::move(syncs));
  const auto seconds = [](const LeaseHistogram& part) -> const LeaseHistogram& { return part; };
  all.push_back({"llmgw_lease_sync_seconds",
                 "Time of such a request that was answered.",
                 MetricKind::histogram,
                 {{{}, sum_of<LeaseHistogram>({&counts.seconds}, seconds)}}});
  const auto waits = [](const Worker& worker) -> const LeaseHistogram& {
    return worker.lease_waits();
  };
  all.push_back({"llmgw_lease_wait_seconds",
                 "How long exchanges waited for units, of those that had to.",
                 MetricKind::histogram,
                 {{{}, sum_of<Worker>(workers, waits)}}});
  Metric state{"llmgw_lease_state",
               "1 for how the proxy stands with the collector that lends units.",
               MetricKind::gauge,
               {}};
  for (std::size_t i = 0; i < contact_words.size(); ++i)
    state.samples.push_back(
        {{{"state", std::string(contact_words[i])}}, counts.contact.value() == i ? 1.0 : 0.0});
  all.push_back(std::move(state));
  all.push_back({"llmgw_lease_authority_changes_total",
                 "Times that another collector than before, or one that was restarted, answered.",
                 MetricKind::counter,
                 {{{}, static_cast<double>(counts.authority_changes.value())}}});
}

}  // namespace llmgw::proxy
