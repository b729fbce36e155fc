// SPDX-License-Identifier: MIT
// Each result and state is there from the start, so that an increase is seen.
#include "proxy/metrics_keys.hpp"

#include <algorithm>

#include "proxy/tenant/verdict.hpp"

namespace llmgw::proxy {
namespace {

// Series of keys by their names; whoever has more finds the others in the events.
constexpr std::size_t most_named = 1'000;

constexpr std::array<std::string_view, 4> states{"active", "disabled", "expired", "not_yet_valid"};

std::size_t state_of(const KeySettings& key, KeySettings::Time now) noexcept {
  switch (judge(key, {}, now)) {
    case KeyVerdict::disabled: return 1;
    case KeyVerdict::expired: return 2;
    case KeyVerdict::not_yet_valid: return 3;
    default: return 0;
  }
}

Metric requests_by_result(const Workers& workers) {
  Metric metric{"llmgw_auth_requests_total",
                "Requests by what their keys came to; with GATEWAY_KEYS=observe all are served.",
                MetricKind::counter,
                {}};
  for (std::size_t i = 0; i < key_verdict_count; ++i) {
    std::uint64_t count = 0;
    for (const Worker* each : workers) count += each->traffic().auth[i].value();
    metric.samples.push_back(
        {{{"result", std::string(key_verdict_words[i])}}, static_cast<double>(count)});
  }
  return metric;
}

Metric keys_by_state(const KeyTable& keys) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  std::array<std::size_t, states.size()> counts{};
  for (const KeySettings& each : keys.all()) ++counts[state_of(each, now)];
  Metric metric{
      "llmgw_keys", "Gateway keys of the configuration file, by state.", MetricKind::gauge, {}};
  for (std::size_t i = 0; i < states.size(); ++i)
    metric.samples.push_back({{{"state", std::string(states[i])}}, static_cast<double>(counts[i])});
  return metric;
}

Metric last_uses(const KeyTable& keys) {
  using Use = std::pair<KeyTable::Seconds, const KeySettings*>;
  std::vector<Use> uses;
  for (const KeySettings& each : keys.all())
    if (const auto last = keys.last_use(each); last != KeyTable::Seconds())
      uses.emplace_back(last, &each);
  const auto kept = std::min(uses.size(), most_named);
  std::partial_sort(uses.begin(), uses.begin() + static_cast<std::ptrdiff_t>(kept), uses.end(),
                    [](const Use& a, const Use& b) { return a.first > b.first; });
  Metric metric{"llmgw_key_last_used_timestamp_seconds",
                "When a request with the key ended last in this process; of the 1000 keys used "
                "last.",
                MetricKind::gauge,
                {}};
  for (std::size_t i = 0; i < kept; ++i)
    metric.samples.push_back({{{"tenant", uses[i].second->tenant}, {"key_id", uses[i].second->id}},
                              static_cast<double>(uses[i].first.time_since_epoch().count())});
  return metric;
}

}  // namespace

void add_keys(std::vector<Metric>& all, const Workers& workers, const KeyTable* keys) {
  if (keys == nullptr) return;
  all.push_back(requests_by_result(workers));
  all.push_back(keys_by_state(*keys));
  all.push_back(last_uses(*keys));
}

}  // namespace llmgw::proxy
