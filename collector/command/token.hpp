// SPDX-License-Identifier: MIT
// llm-collector token: a new token for the query API.
#pragma once

#include <span>

#include "collector/config.hpp"

namespace llmgw::collector {

/// See run_command(). `rest`: a name and `--scope` with what it allows.
int run_token(std::span<const char* const> rest, const Config& config);

}  // namespace llmgw::collector
