// SPDX-License-Identifier: MIT
// Each target that the file names is a label, whether it was asked or not.
#include "proxy/metrics_targets.hpp"

namespace llmgw::proxy {
namespace {

using ByCause = std::array<Counter, cause_count + 1> TargetCounts::*;

// Those that never occurred are left out, as most causes never do, but for one that says that the
// target is there.
Metric by_cause(std::string name, std::string help, const Workers& workers, ByCause which,
                Cause always) {
  std::map<std::string, std::array<double, cause_count + 1>> sums;
  for (const Worker* worker : workers)
    for (const auto& [target, counts] : worker->targets())
      for (std::size_t i = 0; i <= cause_count; ++i)
        sums[target][i] += static_cast<double>((counts.*which)[i].value());
  Metric metric{std::move(name), std::move(help), MetricKind::counter, {}};
  for (const auto& [target, values] : sums) {
    for (std::size_t i = 0; i <= cause_count; ++i) {
      const std::string_view cause = cause_word(static_cast<Cause>(i));
      if (values[i] == 0 && static_cast<Cause>(i) != always) continue;
      metric.samples.push_back(
          {{{"target", target}, {"cause", std::string(cause.empty() ? "none" : cause)}},
           values[i]});
    }
  }
  return metric;
}

Metric lessons(const Workers& workers) {
  std::map<std::string, std::array<double, lesson_words.size()>> sums;
  for (const Worker* worker : workers)
    for (const auto& [provider, counts] : worker->upstreams())
      for (std::size_t i = 0; i < lesson_words.size(); ++i)
        sums[provider][i] += static_cast<double>(counts.lessons[i].value());
  Metric metric{
      "llmgw_learnt_refusals_total",
      "Translated requests that a provider refused, saying how it takes them, and that it "
      "was sent again so.",
      MetricKind::counter,
      {}};
  for (const auto& [provider, values] : sums)
    for (std::size_t i = 0; i < lesson_words.size(); ++i)
      metric.samples.push_back(
          {{{"provider", provider}, {"kind", std::string(lesson_words[i])}}, values[i]});
  return metric;
}

double number_of(const TargetCooling::State& state) noexcept {
  if (state.reason != Cooling::Reason::none) return 2;
  return state.is_half_open ? 1 : 0;
}

}  // namespace

void add_targets(std::vector<Metric>& all, const Workers& workers,
                 const std::vector<CoolingBook::Entry>& targets) {
  if (targets.empty()) return;
  Metric states{"llmgw_target_state",
                "Targets of the configuration file: 0 free, 1 tried by one request, 2 cooling.",
                MetricKind::gauge,
                {}};
  const auto now = TargetCooling::Clock::now();
  for (const CoolingBook::Entry& each : targets)
    states.samples.push_back({{{"provider", each.provider}, {"target", each.target}},
                              number_of(each.cooling->state(now))});
  all.push_back(std::move(states));
  all.push_back(by_cause("llmgw_attempts_total",
                         "Tries to have a request answered, by target and why they failed.",
                         workers, &TargetCounts::attempts, Cause::none));
  all.push_back(by_cause("llmgw_fallback_total",
                         "Tries behind which another target was asked, by target and why.", workers,
                         &TargetCounts::left, Cause::unsent));
  all.push_back(lessons(workers));
}

}  // namespace llmgw::proxy
