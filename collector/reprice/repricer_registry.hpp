// SPDX-License-Identifier: MIT
// From a URL to what computes costs anew in the store that it names; the only place that names
// every kind of it.
#pragma once

#include <memory>

#include "collector/config.hpp"
#include "collector/reprice/repricer.hpp"

namespace llmgw::collector {

/// Of the store of the settings, by `prices`. Errors are the kind's own;
/// std::errc::protocol_not_supported where that is not to be had with this store. Blocks.
Result<std::unique_ptr<Repricer>> open_repricer(const Config& config, RepriceQuery query,
                                                pricing::PricesPointer prices);

}  // namespace llmgw::collector
