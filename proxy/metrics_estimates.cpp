// SPDX-License-Identifier: MIT
// Sums of the desks, and what the estimator has counted.
#include "proxy/metrics_estimates.hpp"

namespace llmgw::proxy {
namespace {

// Series that are there from the start, so that their first increase shows.
bool is_usual(std::size_t method, std::size_t reason) noexcept {
  const bool is_counted = reason == static_cast<std::size_t>(EstimateReason::counted);
  const bool is_bpe = method == static_cast<std::size_t>(EstimateMethod::bpe) ||
                      method == static_cast<std::size_t>(EstimateMethod::bpe_parts);
  return is_counted == is_bpe;
}

Metric estimates(const Workers& workers, const Estimator& estimator) {
  Metric metric{"llmgw_estimates_total",
                "Exchanges without usage, by how they were estimated and why so.",
                MetricKind::counter,
                {}};
  for (std::size_t method = 0; method < estimate_methods.size(); ++method) {
    for (std::size_t reason = 0; reason < estimate_reasons.size(); ++reason) {
      std::uint64_t count = estimator.counts().made[method][reason].value();
      for (const Worker* each : workers)
        count += each->desk()->counts().made[method][reason].value();
      if (count == 0 && !is_usual(method, reason)) continue;
      metric.samples.push_back({{{"method", std::string(estimate_methods[method])},
                                 {"reason", std::string(estimate_reasons[reason])}},
                                static_cast<double>(count)});
    }
  }
  return metric;
}

Metric errors(const Estimator& estimator) {
  Metric metric{"llmgw_estimate_error_ratio",
                "How far estimates are from what was reported, relative to that: the mean of those "
                "exchanges with usage that were estimated all the same.",
                MetricKind::gauge,
                {}};
  for (const ErrorTable::Row& each : estimator.errors().rows()) {
    const auto method = static_cast<std::size_t>(each.method);
    metric.samples.push_back(
        {{{"model", each.model}, {"method", std::string(estimate_methods[method])}}, each.error});
  }
  return metric;
}

Metric drains(const Workers& workers) {
  Metric metric{"llmgw_drains_total",
                "Streams read on without their client, by what came of it.",
                MetricKind::counter,
                {}};
  for (std::size_t result = 0; result < drain_results.size(); ++result) {
    std::uint64_t count = 0;
    for (const Worker* each : workers) count += each->traffic().drains[result].value();
    metric.samples.push_back(
        {{{"result", std::string(drain_results[result])}}, static_cast<double>(count)});
  }
  return metric;
}

Metric gauge(std::string name, std::string help, std::size_t value) {
  return {std::move(name), std::move(help), MetricKind::gauge, {{{}, static_cast<double>(value)}}};
}

}  // namespace

void add_estimates(std::vector<Metric>& all, const Workers& workers, const Estimator* estimator) {
  all.push_back(drains(workers));
  if (estimator == nullptr) return;
  const auto& durations = estimator->durations();
  HistogramValue seconds({durations.bounds.begin(), durations.bounds.end()});
  for (std::size_t i = 0; i < seconds.counts.size(); ++i) seconds.counts[i] = durations.bucket(i);
  seconds.sum = durations.sum_seconds();
  std::size_t text = 0;
  for (const Worker* each : workers) text += each->desk()->text_bytes();
  all.push_back(estimates(workers, *estimator));
  all.push_back({"llmgw_estimate_seconds",
                 "Counting the tokens of one exchange.",
                 MetricKind::histogram,
                 {{{}, seconds}}});
  all.push_back(
      gauge("llmgw_estimate_queue", "Exchanges that wait to be counted.", estimator->waiting()));
  all.push_back(gauge("llmgw_estimate_text_bytes",
                      "Text held for the case that nobody reports its tokens.", text));
  all.push_back(errors(*estimator));
}

}  // namespace llmgw::proxy
