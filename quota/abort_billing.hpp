// SPDX-License-Identifier: MIT
// AbortBilling: what becomes of a stream that its client leaves.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace llmgw::quota {

enum class AbortBilling : std::uint8_t {
  estimate,  ///< it ends; what came is estimated
  drain,     ///< it is read on for a while, so that its usage may come
  waive,     ///< it ends, and is not charged
};

/// As settings have it, in the order above.
inline constexpr std::array<std::string_view, 3> abort_billing_words{"estimate", "drain", "void"};

}  // namespace llmgw::quota
