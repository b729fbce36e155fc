// SPDX-License-Identifier: MIT
// From a URL to the reader of the store that it names; the only place that names every kind of
// them.
#pragma once

#include <string_view>

#include "collector/query/reader.hpp"

namespace llmgw::collector {

/// Opens one. Errors are the kind's own; std::errc::protocol_not_supported where no kind has that
/// scheme. Blocks.
Result<std::unique_ptr<Reader>> open_reader(std::string_view url);

}  // namespace llmgw::collector
