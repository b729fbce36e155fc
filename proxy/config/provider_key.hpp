// SPDX-License-Identifier: MIT
// PURE: a key of a provider in the configuration file.
#pragma once

#include "common/settings/config_reader.hpp"
#include "proxy/config/upstream.hpp"

namespace llmgw::proxy {

/// What one item of `keys` may be.
extern const Form provider_key_form;

/// Reads one item; a secret that cannot be had is a fault. The secret itself never stands in the
/// file, only where it is.
UpstreamKey read_provider_key(ConfigReader& reader, const ConfigValue& value);

}  // namespace llmgw::proxy
