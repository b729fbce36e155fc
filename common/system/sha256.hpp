// SPDX-License-Identifier: MIT
// SHA-256 of a text.
#pragma once

#include <string>
#include <string_view>

namespace llmgw {

/// The digest as 64 hexadecimal digits in lower case, as sha256sum writes it.
std::string sha256_hex(std::string_view text);

}  // namespace llmgw
