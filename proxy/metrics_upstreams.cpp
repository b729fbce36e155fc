// SPDX-License-Identifier: MIT
// Each metric of upstreams has their name as label.
#include "proxy/metrics_upstreams.hpp"

#include <map>

namespace llmgw::proxy {
namespace {

using Parts = std::vector<const UpstreamCounts*>;  // one a worker
using ByName = std::map<std::string, Parts>;

ByName by_name(const Workers& workers) {
  ByName all;
  for (const Worker* worker : workers)
    for (const auto& [name, counts] : worker->upstreams()) all[name].push_back(&counts);
  return all;
}

double sum(const Parts& parts, Counter UpstreamCounts::*which) {
  std::uint64_t total = 0;
  for (const UpstreamCounts* each : parts) total += (each->*which).value();
  return static_cast<double>(total);
}

double sum(const ByName& upstreams, Counter UpstreamCounts::*which) {
  double total = 0;
  for (const auto& [name, parts] : upstreams) total += sum(parts, which);
  return total;
}

Metric each(MetricKind kind, std::string name, std::string help, const ByName& upstreams,
            Counter UpstreamCounts::*which) {
  Metric metric{std::move(name), std::move(help), kind, {}};
  for (const auto& [upstream, parts] : upstreams)
    metric.samples.push_back({{{"upstream", upstream}}, sum(parts, which)});
  return metric;
}

Metric connections(const ByName& upstreams) {
  Metric metric{"llmgw_proxy_upstream_connections_total",
                "Upstream connections by how they were had.",
                MetricKind::counter,
                {}};
  for (const auto& [upstream, parts] : upstreams) {
    const auto add = [&metric, &parts = parts, &upstream = upstream](
                         const char* result, Counter UpstreamCounts::*which) {
      metric.samples.push_back({{{"upstream", upstream}, {"result", result}}, sum(parts, which)});
    };
    add("opened", &UpstreamCounts::opened);
    add("reused", &UpstreamCounts::reused);
    add("failed", &UpstreamCounts::failed);
  }
  return metric;
}

Metric opening_times(std::string name, std::string help, const ByName& upstreams,
                     OpeningHistogram PoolTimes::*which) {
  Metric metric{std::move(name), std::move(help), MetricKind::histogram, {}};
  for (const auto& [upstream, parts] : upstreams) {
    const HistogramValue value =
        sum_of(parts, [=](const UpstreamCounts& part) -> const auto& { return part.times.*which; });
    metric.samples.push_back({{{"upstream", upstream}}, value});
  }
  return metric;
}

// Of all upstreams together.
Metric whole(std::string name, std::string help, double value) {
  return {std::move(name), std::move(help), MetricKind::counter, {{{}, value}}};
}

}  // namespace

void add_upstreams(std::vector<Metric>& all, const Workers& workers) {
  const ByName upstreams = by_name(workers);
  all.push_back(whole("llmgw_proxy_usage_asked_total",
                      "Streams whose usage was asked for in the place of their client.",
                      sum(upstreams, &UpstreamCounts::usage_asked)));
  all.push_back(
      whole("llmgw_proxy_usage_refused_total",
            "Streams of these that the upstream refused, and that were sent again as they came.",
            sum(upstreams, &UpstreamCounts::usage_refused)));
  all.push_back(each(MetricKind::gauge, "llmgw_proxy_upstream_idle_connections",
                     "Upstream connections that wait for a request.", upstreams,
                     &UpstreamCounts::idle));
  all.push_back(each(MetricKind::gauge, "llmgw_proxy_upstream_open_connections",
                     "Upstream connections, idle, in use or being opened.", upstreams,
                     &UpstreamCounts::open));
  all.push_back(connections(upstreams));
  all.push_back(each(MetricKind::counter, "llmgw_proxy_upstream_waits_total",
                     "Exchanges that had to wait for an upstream connection to come free.",
                     upstreams, &UpstreamCounts::waited));
  all.push_back(opening_times("llmgw_proxy_upstream_connect_duration_seconds",
                              "Time that a TCP connection to an upstream took.", upstreams,
                              &PoolTimes::connect));
  all.push_back(opening_times("llmgw_proxy_upstream_tls_duration_seconds",
                              "Time that a TLS handshake with an upstream took.", upstreams,
                              &PoolTimes::tls));
  all.push_back(each(MetricKind::counter, "llmgw_proxy_upstream_tls_handshakes_total",
                     "TLS handshakes with upstreams.", upstreams, &UpstreamCounts::tls_handshakes));
  all.push_back(each(MetricKind::counter, "llmgw_proxy_upstream_tls_resumed_total",
                     "TLS handshakes that resumed a session.", upstreams,
                     &UpstreamCounts::tls_resumed));
}

}  // namespace llmgw::proxy
