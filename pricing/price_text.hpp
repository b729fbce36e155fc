// SPDX-License-Identifier: MIT
// PURE: what entries of `prices` and `discounts` say as text: for people, and for the table's id.
#pragma once

#include <string>

#include "pricing/price.hpp"

namespace llmgw::pricing {

/// One line: `provider=openai model=gpt-4o* input=2.5 output=10`. What is not said is left out.
std::string to_string(const Price& price);
std::string to_string(const Discount& discount);

/// A line for each entry, sorted: settings that say the same have the same text.
std::string canonical_text(const PriceSettings& settings);

}  // namespace llmgw::pricing
