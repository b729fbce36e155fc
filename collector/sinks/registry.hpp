// SPDX-License-Identifier: MIT
// From settings to the sink they ask for; the only place that names every kind.
#pragma once

#include <memory>

#include "collector/config.hpp"
#include "collector/sinks/sink.hpp"

namespace llmgw::collector {

/// Opens it. Errors are the system's own.
Result<std::unique_ptr<Sink>> make_sink(const Config& config);

}  // namespace llmgw::collector
