// SPDX-License-Identifier: MIT
// The commands of llm-collector: what it does once for a store, in the place of receiving events.
#pragma once

#include <span>
#include <string_view>

#include "collector/config.hpp"
#include "common/settings/cli.hpp"

namespace llmgw::collector {

/// For --help.
std::span<const cli::Errand> commands() noexcept;

/// Whether the arguments begin with one of them.
bool is_command(std::span<const char* const> arguments) noexcept;

/// Does it with the store of the settings, and says on stdout what came of it, on stderr what did
/// not. The exit status: 0; 1 where it could not be done; 2 where the arguments or the settings are
/// wrong; 3 where what was compared differs.
int run_command(std::span<const char* const> arguments, const Config& config);

}  // namespace llmgw::collector
