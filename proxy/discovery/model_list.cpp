// SPDX-License-Identifier: MIT
// Sorted once, searched by halves.
#include "proxy/discovery/model_list.hpp"

#include <algorithm>

namespace llmgw::proxy {
namespace {

bool is_date(std::string_view text) noexcept {
  constexpr std::size_t digits = 8;
  return text.size() == digits &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_dated(std::string_view id, std::string_view alias) noexcept {
  return id.size() > alias.size() && id[alias.size()] == '-' &&
         is_date(id.substr(alias.size() + 1));
}

}  // namespace

ModelList::ModelList(std::vector<DiscoveredModel> models) : models_(std::move(models)) {
  std::stable_sort(models_.begin(), models_.end(),
                   [](const auto& a, const auto& b) { return a.id < b.id; });
  const auto same = std::unique(models_.begin(), models_.end(),
                                [](const auto& a, const auto& b) { return a.id == b.id; });
  models_.erase(same, models_.end());
}

ModelFacts ModelList::facts(std::string_view model) const noexcept {
  auto at = std::lower_bound(
      models_.begin(), models_.end(), model,
      [](const DiscoveredModel& each, std::string_view id) { return each.id < id; });
  if (at != models_.end() && at->id == model) return at->facts;
  const DiscoveredModel* latest = nullptr;
  for (; at != models_.end() && at->id.starts_with(model); ++at)
    if (is_dated(at->id, model)) latest = &*at;
  return latest == nullptr ? ModelFacts{} : latest->facts;
}

ModelFacts facts_of(const Discovered* discovered, std::string_view provider,
                    std::string_view model) noexcept {
  if (discovered == nullptr) return {};
  const auto found = discovered->find(provider);
  return found == discovered->end() ? ModelFacts{} : found->second->facts(model);
}

}  // namespace llmgw::proxy
