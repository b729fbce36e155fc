// SPDX-License-Identifier: MIT
// llm-collector reconcile: the store beside what the provider says that it was asked for.
#pragma once

#include <span>

#include "collector/config.hpp"

namespace llmgw::collector {

/// See run_command(). `rest`: of whom, which days, and how it is told. 3: they differ.
int run_reconcile(std::span<const char* const> rest, const Config& config);

}  // namespace llmgw::collector
