// SPDX-License-Identifier: MIT
// PURE: what a `$ref` of a JSON schema refers to (RFC 6901 section 6).
#pragma once

#include <string_view>

namespace llmgw::proxy::gemini::schema {

/// The value within `document` that `reference` leads to: a JSON string without its quotes, `#` or
/// `#/` and the names of members. Empty if it leads nowhere, or out of the document.
std::string_view find_referenced(std::string_view document, std::string_view reference) noexcept;

}  // namespace llmgw::proxy::gemini::schema
