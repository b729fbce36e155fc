// SPDX-License-Identifier: MIT
// PURE: amounts and names as commands tell them to people.
#pragma once

#include <string>
#include <string_view>

#include "collector/query/answer.hpp"

namespace llmgw::collector {

/// `1.5` for 1,500,000,000 nano-USD, with as many digits as there are.
std::string usd_text(WideInteger nano_usd);

/// A name for people: what would not be seen in it, or would move the cursor, is written as JSON
/// writes it.
std::string shown_name(std::string_view name);

}  // namespace llmgw::collector
