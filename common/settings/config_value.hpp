// SPDX-License-Identifier: MIT
// PURE: ConfigValue: a value of a configuration file and where it stands, before anything is made
// of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace llmgw {

/// Where something stands in a file; lines and columns count from 1.
struct ConfigPlace {
  std::size_t file = 0;  ///< among the files of the document
  int line = 1;
  int column = 1;

  friend bool operator==(const ConfigPlace&, const ConfigPlace&) = default;
};

struct ConfigMember;

/// What a text means (a word, a number, a duration) is decided by whoever reads it: `yes` and `1.5`
/// are texts here.
struct ConfigValue {
  enum class Kind : std::uint8_t { nothing, text, list, object };

  Kind kind = Kind::nothing;
  bool is_quoted = false;  ///< a text that stands in quotes can be no number
  ConfigPlace place = {};
  std::string text = {};
  std::vector<ConfigValue> items = {};
  std::vector<ConfigMember> members;  ///< in the order of the file
};

struct ConfigMember {
  std::string name;
  ConfigPlace place;
  ConfigValue value;
};

}  // namespace llmgw
