// SPDX-License-Identifier: MIT
// PURE: LimitSettings: what the sections `plans` and `tenants` and the defaults say.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "quota/abort_billing.hpp"
#include "quota/limit_rule.hpp"

namespace llmgw::quota {

/// How many rules one caller can be under.
inline constexpr std::size_t most_rules = 8;

/// What holds of rules that say nothing else, and of all leases.
struct LimitDefaults {
  OnOutage on_outage = OnOutage::share;  ///< but for calendars, where it is the allowance
  Reserve reserve = Reserve::learned;
  std::chrono::nanoseconds lease_ttl = std::chrono::seconds(2);
  Share outage_allowance{20'000};
  bool has_calendars = true;  ///< whether somebody keeps count of days, weeks and months
};

/// Rules that tenants and keys may name.
struct Plan {
  std::string name;
  std::vector<LimitRule> limits = {};
  std::optional<AbortBilling> abort = {};  ///< nothing: what holds for all
};

struct TenantLimits {
  std::string name;       ///< `*`: each tenant that has no entry of its own
  std::string plan = {};  ///< empty: that of `*`
  std::vector<LimitRule> limits = {};
};

struct LimitSettings {
  LimitDefaults defaults = {};
  std::vector<Plan> plans = {};            ///< no two have the same name
  std::vector<TenantLimits> tenants = {};  ///< no two have the same name
};

/// What one key says of limits.
struct KeyLimits {
  std::string id = {};
  std::string plan = {};  ///< empty: its tenant's
  std::vector<LimitRule> limits = {};
  Share floor = {};  ///< of each rule's burst, which this key leaves to others
  std::optional<AbortBilling> abort = {};  ///< nothing: that of its plan
};

/// Whether it says nothing of them.
inline bool is_unlimited(const KeyLimits& key) noexcept {
  return key.plan.empty() && key.limits.empty() && key.floor == Share() && !key.abort;
}

}  // namespace llmgw::quota
