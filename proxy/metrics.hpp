// SPDX-License-Identifier: MIT
// The proxy's metrics as Prometheus text.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/settings/config_status.hpp"
#include "proxy/discovery/watch.hpp"
#include "proxy/estimate/estimator.hpp"
#include "proxy/jwks/jwks_source.hpp"
#include "proxy/metrics_costs.hpp"
#include "proxy/metrics_leases.hpp"
#include "proxy/metrics_limits.hpp"
#include "proxy/metrics_tokens.hpp"
#include "proxy/outbox/courier.hpp"
#include "proxy/worker.hpp"

namespace llmgw::proxy {

/// What outlasts a scrape.
struct TrafficSeries {
  TokenSeriesOfProviders tokens;
  CostSeries costs;
};

/// Sums what all workers have counted; takes no lock and stops nobody. There is at least one;
/// `series` are the same at each call. `file`: null where there is no configuration file, and then
/// there are no targets. `discovery`: by the names of the providers that were ever asked.
/// `keys`: of callers; null where nobody asks for them. `estimator`: null where nothing is
/// estimated.
std::string render_metrics(const std::vector<const Worker*>& workers,
                           const DeliveryCounts& delivery, TrafficSeries& series,
                           const ConfigStatus* file, const std::vector<CoolingBook::Entry>& targets,
                           const std::map<std::string, DiscoveryCounts>& discovery,
                           const KeyTable* keys, const JwksCounts* jwks, DecisionSeries& decisions,
                           const quota::Scopes* scopes, const LeaseCounts* leases,
                           const Estimator* estimator);

}  // namespace llmgw::proxy
