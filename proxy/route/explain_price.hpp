// SPDX-License-Identifier: MIT
// PURE: which price a request would meet, said without one.
#pragma once

#include <string>
#include <string_view>

#include "proxy/config.hpp"

namespace llmgw::proxy {

/// Lines of a target: the entry of `prices` for the model at the upstream on that day and where it
/// stands, and what it is multiplied by for the tenant. Empty where there are no prices.
std::string explain_price(const Config& config, const UpstreamSettings& upstream,
                          std::string_view model, std::string_view tenant, pricing::Day day);

}  // namespace llmgw::proxy
