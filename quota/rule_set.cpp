// SPDX-License-Identifier: MIT
// PURE: from names to rules.
#include "quota/rule_set.hpp"

#include <algorithm>

namespace llmgw::quota {
namespace {

constexpr std::string_view all_others = "*";
constexpr std::string_view of_tenant = "t:";
constexpr std::string_view of_key = "k:";

void add(const std::vector<LimitRule>& rules, const std::string& scope,
         std::vector<ScopedRule>& to) {
  for (const LimitRule& each : rules) to.push_back({&each, scope + each.id});
}

template <class T>
const T* find(const std::unordered_map<std::string_view, const T*>& all, std::string_view name) {
  const auto found = all.find(name);
  return found == all.end() ? nullptr : found->second;
}

}  // namespace

RuleSet::RuleSet(LimitSettings settings) : settings_(std::move(settings)) {
  for (const Plan& each : settings_.plans) plans_.emplace(each.name, &each);
  for (const TenantLimits& each : settings_.tenants) tenants_.emplace(each.name, &each);
}

std::vector<ScopedRule> RuleSet::rules_of(std::string_view tenant, const KeyLimits* key) const {
  std::vector<ScopedRule> rules;
  const std::string scope = std::string(of_tenant).append(tenant).append("/");
  const Plan* const own = plan_of(tenant);
  const Plan* const taken = key != nullptr && !key->plan.empty() ? plan(key->plan) : own;
  if (key != nullptr) add(key->limits, std::string(of_key).append(key->id).append("/"), rules);
  if (taken != nullptr) add(taken->limits, taken == own ? scope : scope + taken->name + ":", rules);
  if (const TenantLimits* entry = this->tenant(tenant)) add(entry->limits, scope, rules);
  std::stable_sort(rules.begin(), rules.end(), [](const ScopedRule& a, const ScopedRule& b) {
    return a.rule->unit < b.rule->unit;
  });
  return rules;
}

const LimitRule* RuleSet::rule_of(std::string_view balance) const {
  if (!balance.starts_with(of_tenant)) return nullptr;
  balance.remove_prefix(of_tenant.size());
  // A tenant may hold slashes; neither plans nor rules do.
  const auto slash = balance.rfind('/');
  if (slash == balance.npos) return nullptr;
  const std::string_view name = balance.substr(0, slash);
  std::string_view rule = balance.substr(slash + 1);
  if (const auto colon = rule.find(':'); colon != rule.npos) {
    const Plan* const named = plan(rule.substr(0, colon));
    return named == nullptr ? nullptr : rule_named(named->limits, rule.substr(colon + 1));
  }
  const TenantLimits* const entry = tenant(name);
  if (entry != nullptr)
    if (const LimitRule* own = rule_named(entry->limits, rule)) return own;
  const Plan* const its = plan_of(name);
  return its == nullptr ? nullptr : rule_named(its->limits, rule);
}

const TenantLimits* RuleSet::tenant(std::string_view name) const {
  const TenantLimits* const own = find(tenants_, name);
  return own != nullptr ? own : find(tenants_, all_others);
}

const Plan* RuleSet::plan(std::string_view name) const { return find(plans_, name); }

const Plan* RuleSet::plan_of(std::string_view tenant) const {
  for (const std::string_view name : {tenant, all_others}) {
    const TenantLimits* const entry = find(tenants_, name);
    if (entry != nullptr && !entry->plan.empty()) return plan(entry->plan);
  }
  return nullptr;
}

const LimitRule* rule_named(const std::vector<LimitRule>& rules, std::string_view id) noexcept {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [id](const auto& each) { return each.id == id; });
  return found == rules.end() ? nullptr : &*found;
}

}  // namespace llmgw::quota
