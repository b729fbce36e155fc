// SPDX-License-Identifier: MIT
// From counts and balances to metric families.
#include "proxy/metrics_limits.hpp"

#include <algorithm>

namespace llmgw::proxy {
namespace {

constexpr const char* other = "other";

using Pair = std::pair<std::string, std::string>;

// Of a key's own rule the tenant is empty, and the rule names the key.
Pair pair_of(std::string_view scope, std::string_view rule) {
  const bool is_key = scope.starts_with("k:");
  scope.remove_prefix(2);
  if (is_key) return {std::string(), std::string(scope) + std::string(rule)};
  const auto slash = scope.rfind('/');
  const std::string_view tenant = scope.substr(0, slash);
  return {tenant.starts_with(' ') ? other : clean_label(tenant),
          std::string(scope.substr(slash + 1)) + std::string(rule)};
}

double ratio_of(const quota::Scope::Place& place) {
  const auto burst = static_cast<double>(place.cell->terms.burst);
  return (burst - static_cast<double>(place.balance->units())) / burst;
}

Metric by_unit(const Workers& workers, MetricKind kind, std::string name, std::string help,
               std::array<Counter, quota::unit_words.size()> quota::LimitCounts::*which) {
  Metric metric{std::move(name), std::move(help), kind, {}};
  for (std::size_t i = 0; i < quota::unit_words.size(); ++i) {
    std::uint64_t sum = 0;
    for (const Worker* each : workers) sum += (each->limits().*which)[i].value();
    metric.samples.push_back(
        {{{"unit", std::string(quota::unit_words[i])}}, static_cast<double>(sum)});
  }
  return metric;
}

Metric errors(const Workers& workers) {
  HistogramValue value({quota::error_bounds.begin(), quota::error_bounds.end()});
  for (const Worker* each : workers) {
    const quota::LimitCounts& counts = each->limits();
    for (std::size_t i = 0; i < value.counts.size(); ++i)
      value.counts[i] += counts.errors[i].value();
    value.sum += static_cast<double>(counts.error_millionths.value()) * 1e-6;
  }
  return {"llmgw_limit_reservation_error_ratio",
          "How far what was reserved of tokens and money was off, as a part of what was used.",
          MetricKind::histogram,
          {{{}, value}}};
}

}  // namespace

void DecisionSeries::add(const std::vector<quota::DecisionCount>& counts) {
  for (const quota::DecisionCount& each : counts) {
    quota::DecisionAmounts& sums = sums_of({clean_label(each.tenant), clean_label(each.rule)});
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += each.amounts[i];
  }
}

// One that was told of since the last scrape is not forgotten before it was seen.
quota::DecisionAmounts& DecisionSeries::sums_of(const Pair& pair) {
  const auto known = series_.find(pair);
  if (known == series_.end() && series_.size() >= most) {
    const auto oldest = std::min_element(
        series_.begin(), series_.end(),
        [](const auto& a, const auto& b) { return a.second.told_at < b.second.told_at; });
    if (oldest->second.told_at == scrape_ || pair.first == other)
      return series_[{other, other}].sums;
    series_.erase(oldest);
  }
  Series& series = known == series_.end() ? series_[pair] : known->second;
  series.told_at = scrape_;
  return series.sums;
}

Metric DecisionSeries::metric() {
  ++scrape_;
  Metric metric{"llmgw_limit_decisions_total",
                "What came of asking a limit, once for each exchange that it is about.",
                MetricKind::counter,
                {}};
  for (const auto& [pair, series] : series_)
    for (std::size_t i = 0; i < series.sums.size(); ++i) {
      if (series.sums[i] == 0) continue;
      metric.samples.push_back({{{"tenant", pair.first},
                                 {"rule", pair.second},
                                 {"decision", std::string(quota::decision_words[i])}},
                                static_cast<double>(series.sums[i])});
    }
  return metric;
}

Metric used_ratio(const quota::Scopes& scopes) {
  std::map<Pair, double> ratios;
  scopes.for_each([&](const quota::Scope& scope) {
    for (const quota::Scope::Place& each : scope.places()) {
      double& ratio = ratios[pair_of(scope.name(), each.cell->id)];
      ratio = std::max(ratio, ratio_of(each));
    }
  });
  std::vector<std::pair<double, const Pair*>> order;
  order.reserve(ratios.size());
  for (const auto& [pair, ratio] : ratios) order.emplace_back(-ratio, &pair);
  const std::size_t shown = std::min(order.size(), DecisionSeries::most);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end());
  Metric metric{"llmgw_limit_used_ratio",
                "The part of a limit's burst that is used up now; above 1: debt.",
                MetricKind::gauge,
                {}};
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [tenant, rule] = *order[i].second;
    metric.samples.push_back({{{"tenant", tenant}, {"rule", rule}}, -order[i].first});
  }
  return metric;
}

void add_limits(std::vector<Metric>& all, const Workers& workers, DecisionSeries& decisions,
                const quota::Scopes* scopes) {
  if (scopes == nullptr) return;
  all.push_back(decisions.metric());
  all.push_back(used_ratio(*scopes));
  all.push_back(
      by_unit(workers, MetricKind::gauge, "llmgw_limit_reserved_units",
              "Units that exchanges under way have taken of their limits; usd: billionths "
              "of a dollar.",
              &quota::LimitCounts::reserved));
  all.push_back(by_unit(workers, MetricKind::counter, "llmgw_limit_debt_units_total",
                        "Units used beyond what was reserved, of which the balance had none.",
                        &quota::LimitCounts::debt));
  all.push_back(errors(workers));
  std::uint64_t shared = 0;
  for (const Worker* each : workers) shared += each->limits().shared.value();
  all.push_back(
      {"llmgw_limit_shared_total",
       "Times that a tenant was held to balances it shares with other newcomers, as there "
       "were too many.",
       MetricKind::counter,
       {{{}, static_cast<double>(shared)}}});
  all.push_back({"llmgw_limit_balances",
                 "Balances of tenants that the file does not name.",
                 MetricKind::gauge,
                 {{{}, static_cast<double>(scopes->count())}}});
}

}  // namespace llmgw::proxy
