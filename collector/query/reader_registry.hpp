// SPDX-License-Identifier: MIT
// From a URL to the reader of the store that it names; the only place that names every kind of
// them.
#pragma once

#include <string_view>

#include "collector/config.hpp"
#include "collector/query/reader.hpp"

namespace llmgw::collector {

/// Opens one, as the settings want it, which outlive it. Errors are the kind's own;
/// std::errc::protocol_not_supported where no kind has that scheme. Blocks.
Result<std::unique_ptr<Reader>> open_reader(std::string_view url, const Config& config);

}  // namespace llmgw::collector
