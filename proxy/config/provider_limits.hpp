// SPDX-License-Identifier: MIT
// PURE: how long a provider may take, when it is left alone and what is tried in its place, as the
// configuration file has it: by default, and where something else is said.
#pragma once

#include <array>
#include <string_view>

#include "common/settings/config_reader.hpp"
#include "proxy/config/upstream.hpp"

namespace llmgw::proxy {

/// What becomes of what a target cannot honour.
inline constexpr std::array<std::string_view, 2> unsupported_words{"reject", "drop"};

// What each object may hold.
std::vector<MemberFacts> timeout_members();
std::vector<MemberFacts> cooldown_members();
std::vector<MemberFacts> retry_members();

// Each changes what is said, and leaves the rest as it is.
void read_timeouts(ConfigReader& reader, const ConfigValue& value, UpstreamTimeouts& into);
void read_cooldown(ConfigReader& reader, const ConfigValue& value, CooldownSettings& into);
void read_retry(ConfigReader& reader, const ConfigValue& value, RetrySettings& into);

}  // namespace llmgw::proxy
