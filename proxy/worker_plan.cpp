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

// No step of connecting lasts longer than an upstream may be silent.
UpstreamTerms terms_of(const Config& config, PoolLimits limits) {
  const auto silence = in_milliseconds(config.client_timeout);
  limits.open = share_among(limits.open, config.upstreams.size());
  limits.step = std::min(limits.step, silence);
  limits.turn = std::min(limits.turn, silence);
  return {.pool = limits,
          .silence = silence,
          .may_ask_for_usage = config.capture_bytes > 0,
          .hides_choice = config.selects_by_header};
}

// Keys may differ: they are changed in place.
bool is_same(const UpstreamSettings& a, const UpstreamSettings& b) noexcept {
  return a.name == b.name && a.type == b.type && a.address == b.address && a.ca_pem == b.ca_pem &&
         a.stream_usage == b.stream_usage;
}

}  // namespace

std::unique_ptr<Worker::Plan> Worker::plan(const Config& config) {
  auto plan = std::make_unique<Plan>();
  plan->fallback = config.default_upstream;
  plan->is_chosen_by_header = config.selects_by_header;
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
  std::vector<std::string> names;
  std::vector<Upstream::Pointer> all;
  for (Plan::Part& each : plan.parts) {
    names.push_back(each.settings.name);
    if (each.is_kept) {
      all.emplace_back(context_.upstreams->find(each.settings.name));
      all.back()->set_key(each.settings.key);
      all.back()->pool().set_limit(plan.terms.pool.open);
    } else {
      all.emplace_back(std::make_unique<Upstream>(loop_, each.settings, std::move(each.tls),
                                                  plan.terms, *each.counts)
                           .release());
    }
  }
  RouteTable table(std::move(names), plan.fallback, plan.is_chosen_by_header);
  return Upstreams::Pointer(
      std::make_unique<Upstreams>(std::move(table), std::move(all)).release());
}

void Worker::use(const Config& config) {
  loop_.post(
      [this, plan = std::shared_ptr<Plan>(plan(config))] { context_.upstreams = build(*plan); });
}

}  // namespace llmgw::proxy
