// SPDX-License-Identifier: MIT
// PURE: the targets of a model or of a route in the configuration file.
#pragma once

#include <string_view>
#include <vector>

#include "common/settings/config_reader.hpp"
#include "proxy/config.hpp"

namespace llmgw::proxy {

/// One of them.
extern const Form target_form;
inline constexpr std::size_t most_targets = 64;  ///< in one list

/// What providers call a model.
extern const TextForm model_form;
/// The name of an entry of `models`.
extern const Form model_name_form;

/// Reads the list; a provider that there is not is a fault.
std::vector<TargetSettings> read_targets(ConfigReader& reader, const ConfigValue& value,
                                         const Config& config);

/// The number of the provider of that name; notes where there is none, and answers 0.
std::size_t provider_number(ConfigReader& reader, const ConfigValue& value, const Config& config);

}  // namespace llmgw::proxy
