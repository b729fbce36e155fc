// SPDX-License-Identifier: MIT
// PURE: Setting: one row a variable: what it is called, how it is read and how it is shown.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/settings/settings.hpp"
#include "common/system/read_file.hpp"

namespace llmgw {

/// What the reader of one row works with. The calls are those of Settings, for this row's variable.
struct SettingInput {
  Settings& settings;
  const FileReader& read_file;
  unsigned cpus = 1;           ///< that this process may use
  std::string_view name = {};  ///< of the variable

  std::optional<std::string> text() const { return settings.text(name); }
  Settings::Duration duration(Settings::Duration least, Settings::Duration most) {
    return settings.duration(name, least, most);
  }
  std::uint64_t size(std::uint64_t least, std::uint64_t most) {
    return settings.size(name, least, most);
  }
  std::uint64_t integer(std::uint64_t least, std::uint64_t most, std::uint64_t fallback = 0) {
    return settings.integer(name, least, most, fallback);
  }
  template <class T, std::size_t N>
  T choice(const std::array<std::pair<std::string_view, T>, N>& options) {
    return settings.choice(name, options);
  }
  void fault(std::string_view value, std::string_view reason) {
    settings.fault(name, value, reason);
  }
  void fault(std::string_view reason) { settings.fault(name, reason); }
};

/// A row of a daemon's table of settings; rows are read in the order of the table, so that one may
/// look at what those before it have found.
template <class Config>
struct Setting {
  Variable variable;
  void (*read)(SettingInput& input, Config& config);
  std::string (*show)(const Config& config);  ///< as it is set; a secret masked
};

/// The word that stands for a value among the options of Settings::choice.
template <class T, std::size_t N>
std::string word_of(const std::array<std::pair<std::string_view, T>, N>& options, T value) {
  for (const auto& [word, each] : options)
    if (each == value) return std::string(word);
  return {};
}

template <class Config>
std::vector<Variable> variables_of(std::span<const Setting<Config>> table) {
  std::vector<Variable> variables;
  variables.reserve(table.size());
  for (const auto& row : table) variables.push_back(row.variable);
  return variables;
}

/// Reads every row into `config`; faults are noted in `input.settings`.
template <class Config>
void read_settings(std::span<const Setting<Config>> table, SettingInput input, Config& config) {
  for (const auto& row : table) {
    input.name = row.variable.name;
    row.read(input, config);
  }
}

template <class Config>
std::vector<EffectiveSetting> shown_settings(std::span<const Setting<Config>> table,
                                             const Config& config) {
  std::vector<EffectiveSetting> all;
  all.reserve(table.size());
  for (const auto& row : table) all.push_back({row.variable.name, row.show(config)});
  return all;
}

}  // namespace llmgw
