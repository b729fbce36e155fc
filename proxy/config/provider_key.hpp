// SPDX-License-Identifier: MIT
// PURE: a key of a provider in the configuration file.
#pragma once

#include <cstdint>
#include <string>

#include "common/secret.hpp"
#include "common/settings/config_reader.hpp"

namespace llmgw::proxy {

/// The secret itself never stands in the file, only where it is.
struct ProviderKey {
  std::string name = {};     ///< empty: its position is its name
  std::string env = {};      ///< the variable that holds it, or
  std::string file = {};     ///< the file
  std::uint64_t weight = 1;  ///< beside other keys
  Secret key = {};           ///< as it stands there now
};

/// What one item of `keys` may be.
extern const Form provider_key_form;

/// Reads one item; a secret that cannot be had is a fault.
ProviderKey read_provider_key(ConfigReader& reader, const ConfigValue& value);

}  // namespace llmgw::proxy
