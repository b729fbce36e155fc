// SPDX-License-Identifier: MIT
// PURE: what a rule of the configuration file is to the authority, and to a proxy's holder of it.
#pragma once

#include <optional>

#include "lease/authority.hpp"
#include "lease/holder.hpp"
#include "quota/limit_settings.hpp"

namespace llmgw::lease {

/// Nothing for a calendar whose time zone the system does not have. May read the zone's file.
std::optional<RuleTerms> rule_terms(const quota::LimitRule& rule);

HolderTerms holder_terms(const quota::LimitRule& rule, const quota::LimitDefaults& defaults);

}  // namespace llmgw::lease
