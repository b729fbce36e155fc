// SPDX-License-Identifier: MIT
// PURE: the files that GATEWAY_CONFIG names, read together as one document.
#pragma once

#include <string>
#include <vector>

#include "common/settings/config_value.hpp"
#include "common/settings/settings.hpp"
#include "common/system/list_files.hpp"
#include "common/system/read_file.hpp"

namespace llmgw {

inline constexpr Variable gateway_config_variable{
    "GATEWAY_CONFIG", "",
    "a YAML or JSON file, or a folder of them, with the settings that have structure, such as "
    "several providers; read again when it changes and on SIGHUP",
    "unset", "Configuration file"};

/// A member of the file as it is in effect, a secret masked.
struct EffectiveMember {
  std::string path;   ///< `providers.local.base_url`
  std::string value;  ///< empty: not set
  std::string by;     ///< `config.yaml:12`, or `default`
};

/// What a configuration was made of; for people, and to tell one from another.
struct ConfigOrigin {
  std::string path = {};                ///< what GATEWAY_CONFIG says; empty: not set
  std::vector<std::string> files = {};  ///< that were read
  std::string hash = {};  ///< SHA-256: of the file, as sha256sum has it; of several, that of the
                          ///< lines which sha256sum writes of them in the order of their names
  std::vector<EffectiveMember> effective = {};
};

/// The sections of all files as members of one object.
struct ConfigDocument {
  ConfigOrigin origin;
  ConfigValue root;
  Faults faults;  ///< of reading the files; then `root` is not whole
};

/// The section whose lists are laid together where several files have one: there may be more keys
/// than a file can hold, and whoever hands them out may keep a file for each team.
inline constexpr std::string_view joined_section = "keys";

/// Reads the file, or of a folder the files that end in .yaml, .yml or .json. Each is one document
/// with the limits of read_yaml; what two of them define is a fault, but for `version` and for
/// joined_section. An empty path is an empty document.
ConfigDocument read_config_document(const std::string& path, const FileReader& read,
                                    const FileLister& list);

/// `FILE:LINE:COLUMN`.
std::string to_string(const ConfigPlace& place, const std::vector<std::string>& files);

}  // namespace llmgw
