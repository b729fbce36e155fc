// SPDX-License-Identifier: MIT
// PURE: lists of limits as the configuration file has them, in plans, for tenants and for keys.
#pragma once

#include <vector>

#include "common/settings/config_reader.hpp"
#include "quota/limit_settings.hpp"

namespace llmgw::quota {

extern const Form limit_form;
/// A list of them.
inline constexpr Form limits_form{
    .shape = Form::Shape::list, .least = 1, .most = most_rules, .each = &limit_form};
/// Of what is left to others.
inline constexpr Form floor_form{.shape = Form::Shape::decimal, .least = 0, .most = 900'000};
/// What tenants are called, `*` being all others.
extern const TextForm tenant_form;

/// Rules that say nothing of reservation and outages go by the defaults. What is wrong with one is
/// noted, and it is left out then. No two that are returned have the same id.
std::vector<LimitRule> read_limits(ConfigReader& reader, const ConfigValue& value,
                                   const LimitDefaults& defaults);

/// Of a value of floor_form.
Share read_share(const ConfigValue& value);

/// What is said of outages where a rule does not say it itself.
OnOutage on_outage_of(const Period& period, const LimitDefaults& defaults) noexcept;

}  // namespace llmgw::quota
