// SPDX-License-Identifier: MIT
// PURE: what providers of one type have, and others have not.
#pragma once

#include <optional>
#include <string_view>

#include "common/settings/config_reader.hpp"
#include "proxy/config/upstream.hpp"

namespace llmgw::proxy {

/// Where all servers of the type are; nothing where each customer has an address.
std::optional<HttpUrl> vendor_address(std::string_view type);

/// Stands for an `api_version` that is needed and did not come yet.
inline constexpr std::string_view missing_version = "?";

/// What may be in the addresses of the type.
void read_api_version(ConfigReader& reader, const ConfigValue& value, UpstreamSettings& into);

/// One name of `anthropic-beta`.
extern const Form beta_form;
void read_beta(ConfigReader& reader, const ConfigValue& value, UpstreamSettings& into);

/// Behind all of its rows: notes what is missing, and what is not for its type.
void complete_provider(ConfigReader& reader, const ConfigValue& value, UpstreamSettings& provider);

}  // namespace llmgw::proxy
