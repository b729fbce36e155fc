// SPDX-License-Identifier: MIT
// PURE: media types by the endings of names.
#pragma once

#include <string_view>

namespace llmgw::proxy::gemini {

/// Of a file's name, or of the path of a URL with whatever follows it; empty if its ending does not
/// tell. JSON may spell it with escapes, which tell nothing.
std::string_view media_type_of(std::string_view name) noexcept;

}  // namespace llmgw::proxy::gemini
