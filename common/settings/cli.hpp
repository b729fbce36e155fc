// SPDX-License-Identifier: MIT
// PURE: the command line that both daemons share: a few flags, one at a time, everything else is in
// the environment. That is less code than wiring up an option parser library.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/settings/config_document.hpp"
#include "common/settings/settings.hpp"

namespace llmgw::cli {

enum class Command {
  run,
  help,
  help_markdown,
  version,
  healthcheck,
  check_config,
  config_schema,
  explain,
  new_key,
  hash_key
};

struct Invocation {
  Command command = Command::run;
  std::string_view argument = {};             ///< of the option that takes one
  std::span<const char* const> options = {};  ///< what follows on one that takes options
};

/// Whether a program has --explain, --new-key and --hash-key.
enum class Explains : bool { no, yes };

/// What the arguments after the program's name ask for; none: run. The fault is one line for
/// stderr, to be followed by exit status 2.
Checked<Invocation> parse(std::span<const char* const> arguments, Explains explains = Explains::no);

/// The --help text: usage, purpose, flags, every variable by group with its default and meaning,
/// and the exit statuses.
std::string help(std::string_view program, std::string_view purpose,
                 std::span<const Variable> variables, Explains explains = Explains::no);

/// `llm-proxy 0.1.0\n`.
std::string version(std::string_view program);

/// The tables of docs/configuration.md: a heading a group, rows | `NAME` | `default` | meaning |.
std::string markdown_tables(std::span<const Variable> variables);

/// The --check-config text: variable, value and whether the environment or the default set it.
std::string settings_table(std::span<const Variable> variables,
                           std::span<const EffectiveSetting> settings,
                           const Environment& environment);

/// What --check-config adds where there is a configuration file: member, value and what set it.
std::string members_table(const ConfigOrigin& file);

}  // namespace llmgw::cli
