// SPDX-License-Identifier: MIT
// PURE: YAML or JSON text to a ConfigValue. The only place that knows the YAML library.
#pragma once

#include <string_view>
#include <vector>

#include "common/settings/config_value.hpp"

namespace llmgw {

/// Something that is wrong at a place, without the name of the file.
struct YamlFault {
  ConfigPlace place;
  std::string reason;
};

inline constexpr std::size_t most_yaml_bytes = 1 << 20;
inline constexpr std::size_t most_yaml_depth = 16;  ///< lists and objects within each other

/// Reads one document of YAML 1.2 (of which JSON is a part). Refused beyond what YAML refuses: more
/// than most_yaml_bytes, deeper nesting than most_yaml_depth, a second document, a name that an
/// object has twice, names that are no texts, tags, and anchors and aliases of any kind. Each place
/// is given the number `file`. What could be read is returned; an empty text is an empty object.
ConfigValue read_yaml(std::string_view text, std::size_t file, std::vector<YamlFault>& faults);

}  // namespace llmgw
