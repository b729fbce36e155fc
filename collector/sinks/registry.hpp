// SPDX-License-Identifier: MIT
// From a URL to the store that it names; the only place that names every kind of sink.
#pragma once

#include <string>
#include <string_view>

#include "collector/config.hpp"
#include "collector/sinks/store.hpp"

namespace llmgw::collector {

/// The URL of the store that the settings ask for.
std::string store_url(const Config& config);

/// Opens one: the scheme names the kind, what stands behind the colon means what the kind says,
/// such as `ndjson:/var/log/events.ndjson`, or `ndjson:` for stdout; the settings have the rest.
/// Errors are the kind's own; std::errc::protocol_not_supported where no kind has that scheme.
/// Blocks.
Result<Store> open_store(std::string_view url, const Config& config);

}  // namespace llmgw::collector
