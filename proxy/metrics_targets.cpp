// SPDX-License-Identifier: MIT
// Each target that the file names is a label, whether it was asked or not.
#include "proxy/metrics_targets.hpp"

#include <algorithm>
#include <map>

namespace llmgw::proxy {
namespace {

using ByCause = std::array<Counter, cause_count + 1> TargetCounts::*;

// Those that never occurred are left out, as most causes never do, but for those that say that the
// target is there, or that somebody waits for: what grows from nothing is no increase.
Metric by_cause(std::string name, std::string help, const Workers& workers, ByCause which,
                std::initializer_list<Cause> always) {
  std::map<std::string, std::array<double, cause_count + 1>> sums;
  for (const Worker* worker : workers)
    for (const auto& [target, counts] : worker->targets())
      for (std::size_t i = 0; i <= cause_count; ++i)
        sums[target][i] += static_cast<double>((counts.*which)[i].value());
  Metric metric{std::move(name), std::move(help), MetricKind::counter, {}};
  for (const auto& [target, values] : sums) {
    for (std::size_t i = 0; i <= cause_count; ++i) {
      const auto number = static_cast<Cause>(i);
      const std::string_view cause = cause_word(number);
      if (values[i] == 0 && std::ranges::find(always, number) == always.end()) continue;
      metric.samples.push_back(
          {{{"target", target}, {"cause", std::string(cause.empty() ? "none" : cause)}},
           values[i]});
    }
  }
  return metric;
}

using UpstreamParts = std::map<std::string, std::vector<const UpstreamCounts*>>;

UpstreamParts upstreams_of(const Workers& workers) {
  UpstreamParts all;
  for (const Worker* worker : workers)
    for (const auto& [name, counts] : worker->upstreams()) all[name].push_back(&counts);
  return all;
}

// Of several workers the one that saw an answer last knows best.
Metric remaining_limits(const UpstreamParts& upstreams) {
  Metric metric{"llmgw_upstream_ratelimit_remaining",
                "What providers said last of what is left of their limits, by kind.",
                MetricKind::gauge,
                {}};
  for (const auto& [provider, parts] : upstreams) {
    for (std::size_t i = 0; i < limit_kind_count; ++i) {
      const auto* const latest = *std::ranges::max_element(
          parts, {}, [i](const UpstreamCounts* part) { return part->limits[i].seen_at.value(); });
      const RemainingLimit& limit = latest->limits[i];
      if (limit.seen_at.value() == 0) continue;
      metric.samples.push_back(
          {{{"provider", provider}, {"kind", std::string(limit_kind_words[i])}},
           static_cast<double>(limit.remaining.value())});
    }
  }
  return metric;
}

Metric skipped_parts(const UpstreamParts& upstreams) {
  Metric metric{"llmgw_translation_skipped_total",
                "Parts of translated answers that chat completions have no place for, by kind.",
                MetricKind::counter,
                {}};
  for (const auto& [provider, parts] : upstreams) {
    for (std::size_t i = 0; i < skipped_kind_count; ++i) {
      std::uint64_t total = 0;
      for (const UpstreamCounts* part : parts) total += part->skipped[i].value();
      if (total == 0 && static_cast<SkippedKind>(i) != SkippedKind::other) continue;
      metric.samples.push_back(
          {{{"provider", provider}, {"kind", std::string(skipped_kind_words[i])}},
           static_cast<double>(total)});
    }
  }
  return metric;
}

Metric lessons(const UpstreamParts& upstreams) {
  Metric metric{
      "llmgw_learnt_refusals_total",
      "Translated requests that a provider refused, saying how it takes them, and that it "
      "was sent again so.",
      MetricKind::counter,
      {}};
  for (const auto& [provider, parts] : upstreams) {
    for (std::size_t i = 0; i < lesson_words.size(); ++i) {
      std::uint64_t total = 0;
      for (const UpstreamCounts* part : parts) total += part->lessons[i].value();
      metric.samples.push_back({{{"provider", provider}, {"kind", std::string(lesson_words[i])}},
                                static_cast<double>(total)});
    }
  }
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
                         workers, &TargetCounts::attempts, {Cause::none, Cause::key}));
  all.push_back(by_cause("llmgw_fallback_total",
                         "Tries behind which another target was asked, by target and why.", workers,
                         &TargetCounts::left, {Cause::unsent}));
  const UpstreamParts upstreams = upstreams_of(workers);
  all.push_back(remaining_limits(upstreams));
  all.push_back(skipped_parts(upstreams));
  all.push_back(lessons(upstreams));
}

}  // namespace llmgw::proxy
