// SPDX-License-Identifier: MIT
// PURE: text that came in base64, as a JSON string.
#pragma once

#include <string>
#include <string_view>

namespace llmgw::proxy::anthropic {

/// Whether the inside of a string, which is_base64(), stands for a text that is not blank.
bool is_plain_text(std::string_view base64);

/// Appends that text as a string. What is not valid UTF-8 becomes U+FFFD.
void append_plain_text(std::string_view base64, std::string& out);

}  // namespace llmgw::proxy::anthropic
