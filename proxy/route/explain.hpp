// SPDX-License-Identifier: MIT
// PURE: what a request would meet, said without one.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/settings/settings.hpp"
#include "proxy/config.hpp"

namespace llmgw::proxy {

/// `request`: `model=NAME`, `tenant=NAME`, `key=ID` (which of `keys`), `path=PATH` and any number
/// of `header=NAME:VALUE`, with blanks between. The lines say which targets would be asked and why,
/// in the order of the settings, or how the gateway itself would answer; the faults what of
/// `request` cannot be read. `now`: by which keys and prices hold.
Checked<std::string> explain(
    const Config& config, std::string_view request,
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

}  // namespace llmgw::proxy
