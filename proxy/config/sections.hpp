// SPDX-License-Identifier: MIT
// PURE: the sections of the configuration file that the proxy reads, a row and a file each.
#pragma once

#include <vector>

#include "common/settings/config_reader.hpp"
#include "proxy/config.hpp"

namespace llmgw::proxy {

using Section = Member<Config>;

/// What holds where nothing else is said; read in front of all others.
Section defaults_section();
/// Who can answer: fills Config::upstreams. Config::of_variables has the CA that holds where a
/// provider names none.
Section providers_section();
/// Which of them answers where nothing else says it; read behind `providers`.
Section default_provider_section();

/// What clients may ask for, and the targets behind it; read behind `providers`.
Section models_section();
/// What goes before that; read behind `models`.
Section routes_section();

/// Who may call: fills Config::keys.
Section keys_section();

/// All of them, in the order in which they are read.
const std::vector<Section>& sections();

/// Notes what is wrong with the sections taken together, and beside the variables.
void finish_providers(ConfigReader& reader, Config& config);

}  // namespace llmgw::proxy
