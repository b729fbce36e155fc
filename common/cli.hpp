// SPDX-License-Identifier: MIT
// PURE: the command line that both daemons share: four flags, one at a time, everything else is in
// the environment. That is less code than wiring up an option parser library.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/settings.hpp"

namespace llmgw::cli {

enum class Command { run, help, version, healthcheck, check_config };

/// What the arguments after the program's name ask for; none: run. The fault is one line for
/// stderr, to be followed by exit status 2.
Checked<Command> parse(std::span<const char* const> arguments);

/// The --help text: usage, purpose, flags, and every variable with its default and meaning.
std::string help(std::string_view program, std::string_view purpose,
                 std::span<const Variable> variables);

/// `llm-proxy 0.1.0\n`.
std::string version(std::string_view program);

/// The rows of the README's table of settings: | `NAME` | `default` | meaning |.
std::string markdown_table(std::span<const Variable> variables);

}  // namespace llmgw::cli
