// SPDX-License-Identifier: MIT
// llm-collector backup: a copy of the store, as it is at one moment.
#pragma once

#include <span>

#include "collector/config.hpp"

namespace llmgw::collector {

/// See run_command(). `rest`: the new file.
int run_backup(std::span<const char* const> rest, const Config& config);

}  // namespace llmgw::collector
