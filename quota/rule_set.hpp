// SPDX-License-Identifier: MIT
// PURE: RuleSet: which rules a caller is under, and whose balance each of them counts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "quota/limit_settings.hpp"

namespace llmgw::quota {

/// A rule as it holds for one caller. The rule is the set's, or the key's.
struct ScopedRule {
  const LimitRule* rule = nullptr;
  /// Of its balance, in a process as in the collector: `k:KEY/RULE` of what a key says for itself,
  /// `t:TENANT/RULE` of what its tenant and the plan of its tenant say, and `t:TENANT/PLAN:RULE` of
  /// a plan that a key names in place of it.
  std::string balance = {};

  /// What it has in common with the balances beside it.
  std::string_view scope() const noexcept {
    return std::string_view(balance).substr(0, balance.size() - rule->id.size());
  }
};

/// Immutable, so that any thread may ask.
class RuleSet {
 public:
  /// `keys`: those that say something of limits; no two have the same id.
  explicit RuleSet(LimitSettings settings, std::vector<KeyLimits> keys = {});
  RuleSet(const RuleSet&) = delete;
  RuleSet& operator=(const RuleSet&) = delete;

  const LimitSettings& settings() const noexcept { return settings_; }
  /// Whether nobody is under a rule.
  bool is_empty() const noexcept { return settings_.tenants.empty() && keys_.empty(); }

  /// All rules that somebody with this key, or without one, is under, in the order of admission: at
  /// most most_rules, as the readers of the file see to. `key`: of this set, or it outlives what is
  /// returned.
  std::vector<ScopedRule> rules_of(std::string_view tenant, const KeyLimits* key = nullptr) const;

  /// The rule behind the name of a balance; null where the set has no such rule.
  const LimitRule* rule_of(std::string_view balance) const;

  /// All rules of a scope, `t:TENANT/`, `t:TENANT/PLAN:` or `k:KEY/`: what stands in front of the
  /// rule in the names of balances.
  std::vector<const LimitRule*> rules_in(std::string_view scope) const;

  /// The most rules that a key of that tenant can be under, or of any of them where it may speak
  /// for several.
  std::size_t most_rules_of(const KeyLimits& key, std::string_view tenant,
                            bool is_of_several) const;

  /// What the key says of streams that are left, else the plan that holds for it; `key_id`: empty
  /// where there is none. Nothing where neither says so.
  std::optional<AbortBilling> abort_billing_of(std::string_view tenant,
                                               std::string_view key_id) const;

  /// Null where there is none of this id.
  const KeyLimits* key(std::string_view id) const;
  /// Whether the file names the tenant of this scope, or the key: of others there may be any
  /// number.
  bool is_named(std::string_view scope) const;

  /// The entry of this name, else that of `*`; null where there is neither.
  const TenantLimits* tenant(std::string_view name) const;
  /// Null where there is none of this name.
  const Plan* plan(std::string_view name) const;
  /// The plan that the key names, else that of the tenant's entry, else that of `*`; null where
  /// none of them names one.
  const Plan* plan_of(std::string_view tenant, const KeyLimits* key) const;
  /// The same without a key.
  const Plan* plan_of(std::string_view tenant) const;

 private:
  LimitSettings settings_;
  std::vector<KeyLimits> keys_;
  // By name, into the settings, which do not move any more.
  std::unordered_map<std::string_view, const Plan*> plans_;
  std::unordered_map<std::string_view, const TenantLimits*> tenants_;
  std::unordered_map<std::string_view, const KeyLimits*> keys_by_id_;
  std::size_t most_own_ = 0;       // rules that one tenant has of its own
  std::size_t most_together_ = 0;  // with those of its plan
};

/// The rule of this id; null where there is none.
const LimitRule* rule_named(const std::vector<LimitRule>& rules, std::string_view id) noexcept;

}  // namespace llmgw::quota
