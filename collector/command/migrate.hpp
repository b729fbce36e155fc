// SPDX-License-Identifier: MIT
// llm-collector migrate: the tables of a store brought up to this program's.
#pragma once

#include <span>

#include "collector/config.hpp"

namespace llmgw::collector {

/// See run_command(). `rest`: nothing, or `--dry-run`.
int run_migrate(std::span<const char* const> rest, const Config& config);

}  // namespace llmgw::collector
