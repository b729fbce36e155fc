// SPDX-License-Identifier: MIT
// A watch for each provider that is to be asked.
#include "proxy/discovery/discovery.hpp"

#include <utility>

namespace llmgw::proxy {
namespace {

// Whoever has other keys, or is waited for longer, has the same models.
bool is_same(const UpstreamSettings& a, const UpstreamSettings& b) noexcept {
  return a.type == b.type && a.address == b.address;
}

}  // namespace

void Discovery::use(const std::vector<UpstreamSettings>& providers) {
  Watches before = std::exchange(watches_, {});
  for (const UpstreamSettings& each : providers)
    if (each.discovers) add(each, before);
  for (const auto& [name, watch] : before) {
    watch->end();
    if (!watches_.contains(name)) counts_[name].models = 0;
  }
  publish();
}

void Discovery::add(const UpstreamSettings& provider, Watches& before) {
  std::shared_ptr<DiscoveryWatch>& watch = watches_[provider.name];
  const auto earlier = before.find(provider.name);
  std::shared_ptr<const ModelList> list;
  if (earlier != before.end() && earlier->second->provider() == provider) {
    watch = std::move(earlier->second);
    before.erase(earlier);
    return watch->ask_again();
  }
  if (earlier != before.end() && is_same(earlier->second->provider(), provider))
    list = earlier->second->list();
  DiscoveryCounts& counts = counts_[provider.name];
  counts.models = list == nullptr ? 0 : list->all().size();
  watch = std::make_shared<DiscoveryWatch>(loop_, provider, std::move(list), counts,
                                           [this] { publish(); });
  watch->start();
}

void Discovery::stop() noexcept {
  for (const auto& [name, watch] : watches_) watch->end();
  watches_.clear();
}

void Discovery::publish() {
  auto all = std::make_shared<Discovered>();
  for (const auto& [name, watch] : watches_)
    if (watch->list() != nullptr) all->emplace(name, watch->list());
  publish_(std::move(all));
}

}  // namespace llmgw::proxy
