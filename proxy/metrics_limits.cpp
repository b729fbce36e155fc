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
  return {tenant.empty() ? other : clean_label(tenant),
          std::string(scope.substr(slash + 1)) + std::string(rule)};
}

double ratio_of(const quota::Scope::Place& place, quota::Clock::time_point now) {
  const quota::Cell& cell = *place.cell;
  const auto burst = static_cast<double>(cell.terms.burst);
  const quota::Units left =
      cell.lent == nullptr ? place.balance->units() : quota::left_of(*cell.lent, cell.terms, now);
  return (burst - static_cast<double>(left)) / burst;
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
    quota::DecisionAmounts& sums =
        sums_of({clean_label(each.tenant), clean_label(each.rule)}, each.is_named);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += each.amounts[i];
  }
}

quota::DecisionAmounts& DecisionSeries::sums_of(const Pair& pair, bool is_named) {
  auto found = series_.find(pair);
  if (found == series_.end()) {
    if (pair.first == other || !make_room(is_named)) return series_[{other, other}].sums;
    found = series_.emplace(pair, Series{.is_named = is_named}).first;
    ++sizes_[is_named ? 1 : 0];
  }
  found->second.told_at = scrape_;
  return found->second.sums;
}

// One that was told of since the last scrape is not forgotten before it was seen.
bool DecisionSeries::make_room(bool is_named) {
  std::size_t& size = sizes_[is_named ? 1 : 0];
  if (size < most) return true;
  auto oldest = series_.end();
  for (auto each = series_.begin(); each != series_.end(); ++each) {
    if (each->second.is_named != is_named || each->first.first == other) continue;
    if (oldest == series_.end() || each->second.told_at < oldest->second.told_at) oldest = each;
  }
  if (oldest == series_.end() || oldest->second.told_at == scrape_) return false;
  series_.erase(oldest);
  --size;
  return true;
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

namespace {

bool is_of_calendar(const quota::Scope::Place& place) noexcept {
  return place.cell->terms.period.count() == 0 && place.cell->unit != quota::Unit::concurrency;
}

// Of those that `is_shown` picks, no more than may be told of.
template <class Predicate>
std::vector<Sample> ratios_of(const quota::Scopes& scopes, Predicate is_shown) {
  std::map<Pair, double> ratios;
  const auto now = quota::Clock::now();
  scopes.for_each([&](const quota::Scope& scope) {
    for (const quota::Scope::Place& each : scope.places()) {
      if (!is_shown(each)) continue;
      double& ratio = ratios[pair_of(scope.name(), each.cell->id)];
      ratio = std::max(ratio, ratio_of(each, now));
    }
  });
  std::vector<std::pair<double, const Pair*>> order;
  order.reserve(ratios.size());
  for (const auto& [pair, ratio] : ratios) order.emplace_back(-ratio, &pair);
  const std::size_t shown = std::min(order.size(), DecisionSeries::most);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end());
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [tenant, rule] = *order[i].second;
    samples.push_back({{{"tenant", tenant}, {"rule", rule}}, -order[i].first});
  }
  return samples;
}

}  // namespace

Metric used_ratio(const quota::Scopes& scopes) {
  return {"llmgw_limit_used_ratio",
          "The part of a limit's burst that is used up now; above 1: debt.", MetricKind::gauge,
          ratios_of(scopes, [](const quota::Scope::Place&) { return true; })};
}

void add_limits(std::vector<Metric>& all, const Workers& workers, DecisionSeries& decisions,
                const quota::Scopes* scopes) {
  if (scopes == nullptr) return;
  all.push_back(decisions.metric());
  all.push_back(used_ratio(*scopes));
  if (scopes->is_lent())
    all.push_back({"llmgw_budget_spent_ratio",
                   "Part of a budget that is spent or with proxies, in its window; at most 1,000 "
                   "of them.",
                   MetricKind::gauge, ratios_of(*scopes, is_of_calendar)});
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
