// SPDX-License-Identifier: MIT
// From settings to the upstreams of one worker, at start and anew.
#include "proxy/worker_plan.hpp"

#include <algorithm>

#include "proxy/worker_share.hpp"

namespace llmgw::proxy {
namespace {

std::chrono::milliseconds in_milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::ceil<std::chrono::milliseconds>(duration);
}

std::unique_ptr<TlsContext> make_tls(const UpstreamSettings& settings) {
  if (!settings.address.tls) return nullptr;
  return std::move(TlsContext::make(settings.ca_pem)).value();
}

UpstreamTerms terms_of(const Config& config, PoolLimits limits) {
  const auto silence = in_milliseconds(config.client_timeout);
  limits.open = share_among(limits.open, config.upstreams.size());
  return {.pool = limits,
          .silence = silence,
          .may_ask_for_usage = config.capture_bytes > 0,
          .hides_choice = config.selects_by_header};
}

// Keys may differ: they are changed in place.
bool is_same(const UpstreamSettings& a, const UpstreamSettings& b) noexcept {
  return a.name == b.name && a.type == b.type && a.address == b.address && a.ca_pem == b.ca_pem &&
         a.stream_usage == b.stream_usage && a.timeouts == b.timeouts &&
         a.api_version == b.api_version && a.uses_bearer == b.uses_bearer &&
         a.version == b.version && a.beta == b.beta &&
         a.input_includes_cache == b.input_includes_cache;
}

}  // namespace

std::unique_ptr<Worker::Plan> Worker::plan(const Config& config) {
  auto plan = std::make_unique<Plan>(RouteTable(config, cooling_, &targets_));
  plan->prices = config.prices;
  plan->terms = terms_of(config, limits_.upstreams);
  for (const UpstreamSettings& each : config.upstreams) {
    const bool is_kept = std::any_of(planned_.begin(), planned_.end(),
                                     [&](const auto& other) { return is_same(each, other); });
    plan->parts.push_back(
        {each, &upstreams_[each.name], is_kept, is_kept ? nullptr : make_tls(each)});
  }
  planned_ = config.upstreams;
  return plan;
}

Upstreams::Pointer Worker::build(Plan& plan) {
  std::vector<Upstreams::Part> all;
  for (Plan::Part& each : plan.parts) {
    Upstreams::Part part;
    part.total_limit = in_milliseconds(each.settings.timeouts.total);
    if (each.is_kept) {
      part.upstream = context_.upstreams->find(each.settings.name);
      part.upstream->pool().set_limit(plan.terms.pool.open);
    } else {
      part.upstream = std::make_unique<Upstream>(loop_, each.settings, std::move(each.tls),
                                                 plan.terms, *each.counts)
                          .release();
    }
    for (const UpstreamKey& key : each.settings.keys)
      part.credentials.emplace_back(key.name, part.upstream->credentials_of(key.key));
    all.push_back(std::move(part));
  }
  return Upstreams::Pointer(
      std::make_unique<Upstreams>(std::move(plan.table), std::move(all), std::move(plan.prices))
          .release());
}

void Worker::use(const Config& config, std::shared_ptr<const KeyTable> keys) {
  loop_.post([this, plan = std::shared_ptr<Plan>(plan(config)), mode = config.key_mode,
              keys = std::move(keys)] {
    context_.upstreams = build(*plan);
    use_callers(mode, keys);
  });
}

}  // namespace llmgw::proxy
