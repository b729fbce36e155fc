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

/// What the name of a scope says.
struct Parts {
  bool is_known = false;
  bool is_key = false;
  std::string_view name = {};
  std::string_view plan = {};  // that a key names in place of its tenant's
};

// A tenant may hold slashes and colons; neither plans nor rules do.
Parts parts_of(std::string_view scope) noexcept {
  Parts parts{.is_known = true, .is_key = scope.starts_with(of_key)};
  const auto slash = scope.rfind('/');
  if (slash == scope.npos || !(parts.is_key || scope.starts_with(of_tenant))) return {};
  scope.remove_prefix(of_tenant.size());
  parts.name = scope.substr(0, slash - of_tenant.size());
  parts.plan = scope.substr(slash + 1 - of_tenant.size());
  if (parts.plan.ends_with(':')) parts.plan.remove_suffix(1);
  return parts;
}

}  // namespace

RuleSet::RuleSet(LimitSettings settings, std::vector<KeyLimits> keys)
    : settings_(std::move(settings)), keys_(std::move(keys)) {
  for (const KeyLimits& each : keys_) keys_by_id_.emplace(each.id, &each);
  for (const Plan& each : settings_.plans) plans_.emplace(each.name, &each);
  for (const TenantLimits& each : settings_.tenants) tenants_.emplace(each.name, &each);
  for (const TenantLimits& each : settings_.tenants) {
    const Plan* const its = plan_of(each.name);
    most_own_ = std::max(most_own_, each.limits.size());
    most_together_ =
        std::max(most_together_, each.limits.size() + (its == nullptr ? 0 : its->limits.size()));
  }
}

std::vector<ScopedRule> RuleSet::rules_of(std::string_view tenant, const KeyLimits* key) const {
  std::vector<ScopedRule> rules;
  const std::string scope = std::string(of_tenant).append(tenant).append("/");
  const Plan* const own = plan_of(tenant);
  const Plan* const taken = plan_of(tenant, key);
  if (key != nullptr) add(key->limits, std::string(of_key).append(key->id).append("/"), rules);
  if (taken != nullptr) add(taken->limits, taken == own ? scope : scope + taken->name + ":", rules);
  if (const TenantLimits* entry = this->tenant(tenant)) add(entry->limits, scope, rules);
  std::stable_sort(rules.begin(), rules.end(), [](const ScopedRule& a, const ScopedRule& b) {
    return a.rule->unit < b.rule->unit;
  });
  return rules;
}

const LimitRule* RuleSet::rule_of(std::string_view balance) const {
  const auto end = balance.find_last_of("/:");
  if (end == balance.npos || end < of_tenant.size()) return nullptr;
  for (const LimitRule* each : rules_in(balance.substr(0, end + 1)))
    if (each->id == balance.substr(end + 1)) return each;
  return nullptr;
}

std::vector<const LimitRule*> RuleSet::rules_in(std::string_view scope) const {
  std::vector<const LimitRule*> rules;
  const auto add_all = [&rules](const std::vector<LimitRule>& from) {
    for (const LimitRule& each : from) rules.push_back(&each);
  };
  const Parts parts = parts_of(scope);
  if (!parts.is_known) return rules;
  if (parts.is_key) {
    if (const KeyLimits* its = key(parts.name)) add_all(its->limits);
  } else if (!parts.plan.empty()) {
    if (const Plan* named = plan(parts.plan)) add_all(named->limits);
  } else {
    if (const Plan* its = plan_of(parts.name)) add_all(its->limits);
    if (const TenantLimits* entry = tenant(parts.name)) add_all(entry->limits);
  }
  return rules;
}

bool RuleSet::is_named(std::string_view scope) const {
  const Parts parts = parts_of(scope);
  return parts.is_key || find(tenants_, parts.name) != nullptr;
}

std::size_t RuleSet::most_rules_of(const KeyLimits& key, std::string_view tenant,
                                   bool is_of_several) const {
  if (!is_of_several) return rules_of(tenant, &key).size();
  const Plan* const named = plan(key.plan);
  return key.limits.size() + (named == nullptr ? most_together_ : named->limits.size() + most_own_);
}

std::optional<AbortBilling> RuleSet::abort_billing_of(std::string_view tenant,
                                                      std::string_view key_id) const {
  const KeyLimits* const its_key = key_id.empty() ? nullptr : key(key_id);
  if (its_key != nullptr && its_key->abort) return its_key->abort;
  const Plan* const its_plan = plan_of(tenant, its_key);
  return its_plan == nullptr ? std::nullopt : its_plan->abort;
}

const KeyLimits* RuleSet::key(std::string_view id) const { return find(keys_by_id_, id); }

const TenantLimits* RuleSet::tenant(std::string_view name) const {
  const TenantLimits* const own = find(tenants_, name);
  return own != nullptr ? own : find(tenants_, all_others);
}

const Plan* RuleSet::plan(std::string_view name) const { return find(plans_, name); }

const Plan* RuleSet::plan_of(std::string_view tenant, const KeyLimits* key) const {
  return key != nullptr && !key->plan.empty() ? plan(key->plan) : plan_of(tenant);
}

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
