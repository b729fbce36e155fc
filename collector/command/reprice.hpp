// SPDX-License-Identifier: MIT
// llm-collector reprice: costs of stored events anew, by the prices as they are now.
#pragma once

#include <span>

#include "collector/config.hpp"

namespace llmgw::collector {

/// See run_command(). `rest`: which events.
int run_reprice(std::span<const char* const> rest, const Config& config);

}  // namespace llmgw::collector
