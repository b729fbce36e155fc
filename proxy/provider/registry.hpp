// SPDX-License-Identifier: MIT
// PURE: from settings to providers; besides the composition, the only code that knows all kinds.
#pragma once

#include <memory>

#include "proxy/config.hpp"
#include "proxy/provider/provider.hpp"

namespace llmgw::proxy {

/// The provider that the settings name, for one worker.
std::unique_ptr<Provider> make_provider(const Config& config);

}  // namespace llmgw::proxy
