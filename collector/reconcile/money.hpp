// SPDX-License-Identifier: MIT
// PURE: amounts of money as reports write them, never by floating point.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace llmgw::collector {

/// A number of JSON times 10^`places`, rounded half away from zero: `1.5e-3` and 9 places make
/// 1,500,000. Nothing for other text, and beyond 18 digits.
std::optional<std::int64_t> scaled_decimal(std::string_view text, int places);

}  // namespace llmgw::collector
