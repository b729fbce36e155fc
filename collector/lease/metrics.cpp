// SPDX-License-Identifier: MIT
// From counts to samples.
#include "collector/lease/metrics.hpp"

#include <algorithm>
#include <chrono>

namespace llmgw::collector {
namespace {

using enum MetricKind;

double number(auto count) { return static_cast<double>(count); }

std::uint64_t with(const LeaseEndpoint& endpoint, int status) {
  const auto found = endpoint.answered().find(status);
  return found == endpoint.answered().end() ? 0 : found->second;
}

Sample by_result(std::string result, std::uint64_t count) {
  return {{{"result", std::move(result)}}, number(count)};
}

std::vector<Sample> syncs(const LenderCounts& counts, const LeaseEndpoint& endpoint) {
  std::uint64_t all = 0;
  for (const auto& [status, count] : endpoint.answered()) all += count;
  const std::uint64_t unauthorized = with(endpoint, 401) + with(endpoint, 403);
  const std::uint64_t told = counts.answered + counts.late + counts.malformed + counts.too_many;
  const std::uint64_t unread = all - std::min(all, told + unauthorized);
  return {by_result("ok", counts.answered),         by_result("late", counts.late),
          by_result("malformed", counts.malformed), by_result("too_many_proxies", counts.too_many),
          by_result("unauthorized", unauthorized),  by_result("not_read", unread)};
}

// `t:TENANT/RULE`: a tenant may hold slashes, a rule does not.
Sample spent(const lease::Authority::BudgetState& budget) {
  const std::string_view id = budget.rule;
  const std::size_t slash = id.rfind('/');
  const double ratio = number(budget.taken) / number(std::max<lease::Units>(1, budget.limit));
  return {{{"tenant", std::string(id.substr(2, slash - 2))},
           {"rule", std::string(id.substr(slash + 1))}},
          ratio};
}

std::vector<Sample> budgets(const lease::Authority& authority) {
  std::vector<Sample> samples;
  for (const auto& each : authority.budgets()) samples.push_back(spent(each));
  if (samples.size() <= most_budgets_told) return samples;
  const auto last = samples.begin() + most_budgets_told;
  std::nth_element(samples.begin(), last, samples.end(), [](const auto& one, const auto& other) {
    return std::get<double>(one.value) > std::get<double>(other.value);
  });
  samples.erase(last, samples.end());
  return samples;
}

}  // namespace

void append_lease_metrics(const Lender& lender, const LeaseEndpoint& endpoint,
                          std::vector<Metric>& metrics) {
  const LenderCounts& counts = lender.counts();
  const auto state = lender.authority().counts(std::chrono::steady_clock::now());
  const auto one = [](double value) { return std::vector<Sample>{{{}, value}}; };
  metrics.insert(
      metrics.end(),
      {{"llmgw_collector_lease_syncs_total", "Requests of proxies for units of limits, by result.",
        counter, syncs(counts, endpoint)},
       {"llmgw_collector_lease_unknown_rules_total",
        "Rules that proxies asked of and the configuration file does not have.", counter,
        one(number(counts.unknown_rules))},
       {"llmgw_collector_lease_policy_mismatches_total",
        "Requests of proxies that have another configuration file.", counter,
        one(number(counts.policy_mismatches))},
       {"llmgw_collector_lease_proxies", "Proxies that are alive, as far as is known.", gauge,
        one(number(state.proxies))},
       {"llmgw_collector_lease_rules", "Rules of which something is lent, spent or owed.", gauge,
        one(number(state.rules))},
       {"llmgw_collector_lease_lent_units", "Units of rates that proxies may spend now.", gauge,
        one(number(state.lent_units))},
       {"llmgw_collector_lease_lent_slots", "Slots of concurrency with proxies, used or not.",
        gauge, one(number(state.lent_slots))},
       {"llmgw_collector_lease_ledger_writes_total",
        "Writes of budgets to LIMITS_STATE_DIR.",
        counter,
        {by_result("ok", counts.writes), by_result("failed", counts.failed_writes)}},
       {"llmgw_collector_lease_ledger_write_duration_seconds",
        "Time of one such write, until it is on disk.",
        histogram,
        {{{}, counts.write_seconds}}},
       {"llmgw_budget_spent_ratio",
        "Part of a budget that is spent or with proxies, in its window; at most 1,000 of them.",
        gauge, budgets(lender.authority())}});
}

}  // namespace llmgw::collector
