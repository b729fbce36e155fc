// SPDX-License-Identifier: MIT
// PURE: base64 with padding (RFC 4648 section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace llmgw::mock {

std::string encode_base64(std::string_view bytes);

/// Nothing if the text is not base64; padding may be left out.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace llmgw::mock
