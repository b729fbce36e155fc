// SPDX-License-Identifier: MIT
// Looking up by the longest beginning: one search, then up from beginning to beginning.
#include "pricing/prices.hpp"

#include <algorithm>

#include "common/system/sha256.hpp"
#include "pricing/price_text.hpp"

namespace llmgw::pricing {
namespace {

constexpr std::size_t id_size = 12;

bool is_pattern(std::string_view text) noexcept { return text.ends_with('*'); }

// Up to its `*`.
std::string_view begin_of(std::string_view pattern) noexcept {
  return pattern.substr(0, pattern.size() - (is_pattern(pattern) ? 1 : 0));
}

bool fits(std::string_view pattern, std::string_view text) noexcept {
  return is_pattern(pattern) ? text.starts_with(begin_of(pattern)) : text == pattern;
}

// 0: not that provider's; else the higher, the closer.
int closeness(std::string_view wanted, const ProviderNames& provider) noexcept {
  if (wanted == "*") return 1;
  if (wanted == provider.name) return 3;
  return wanted == provider.type ? 2 : 0;
}

// Longer begins first, and of the same the exact one.
std::size_t rank_of(std::string_view pattern) noexcept {
  return begin_of(pattern).size() * 2 + (is_pattern(pattern) ? 0 : 1);
}

}  // namespace

Prices::Prices(PriceSettings settings)
    : settings_(std::move(settings)),
      id_(sha256_hex(canonical_text(settings_)).substr(0, id_size)) {
  group();
  link();
}

void Prices::group() {
  const std::vector<Price>& prices = settings_.prices;
  std::vector<std::size_t> order(prices.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const std::string_view one = begin_of(prices[a].model);
    const std::string_view other = begin_of(prices[b].model);
    return one != other ? one < other : rank_of(prices[a].model) > rank_of(prices[b].model);
  });
  for (const std::size_t each : order) {
    const std::string_view text = begin_of(prices[each].model);
    if (groups_.empty() || groups_.back().text != text)
      groups_.push_back({.text = text, .all = {}});
    groups_.back().all.push_back(each);
  }
}

// Whatever a text begins with stands in front of it, and so do those that stand between them, which
// begin with it too.
void Prices::link() {
  for (std::size_t i = 1; i < groups_.size(); ++i) {
    std::size_t each = i - 1;
    while (each != none && !groups_[i].text.starts_with(groups_[each].text))
      each = groups_[each].parent;
    groups_[i].parent = each;
  }
}

const Price* Prices::find(const ProviderNames& provider, std::string_view model,
                          Day day) const noexcept {
  const auto behind =
      std::upper_bound(groups_.begin(), groups_.end(), model,
                       [](std::string_view text, const Group& each) { return text < each.text; });
  auto number = static_cast<std::size_t>(behind - groups_.begin()) - 1;  // none, if it is the first
  for (; number != none; number = groups_[number].parent) {
    if (!model.starts_with(groups_[number].text)) continue;
    const Price* found = nullptr;
    int best = 0;
    for (const std::size_t each : groups_[number].all) {
      const Price& price = settings_.prices[each];
      if (found != nullptr && is_pattern(price.model) != is_pattern(found->model)) break;
      const int close = closeness(price.provider, provider);
      if (close <= best || !fits(price.model, model) || !price.days.contain(day)) continue;
      found = &price;
      best = close;
    }
    if (found != nullptr) return found;
  }
  return nullptr;
}

Millionths Prices::discount(std::string_view tenant, const ProviderNames& provider,
                            Day day) const noexcept {
  const Discount* found = nullptr;
  std::pair<std::size_t, int> best{0, 0};
  for (const Discount& each : settings_.discounts) {
    const std::pair rank{rank_of(each.tenant), closeness(each.provider, provider)};
    if (rank.second == 0 || !fits(each.tenant, tenant) || !each.days.contain(day)) continue;
    if (found != nullptr && rank <= best) continue;
    found = &each;
    best = rank;
  }
  return found == nullptr ? millionths_per_one : found->factor;
}

}  // namespace llmgw::pricing
