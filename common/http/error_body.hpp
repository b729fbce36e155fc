// SPDX-License-Identifier: MIT
// PURE: errors in the form that every client of this API reads.
#pragma once

#include <string>
#include <string_view>

namespace llmgw::http {

/// `{"error":{"message","type","param","code"}}`, as OpenAI spells it. `param`: what of the request
/// is meant; empty: null.
std::string error_body(std::string_view message, std::string_view type, std::string_view code,
                       std::string_view param = {});

}  // namespace llmgw::http
