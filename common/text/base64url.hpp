// SPDX-License-Identifier: MIT
// PURE: base64 as URLs and tokens have it (RFC 4648 section 5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace llmgw {

/// The bytes; nothing where it is not of that alphabet, or no encoder writes it: with padding, of a
/// length that no bytes give, or with bits behind the last byte that are not 0. So each text of
/// bytes has one form.
std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace llmgw
