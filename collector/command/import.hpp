// SPDX-License-Identifier: MIT
// llm-collector import: the events of an event log into the store.
#pragma once

#include <span>

#include "collector/config.hpp"

namespace llmgw::collector {

/// See run_command(). `rest`: the files, in order.
int run_import(std::span<const char* const> rest, const Config& config);

}  // namespace llmgw::collector
