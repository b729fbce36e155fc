// SPDX-License-Identifier: MIT
// PURE: errors in the form that every client of this API reads.
#pragma once

#include <string>
#include <string_view>

namespace llmgw::http {

/// `{"error":{"message","type","param":null,"code"}}`, as OpenAI spells it.
std::string error_body(std::string_view message, std::string_view type, std::string_view code);

}  // namespace llmgw::http
